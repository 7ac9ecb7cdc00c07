import { Problem } from "../../core/problem.ts";
import { findLayout, type Layout } from "../layout/layout.ts";
import type { DeckTemplate } from "../template.ts";
import { type DeckEncoding, decodeDeckText } from "./encoding.ts";
import { joinCodeSheet } from "./join-code-sheet.ts";
import { splitRows } from "./split-rows.ts";
import { cellText, type Table, type TableRow } from "./table.ts";
import { readWorkbook } from "./workbook.ts";

/** Largest file. A caller that streams stops at this size and throws {@link deckTooLarge}. */
export const DECK_BYTES_MAX = 256 * 1024 * 1024;
/** As many rows as a sheet can have. */
const DECK_ROWS_MAX = 1_048_576;
const DECK_COLUMNS_MAX = 256;

/** A deck file opened, with the table that holds its rates found. */
export interface OpenDeck {
  readonly table: Table;
  readonly layout: Layout;
  readonly format: "text" | "workbook";
  readonly encoding: DeckEncoding | null;
  readonly delimiter: string | null;
  /** Names of further sheets of rates whose codes are all in this one: lists of changes. */
  readonly otherSheets: readonly string[];
}

/** The lines above the header. */
export const titleRows = ({ table, layout }: Pick<OpenDeck, "table" | "layout">): readonly TableRow[] =>
  table.rows.filter(({ line }) => line < (layout.headerLine ?? 0));

const DELIMITERS = [",", ";", "\t", "|"] as const;
/** Rows split to try a delimiter. */
const TRIAL_ROWS = 300;

/**
 * Opens a deck: kind of file, encoding, delimiter, sheet, header, columns; each by the template, else by evidence.
 * Errors: `deck-empty`, `deck-too-large`, `deck-format-unknown`, `deck-not-text`, `deck-workbook-broken`,
 * `deck-sheet-missing`, `deck-columns-missing`.
 */
export function openDeck(bytes: Uint8Array, template: DeckTemplate): OpenDeck {
  if (bytes.length > DECK_BYTES_MAX) throw deckTooLarge(`${DECK_BYTES_MAX / 1024 / 1024} MiB`);
  if (bytes.length === 0) throw deckEmpty();
  const opened = isWorkbook(bytes) ? openWorkbook(bytes, template) : openText(bytes, template);
  const { table } = opened;
  if (table.rows.length > DECK_ROWS_MAX) throw deckTooLarge(`${DECK_ROWS_MAX} rows`);
  if (table.rows.some((row) => row.cells.length > DECK_COLUMNS_MAX)) throw deckTooLarge(`${DECK_COLUMNS_MAX} columns`);
  return opened;
}

function openWorkbook(bytes: Uint8Array, template: DeckTemplate): OpenDeck {
  const sheets = readWorkbook(bytes);
  if (sheets.every(({ rows }) => rows.length === 0)) throw deckEmpty();
  const { sheet } = template;
  const wanted = sheet === undefined ? sheets : sheets.filter(({ name }) => name === sheet);
  if (wanted.length === 0)
    throw sheetMissing(
      sheet ?? "",
      sheets.map(({ name }) => name),
    );
  const found = mostRates(wanted, template) ?? joinedRates([...wanted, ...sheets], template);
  if (found === undefined) throw columnsMissing(wanted[0] as Table);
  return { ...found, format: "workbook", encoding: null, delimiter: null };
}

/** Prices on one sheet, codes on another. */
function joinedRates(sheets: readonly Table[], template: DeckTemplate): ReturnType<typeof mostRates> {
  const joined = joinCodeSheet(sheets);
  return joined === undefined ? undefined : mostRates([joined], template);
}

interface RateSheet {
  readonly table: Table;
  readonly layout: Layout;
}

/**
 * Of the sheets that read as rates the one with most rows: a full A–Z comes before its list of changes. A list of
 * changes has no codes of its own; a second sheet that has some would be lost.
 */
function mostRates(
  sheets: readonly Table[],
  template: DeckTemplate,
): (RateSheet & Pick<OpenDeck, "otherSheets">) | undefined {
  let best: RateSheet | undefined;
  const found: RateSheet[] = [];
  for (const table of sheets) {
    const layout = findLayout(table, template);
    if (layout === undefined) continue;
    found.push({ table, layout });
    const isBetter =
      best === undefined ||
      Number(layout.headerLine !== null) > Number(best.layout.headerLine !== null) ||
      ((layout.headerLine !== null) === (best.layout.headerLine !== null) &&
        table.rows.length - layout.dataFrom > best.table.rows.length - best.layout.dataFrom);
    if (isBetter) best = { table, layout };
  }
  if (best === undefined) return undefined;
  const others = found.filter(({ table, layout }) => table !== best.table && layout.headerLine !== null);
  const codes = codesOf(best);
  for (const other of others) {
    const names = [best.table.name, other.table.name] as const;
    const own = codesOf(other);
    if (own.size >= codes.size || own.difference(codes).size > 0) throw sheetAmbiguous(...names);
  }
  return { ...best, otherSheets: others.map(({ table }) => table.name) };
}

/** The codes of a sheet as they are written. */
function codesOf({ table, layout }: RateSheet): ReadonlySet<string> {
  const columns = (["countryCode", "areaCode", "code"] as const).flatMap((field) => layout.columns.get(field) ?? []);
  const codes = table.rows
    .slice(layout.dataFrom)
    .map(({ cells }) => columns.map((at) => cellText(cells[at])).join(" "));
  return new Set(codes.filter((code) => /\d/.test(code)));
}

function openText(bytes: Uint8Array, template: DeckTemplate): OpenDeck {
  const { text: decoded, encoding } = decodeDeckText(bytes, template.encoding);
  const hint = /^sep=(.)\r?\n/.exec(decoded);
  const text = hint === null ? decoded : `\n${decoded.slice(hint[0].length)}`;
  if (text.trim() === "") throw deckEmpty();
  if (/^\s*<(!doctype|html|table|\?xml)/i.test(text)) throw formatUnknown("a web page or XML");
  const delimiter = template.delimiter ?? hint?.[1] ?? detectDelimiter(text, template);
  const table = splitRows(text, delimiter);
  const layout = findLayout(table, template);
  if (layout === undefined) throw columnsMissing(table);
  return { table, layout, format: "text", encoding, delimiter, otherSheets: [] };
}

/**
 * The delimiter under which the first rows read as a deck with most columns known; of those, the one that gives most
 * rows the same width. A decimal comma or a list of codes splits unevenly.
 */
function detectDelimiter(text: string, template: DeckTemplate): string {
  let best: { delimiter: string; score: number } | undefined;
  for (const delimiter of DELIMITERS) {
    const table = splitRows(text, delimiter, TRIAL_ROWS);
    const layout = findLayout(table, template);
    const known = layout === undefined ? 0 : layout.columns.size + (layout.headerLine === null ? 0 : 1);
    const score = known * 10 + evenness(table);
    if (best === undefined || score > best.score) best = { delimiter, score };
  }
  return best?.delimiter ?? ",";
}

/** Share of rows that have the commonest width; 0 when that is one column. */
function evenness({ rows }: Table): number {
  const widths = new Map<number, number>();
  for (const { cells } of rows) widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
  const [width, count] = [...widths].toSorted((a, b) => b[1] - a[1])[0] ?? [1, 0];
  return width === 1 ? 0 : count / rows.length;
}

/** By the first bytes: a ZIP container (XLSX) or an OLE one (XLS). Files of other known kinds are refused by name. */
function isWorkbook(bytes: Uint8Array): boolean {
  const starts = (...magic: number[]): boolean => magic.every((byte, at) => bytes[at] === byte);
  if (starts(0x50, 0x4b, 0x03, 0x04) || starts(0xd0, 0xcf, 0x11, 0xe0)) return true;
  if (starts(0x25, 0x50, 0x44, 0x46)) throw formatUnknown("a PDF");
  if (starts(0x1f, 0x8b)) throw formatUnknown("a gzip archive");
  if (starts(0x37, 0x7a, 0xbc, 0xaf)) throw formatUnknown("a 7z archive");
  if (starts(0x52, 0x61, 0x72, 0x21)) throw formatUnknown("a RAR archive");
  return false;
}

const deckEmpty = () =>
  new Problem("deck-empty", {
    what: "The file has no rows.",
    fix: "Check that the right file was sent, and that it was transferred completely.",
  });

/** The file goes beyond `limit` ("256 MiB", "1048576 rows"). Callers that stream a deck throw this too. */
export const deckTooLarge = (limit: string) =>
  new Problem("deck-too-large", {
    what: `The file is larger than a rate deck can be: more than ${limit}.`,
    fix: "Check that it is a rate deck. If it is, split it and import the parts as amendments.",
  });

const formatUnknown = (kind: string) =>
  new Problem("deck-format-unknown", {
    what: `The file is ${kind}, not a rate deck.`,
    fix: "Import CSV, TSV, XLSX or XLS; unpack archives first and save other formats as CSV.",
  });

const sheetMissing = (sheet: string, names: readonly string[]) =>
  new Problem("deck-sheet-missing", {
    what: `The workbook has no visible sheet "${sheet}"; it has ${names.map((name) => `"${name}"`).join(", ")}.`,
    fix: "Correct the template's sheet, or leave it out to have the sheet with the rates found.",
  });

const sheetAmbiguous = (first: string, second: string) =>
  new Problem("deck-sheet-ambiguous", {
    what: `The sheets "${first}" and "${second}" both hold rates, and neither is a list of changes to the other.`,
    fix:
      "Name one in the template's sheet. If the carrier splits its list over sheets, import each as an amendment; if " +
      "they are qualities or currencies, as a tariff each.",
  });

function columnsMissing(table: Table): Problem {
  const rows = table.rows.slice(0, 3).map((row) => row.cells.slice(0, 8).map(cellText).join(" | ").slice(0, 120));
  const place = table.name === "" ? "" : ` in sheet "${table.name}"`;
  return new Problem("deck-columns-missing", {
    what: `No column of dial codes and no column of prices were found${place}. It starts: ${rows.join(" / ")}`,
    fix: "Name them in the template: columns.code and columns.rate, by header text or by number from 1.",
  });
}
