import { utils, write } from "@e965/xlsx";

/** One price of the model deck that all renderings carry. */
export interface ModelRow {
  readonly destination: string;
  readonly prefix: string;
  /** Plain decimal text with at least one decimal. */
  readonly rate: string;
  readonly firstS: number;
  readonly nextS: number;
  /** ISO date. */
  readonly date: string;
}

export const DELIMITERS = [",", ";", "\t", "|"] as const;
export const ENCODINGS = ["utf-8", "utf-8-bom", "utf-16le", "utf-16be", "windows-1252"] as const;
export const DATES = ["iso", "dmy/", "dmy.", "dmy-", "mdy/", "d-mon-y", "mon d, y", "compact", "iso-time"] as const;
export const CODES = ["plain", "plus", "zeros"] as const;

const NAMES = {
  destination: [
    "Destination",
    "Target pattern name",
    "Zone Name",
    "DESTINO",
    "Destination Name",
    "Description",
    "Ziel",
  ],
  prefix: [
    "Prefix",
    "Code",
    "Dial Code",
    "Dialing Codes",
    "PREFIX",
    "Destination Code",
    "Vorwahl",
    "Country/Area Code",
  ],
  rate: [
    "Rate",
    "Price",
    "Per minute charge",
    "Rate (USD/min)",
    "Cost",
    "Rate per minute",
    "Preis",
    "New Rate",
    "USD/min",
  ],
  increments: ["Increment", "Billing Increment", "Min/Inc", "Charge period", "Increments (s)", "Billing"],
  first: ["First Interval", "Initial increment", "Minimum", "Min"],
  next: ["Sub Interval", "Next increment", "Subsequent Interval", "Increment N"],
  date: ["Effective Date", "Valid from", "Start Date", "Effective", "Effective From", "Date", "Rate effective date"],
} as const;

/** One way of writing a deck. */
export interface Style {
  readonly delimiter: (typeof DELIMITERS)[number];
  readonly encoding: (typeof ENCODINGS)[number];
  readonly decimal: "." | ",";
  readonly dates: (typeof DATES)[number];
  readonly codes: (typeof CODES)[number];
  readonly lineEnd: "\n" | "\r\n" | "\r";
  readonly quoteAll: boolean;
  readonly splitIncrements: boolean;
  readonly header: boolean;
  readonly titles: number;
  readonly footer: boolean;
  /** Picks one of the header texts of each field. */
  readonly names: number;
  /** Shuffles the columns. */
  readonly order: number;
  readonly fixedDecimals: boolean;
}

/** The deck as the bytes of a text file. */
export function renderText(rows: readonly ModelRow[], style: Style): Uint8Array {
  const { delimiter, lineEnd } = style;
  const quote = (text: string): string =>
    style.quoteAll || text.includes(delimiter) || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
  const table = renderTable(rows, style);
  const text = table.map((cells) => cells.map(quote).join(delimiter)).join(lineEnd) + lineEnd;
  return encode(text, style.encoding);
}

/** The deck as a workbook among other sheets: prices, codes and dates as numbers (`typed`) or as text. */
export function renderWorkbook(
  rows: readonly ModelRow[],
  style: Style,
  { typed, sheet }: { readonly typed: boolean; readonly sheet: number },
): Uint8Array {
  const cells = renderTable(rows, { ...style, decimal: ".", codes: "plain", dates: "iso" }).map((row) =>
    row.map((text) => {
      if (!typed) return text;
      if (/^\d{4}-\d\d-\d\d$/.test(text)) return { t: "n", v: Date.parse(text) / 86_400_000 + 25_569, z: "dd/mm/yyyy" };
      return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    }),
  );
  const workbook = utils.book_new();
  const names = ["Rates", "A-Z", "Sheet1", "Price list"];
  const others: [string, string[][]][] = [
    ["Cover", [["Example Carrier Ltd"], ["Rate notification"]]],
    ["Terms", [["All rates in USD"], ["Code", "Meaning"], ["CLI", "with caller identity"]]],
  ];
  const position = sheet % 3;
  const sheets = [
    ...others.slice(0, position),
    [names[sheet % 4] as string, cells] as const,
    ...others.slice(position),
  ];
  for (const [name, data] of sheets) utils.book_append_sheet(workbook, utils.aoa_to_sheet(data as unknown[][]), name);
  return new Uint8Array(write(workbook, { type: "array", bookType: "xlsx" }) as ArrayBuffer);
}

function renderTable(rows: readonly ModelRow[], style: Style): string[][] {
  const pick = (names: readonly string[]): string => names[style.names % names.length] as string;
  const columns: [string, (row: ModelRow) => string][] = [
    [pick(NAMES.destination), (row) => row.destination],
    [pick(NAMES.prefix), (row) => ({ plain: "", plus: "+", zeros: "00" })[style.codes] + row.prefix],
    [pick(NAMES.rate), (row) => renderRate(row.rate, style)],
    [pick(NAMES.date), (row) => renderDate(row.date, style.dates)],
  ];
  if (style.splitIncrements) {
    columns.push([pick(NAMES.first), (row) => String(row.firstS)], [pick(NAMES.next), (row) => String(row.nextS)]);
  } else columns.push([pick(NAMES.increments), (row) => `${row.firstS}/${row.nextS}`]);
  const ordered = shuffle(columns, style.order);
  const blank = (text: string): string[] => [text, ...ordered.slice(1).map(() => "")];
  const titles = ["Example Carrier Ltd", "", "Rates valid from 1.3.2026, all prices in USD per minute"].slice(
    0,
    style.titles,
  );
  return [
    ...titles.map(blank),
    ...(style.header ? [ordered.map(([name]) => name)] : []),
    ...rows.map((row) => ordered.map(([, cell]) => cell(row))),
    ...(style.footer ? [blank(""), blank("Subject to the terms of the agreement")] : []),
  ];
}

function renderRate(rate: string, { decimal, fixedDecimals }: Style): string {
  const [whole, fraction = ""] = rate.split(".");
  return `${whole}${decimal}${fixedDecimals ? fraction.padEnd(6, "0") : fraction}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function renderDate(iso: string, style: Style["dates"]): string {
  const [year = "", month = "", day = ""] = iso.split("-");
  const name = MONTHS[Number(month) - 1] as string;
  switch (style) {
    case "iso":
      return iso;
    case "iso-time":
      return `${iso} 00:00:00`;
    case "dmy/":
      return `${day}/${month}/${year}`;
    case "dmy.":
      return `${Number(day)}.${Number(month)}.${year}`;
    case "dmy-":
      return `${day}-${month}-${year}`;
    case "mdy/":
      return `${Number(month)}/${Number(day)}/${year}`;
    case "d-mon-y":
      return `${Number(day)}-${name}-${year.slice(2)}`;
    case "mon d, y":
      return `${name} ${Number(day)}, ${year}`;
    case "compact":
      return `${year}${month}${day}`;
  }
}

/** A fixed permutation by `seed`. */
function shuffle<T>(items: readonly T[], seed: number): T[] {
  const rest = [...items];
  const out: T[] = [];
  for (let at = seed; rest.length > 0; at = Math.floor(at / 2) + 7) out.push(...rest.splice(at % rest.length, 1));
  return out;
}

function encode(text: string, encoding: Style["encoding"]): Uint8Array {
  if (encoding === "utf-8") return new TextEncoder().encode(text);
  if (encoding === "utf-8-bom") return new TextEncoder().encode(`\uFEFF${text}`);
  if (encoding === "windows-1252") return Uint8Array.from(text, (mark) => mark.charCodeAt(0));
  const units = Array.from({ length: text.length + 1 }, (_, at) => (at === 0 ? 0xfeff : text.charCodeAt(at - 1)));
  return Uint8Array.from(
    units.flatMap((unit) => (encoding === "utf-16le" ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255])),
  );
}
