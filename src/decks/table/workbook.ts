import { type CellObject, read, SSF, type WorkBook, type WorkSheet } from "@e965/xlsx";
import type { Currency } from "../../core/money/currency.ts";
import { Problem } from "../../core/problem.ts";
import { headerCurrency } from "../layout/header-hints.ts";
import { CELL_CHARS_MAX, type Cell, type HiddenCells, type Table, type TableRow, type TypedCell } from "./table.ts";
import { inflatedSize, zipEntries } from "./zip-size.ts";

/** Largest workbook once unpacked; 250,000 rows of 12 columns take about 120 MiB. */
export const WORKBOOK_BYTES_MAX = 256 * 1024 * 1024;

/** Days from 1899-12-30 to 1904-01-01, where the dates of old Macintosh workbooks start. */
const DAYS_TO_1904 = 1_462;

/** Error values by their number in the file ([MS-XLS] 2.5.10 BErr). */
const ERRORS: Readonly<Record<number, string>> = {
  0: "#NULL!",
  7: "#DIV/0!",
  15: "#VALUE!",
  23: "#REF!",
  29: "#NAME?",
  36: "#NUM!",
  42: "#N/A",
};

/**
 * The visible sheets of an XLSX (or old XLS) file as tables. Merged cells repeat the value of their first cell. A
 * formula is never evaluated: the value stored beside it counts.
 * Errors: `deck-format-unknown` for a ZIP that is no workbook, `deck-too-large`, `deck-workbook-broken`.
 */
export function readWorkbook(bytes: Uint8Array): Table[] {
  if (bytes[0] === 0x50) checkPackage(bytes);
  let workbook: WorkBook;
  try {
    workbook = read(bytes, {
      dense: true,
      cellNF: true,
      cellText: false,
      cellHTML: false,
      cellDates: false,
      cellStyles: true,
    });
  } catch (cause) {
    throw workbookBroken("its parts cannot be read", cause);
  }
  const epochDays = workbook.Workbook?.WBProps?.date1904 === true ? DAYS_TO_1904 : 0;
  const sheets = workbook.Workbook?.Sheets ?? [];
  return workbook.SheetNames.flatMap((name, at) => {
    const sheet = workbook.Sheets[name];
    return sheet === undefined || sheets[at]?.Hidden ? [] : [readSheet(name, sheet, epochDays)];
  });
}

/** XLSX is a ZIP ("PK…"); an old XLS is not, and cannot grow when it is unpacked. */
function checkPackage(bytes: Uint8Array): void {
  const entries = zipEntries(bytes);
  if (entries === undefined) throw workbookBroken("its ZIP directory is damaged or cut off");
  if (!entries.some(({ name }) => name === "xl/workbook.xml")) throw zipIsNoWorkbook();
  if (inflatedSize(entries, WORKBOOK_BYTES_MAX) === undefined) throw workbookTooLarge();
}

function readSheet(name: string, sheet: WorkSheet, epochDays: number): Table {
  const data: (CellObject[] | undefined)[] = sheet["!data"] ?? [];
  fillMerges(data, sheet);
  const rows: TableRow[] = [];
  for (const [at, cellObjects] of data.entries()) {
    if (cellObjects === undefined) continue;
    const cells = Array.from(cellObjects, (cell) => readCell(cell, epochDays));
    if (cells.every((cell) => cell === "")) continue;
    const tooLong = cells.some((cell) => typeof cell === "string" && cell.length > CELL_CHARS_MAX);
    const row = { line: at + 1, cells, start: 0, end: 0 };
    rows.push(tooLong ? { ...row, cells: [], fault: "cell-too-long" } : row);
  }
  return { name, rows, text: "", hidden: hiddenCells(sheet, rows) };
}

function hiddenCells(sheet: WorkSheet, rows: readonly TableRow[]): HiddenCells {
  const { "!rows": rowInfos = [], "!cols": columnInfos = [] } = sheet;
  return {
    lines: rows.flatMap(({ line }) => (rowInfos[line - 1]?.hidden === true ? [line] : [])),
    columns: columnInfos.flatMap((info, column) => (info?.hidden === true ? [column] : [])),
  };
}

/**
 * A vertically merged cell holds for every row it spans; across columns only the first one counts, as titles do that.
 */
function fillMerges(data: (CellObject[] | undefined)[], sheet: WorkSheet): void {
  for (const { s: first, e: last } of sheet["!merges"] ?? []) {
    const cell = data[first.r]?.[first.c];
    if (cell === undefined || first.c !== last.c) continue;
    for (let row = first.r + 1; row <= Math.min(last.r, data.length - 1); row += 1) {
      const cells = data[row];
      if (cells !== undefined) cells[first.c] = cell;
    }
  }
}

function readCell(cell: CellObject | undefined, epochDays: number): Cell {
  if (cell === undefined) return "";
  if (cell.v === undefined || cell.v === null) return cell.f ? { kind: "formula", text: `=${cell.f}` } : "";
  if (cell.t === "n") return readNumber(cell.v as number, cell.z, epochDays);
  if (cell.t === "e") return { kind: "error", text: ERRORS[Number(cell.v)] ?? "#ERROR" };
  return String(cell.v).trim();
}

function readNumber(value: number, format: string | number | undefined, epochDays: number): TypedCell {
  // 15 significant digits are what a spreadsheet stores for certain; a 16th shows noise such as 0.28750000000000003.
  const text = String(Number(value.toPrecision(15)));
  if (format !== undefined && SSF.is_date(String(format))) return { kind: "date", serial: value + epochDays, text };
  const currency = formatCurrency(String(format ?? ""));
  return { kind: "number", value, text, ...(currency === undefined ? {} : { currency }) };
}

/** "[$€-407] #,##0.00", '#,##0.00 "EUR"' and their like; a bare "$" names no currency. */
function formatCurrency(format: string): Currency | undefined {
  const marks = [...format.matchAll(/\[\$([^\]-]+)|"([^"]+)"|([€£])/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
  return marks.map(headerCurrency).find((currency) => currency !== undefined);
}

const zipIsNoWorkbook = () =>
  new Problem("deck-format-unknown", {
    what: "The file is a ZIP archive, not a rate deck.",
    fix: "Unpack it and import the CSV or XLSX files inside one by one.",
  });

const workbookTooLarge = () =>
  new Problem("deck-too-large", {
    what: `The workbook is larger than ${WORKBOOK_BYTES_MAX / 1024 / 1024} MiB once unpacked.`,
    fix: "Save the sheet with the rates alone as CSV and import that. If the file should be small, do not open it.",
  });

const workbookBroken = (why: string, cause?: unknown) =>
  new Problem(
    "deck-workbook-broken",
    {
      what: `The file cannot be read as an XLSX workbook: ${why}.`,
      fix: "Open it in a spreadsheet program and save it again as XLSX without a password, or as CSV.",
    },
    { cause },
  );
