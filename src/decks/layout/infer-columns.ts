import { parseCurrency } from "../../core/money/currency.ts";
import { parseDeckDate } from "../cells/dates.ts";
import { parseIncrements } from "../cells/increments.ts";
import { parseStatus } from "../cells/status.ts";
import { type Cell, cellText, type TableRow } from "../table/table.ts";
import type { DeckField } from "../template.ts";

/** Rows looked at, spread over the whole deck. */
const SAMPLE_ROWS = 1_000;
/** Share of a column's filled cells that must look alike: titles and footers are in the sample too. */
const MAJORITY = 0.8;

/** What a column's cells look like. */
interface ColumnShape {
  readonly column: number;
  readonly filled: number;
  readonly share: (test: (text: string, cell: Cell) => boolean) => number;
  readonly distinct: number;
}

const CODE = /^(\+|00)?[1-9]\d{0,14}([,;| -]+\+?\d{1,15})*$/;
const PRICE = /^[$€£]? ?\d*[.,]\d{1,12}( ?[A-Z]{3})?$|^0$/;
/** Five digits may be a date serial, but in a column without a name they are codes. */
function isDate(text: string): boolean {
  if (/^\d{5}(\.\d+)?$/.test(text)) return false;
  return parseDeckDate(text, "dmy", "UTC") !== undefined || parseDeckDate(text, "mdy", "UTC") !== undefined;
}
const STEP = /^(1|6|10|12|15|18|20|24|30|60|120|180)$/;

/**
 * Columns of a deck without a header, by content: codes are whole and nearly all different, prices have a decimal mark,
 * names have letters. Two columns of prices that vary alike cannot be told apart, and neither is taken.
 */
export function inferColumns(rows: readonly TableRow[]): Map<DeckField, number> {
  const shapes = columnShapes(rows);
  const columns = new Map<DeckField, number>();
  const take = (field: DeckField, shape: ColumnShape | undefined): void => {
    if (shape === undefined) return;
    columns.set(field, shape.column);
    shapes.splice(shapes.indexOf(shape), 1);
  };
  const like = (test: (text: string, cell: Cell) => boolean): ColumnShape[] =>
    shapes.filter((shape) => shape.share(test) >= MAJORITY);
  const mostDistinct = (found: ColumnShape[]): ColumnShape | undefined =>
    found.toSorted((a, b) => b.distinct - a.distinct)[0];

  take("effectiveFrom", like((text, cell) => isDate(text) || (typeof cell !== "string" && cell.kind === "date"))[0]);
  take("increments", like((text) => /\D/.test(text) && parseIncrements(text) !== undefined)[0]);
  take("currency", like((text) => parseCurrency(text) !== undefined)[0]);
  take("status", like((text) => parseStatus(text) !== undefined)[0]);
  const [prices, rival] = like((text) => PRICE.test(text)).toSorted((a, b) => b.distinct - a.distinct);
  if (prices !== undefined && (rival === undefined || rival.distinct < prices.distinct / 2)) take("rate", prices);
  take("code", mostDistinct(like((text) => CODE.test(text)).filter(({ distinct, filled }) => distinct > filled * 0.9)));
  const steps = like((text) => STEP.test(text));
  take("firstInterval", steps[0]);
  take("nextInterval", steps[1]);
  take("destination", mostDistinct(like((text) => /\p{L}{2}/u.test(text))));
  return columns;
}

function columnShapes(rows: readonly TableRow[]): ColumnShape[] {
  const every = Math.max(1, Math.floor(rows.length / SAMPLE_ROWS));
  const sample = rows.filter((_, index) => index % every === 0);
  const width = sample.reduce((widest, row) => Math.max(widest, row.cells.length), 0);
  return Array.from({ length: width }, (_, column) => {
    const cells = sample.map((row) => row.cells[column]).filter((cell) => cellText(cell) !== "") as Cell[];
    return {
      column,
      filled: cells.length,
      share: (test) =>
        cells.length === 0 ? 0 : cells.filter((cell) => test(cellText(cell), cell)).length / cells.length,
      distinct: new Set(cells.map(cellText)).size,
    };
  });
}
