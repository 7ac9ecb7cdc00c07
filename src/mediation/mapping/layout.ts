import { type CsvDialect, QUOTINGS, WHOLE_LINES } from "../csv/dialect.ts";
import { FIELDS_MAX } from "../csv/scanner.ts";
import { ENCODINGS, type Encoding } from "../text/encoding.ts";
import type { JsonNode } from "./json-node.ts";

/** How the bytes of a file hold records. */
export type Layout = DelimitedLayout | FixedWidthLayout | PairsLayout | JsonLayout;

export interface DelimitedLayout {
  readonly kind: "csv";
  readonly dialect: CsvDialect;
  readonly encoding: Encoding;
  /** Lines before the header or the first record that are passed over. */
  readonly skipLines: number;
  readonly hasHeader: boolean;
  /**
   * Names of the columns where there is no header; several lists when files have several shapes, told by their
   * length.
   */
  readonly columns: readonly (readonly string[])[];
  /** Records may end early (columns that are not there are empty), or with a delimiter too many. */
  readonly isRagged: boolean;
}

export interface FixedWidthLayout {
  readonly kind: "fixed-width";
  readonly dialect: CsvDialect;
  readonly encoding: Encoding;
  readonly skipLines: number;
  /** Characters of each column: from 0, `until` not included. */
  readonly columns: ReadonlyMap<string, { readonly from: number; readonly until: number }>;
}

/** Lines of pairs: `SRC-NUMBER=442079460018,ELAPSED-TIME=95`. */
export interface PairsLayout {
  readonly kind: "pairs";
  readonly dialect: CsvDialect;
  readonly encoding: Encoding;
  readonly skipLines: number;
  /** Between two pairs; a value in double quotes may hold it. */
  readonly delimiter: string;
}

export interface JsonLayout {
  readonly kind: "json";
  /** `lines`: one document a line. `documents`: an array of records, or documents one after the other. */
  readonly framing: "lines" | "documents";
  /** Keys from the top of a document to the list of records; empty: the document is the list, or one record. */
  readonly records: readonly string[];
}

const COLUMN_WIDTH_MAX = 65_536;

/** Compiles `layout` of a mapping; throws Problem `mapping-invalid`. */
export function compileLayout(node: JsonNode): Layout {
  const kind = node
    .need("kind", "Write csv, fixed-width, pairs, json or ndjson.")
    .oneOf(["csv", "fixed-width", "pairs", "json", "ndjson"]);
  switch (kind) {
    case "csv":
      return compileDelimited(node);
    case "fixed-width":
      return compileFixedWidth(node);
    case "pairs":
      return compilePairs(node);
    case "json": {
      const path = node.only("kind", "records").get("records")?.text() ?? "";
      return { kind: "json", framing: "documents", records: path === "" ? [] : path.split(".") };
    }
    case "ndjson":
      node.only("kind");
      return { kind: "json", framing: "lines", records: [] };
    default:
      return kind satisfies never;
  }
}

function compileDelimited(node: JsonNode): DelimitedLayout {
  node.only(
    "kind",
    "delimiter",
    "quoting",
    "newlinesInQuotes",
    "trim",
    "encoding",
    "skipLines",
    "header",
    "columns",
    "ragged",
  );
  const delimiter = node.get("delimiter")?.delimiter() ?? ",";
  const hasHeader = node.get("header")?.flag() ?? false;
  const columns = compileColumnNames(node.get("columns"));
  if (hasHeader && columns.length > 0)
    throw node.invalid("a file with a header names its own columns.", "Leave out columns, or header.");
  return {
    kind: "csv",
    dialect: {
      delimiter,
      quoting: node.get("quoting")?.oneOf(QUOTINGS) ?? "doubled",
      newlinesInQuotes: node.get("newlinesInQuotes")?.flag() ?? false,
      trim: node.get("trim")?.flag() ?? false,
    },
    encoding: node.get("encoding")?.oneOf(ENCODINGS) ?? "auto",
    skipLines: node.get("skipLines")?.whole(0, 1_000) ?? 0,
    hasHeader,
    columns,
    isRagged: node.get("ragged")?.flag() ?? false,
  };
}

/** One list of names, or a list of such lists. */
function compileColumnNames(node: JsonNode | undefined): string[][] {
  const items = node?.list() ?? [];
  const lists =
    items.length > 0 && Array.isArray(items[0]!.value)
      ? items.map((item) => item.list())
      : items.length > 0
        ? [items]
        : [];
  const lengths = new Set<number>();
  for (const list of lists) {
    if (list.length > FIELDS_MAX) throw node!.invalid(`${list.length} columns.`, `At most ${FIELDS_MAX} are read.`);
    if (lengths.has(list.length))
      throw node!.invalid(
        `two shapes have ${list.length} columns.`,
        "Shapes are told by their number of columns: keep one.",
      );
    lengths.add(list.length);
  }
  return lists.map((list) => list.map((name) => name.text()));
}

function compilePairs(node: JsonNode): PairsLayout {
  node.only("kind", "delimiter", "encoding", "skipLines");
  return {
    kind: "pairs",
    dialect: WHOLE_LINES,
    encoding: node.get("encoding")?.oneOf(ENCODINGS) ?? "auto",
    skipLines: node.get("skipLines")?.whole(0, 1_000) ?? 0,
    delimiter: node.get("delimiter")?.delimiter() ?? ",",
  };
}

function compileFixedWidth(node: JsonNode): FixedWidthLayout {
  node.only("kind", "columns", "encoding", "skipLines");
  const columns = new Map<string, { from: number; until: number }>();
  for (const [name, range] of node.need("columns", 'Write { "calling": [1, 15], … }.').entries()) {
    const [first, last] = range.list();
    if (first === undefined || last === undefined)
      throw range.invalid("a range has two numbers.", "Write [first, last], counted from 1.");
    const from = first.whole(1, COLUMN_WIDTH_MAX) - 1;
    columns.set(name, { from, until: last.whole(from + 1, COLUMN_WIDTH_MAX) });
  }
  return {
    kind: "fixed-width",
    dialect: WHOLE_LINES,
    encoding: node.get("encoding")?.oneOf(ENCODINGS) ?? "auto",
    skipLines: node.get("skipLines")?.whole(0, 1_000) ?? 0,
    columns,
  };
}
