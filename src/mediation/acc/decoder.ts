import { counted } from "../../core/counted.ts";
import { CsvDecoder } from "../csv/csv-decoder.ts";
import { RFC_4180 } from "../csv/dialect.ts";
import type { CsvRecord } from "../csv/record.ts";
import type { Decoder, DecoderSettings, RowOutcome } from "../decoder.ts";
import { FirstLineDecoder } from "../first-line-decoder.ts";
import { columnCount } from "../mapping/record-faults.ts";
import { isRowCount } from "../text/printed.ts";
import { AccClock } from "./clock.ts";
import { type AccLayout, type AccSettings, layoutOf, layoutOfHeader, readAccSettings } from "./layout.ts";
import { type AccContext, decodeAccRow } from "./row.ts";

/** The columns that a server writes without a header row and without a setting; undefined when they can't be told. */
export type UsualLayout = (record: Pick<CsvRecord, "fieldCount" | "field">) => AccLayout | undefined;

/** Reads the rows that the acc modules of Kamailio and OpenSIPS write, as CSV export or flat text. */
export function openAcc(settings: DecoderSettings, usual: UsualLayout): Decoder {
  const acc = readAccSettings(settings.mapping);
  return new FirstLineDecoder((line) => {
    const delimiter = acc.delimiter ?? delimiterOf(line);
    // Flat text escapes nothing, and a SIP header may start with a quote; exports of tables are CSV.
    const quoting = delimiter === "|" ? "none" : "doubled";
    const reader = new AccReader(settings, acc, usual);
    const dialect = { ...RFC_4180, delimiter, quoting, newlinesInQuotes: false } as const;
    return new CsvDecoder({ dialect }, settings, (record) => reader.judge(record));
  });
}

class AccReader {
  readonly #context: AccContext;
  readonly #acc: AccSettings;
  readonly #usual: UsualLayout;
  /** Layout by settings or by header row; null: the usual one, found row by row. */
  #layout: AccLayout | null;
  #isFirst = true;
  /** Names in the header row; null in a file without one. */
  #headerCount: number | null = null;

  constructor(settings: DecoderSettings, acc: AccSettings, usual: UsualLayout) {
    this.#context = { clock: new AccClock(settings), sanity: settings };
    this.#acc = acc;
    this.#usual = usual;
    this.#layout = acc.columns && layoutOf(acc.columns);
  }

  judge(record: CsvRecord): RowOutcome {
    if (record.fieldCount === 1 && isRowCount(record.field(0))) return ROW_COUNT;
    if (this.#isFirst) {
      this.#isFirst = false;
      const header = layoutOfHeader(record.fields(), this.#acc.names);
      if (header) {
        this.#layout ??= header;
        this.#headerCount = record.fieldCount;
        return { kind: "framing", what: "header" };
      }
    }
    const named = this.#acc.columns?.length;
    if (named !== undefined && record.fieldCount > named) return wrongCount(record.fieldCount, `${named}`);
    if (this.#headerCount !== null && !hasCount(record, this.#headerCount))
      return wrongCount(record.fieldCount, `${this.#headerCount}`);
    const layout = this.#layout ?? this.#usual(record);
    if (!layout) return columnsUnknown(record.fieldCount);
    return decodeAccRow((column) => valueOfField(record.field(layout.get(column) ?? -1)), this.#context);
  }
}

const ROW_COUNT: RowOutcome = { kind: "framing", what: "trailer" };

/** The delimiter that a line has most of; the rarer in SIP texts wins a tie. */
const delimiterOf = (line: string): string =>
  ["|", "\t", ";", ","].reduce((best, each) => (countOf(line, each) > countOf(line, best) ? each : best));

const countOf = (line: string, delimiter: string): number => line.split(delimiter).length;

/** Whether a record has so many columns; a delimiter after the last one makes an empty one more. */
const hasCount = (record: CsvRecord, count: number): boolean =>
  record.fieldCount === count || (record.fieldCount === count + 1 && record.field(count).trim() === "");

const wrongCount = (seen: number, expected: string): RowOutcome => ({
  kind: "reject",
  reject: columnCount({ seen, expected }),
});

const columnsUnknown = (seen: number): RowOutcome => ({
  kind: "reject",
  reject: {
    code: "column-count",
    what: `The record has ${counted(seen, "column")} and no header, and is in none of the server's own layouts.`,
    fix: "Name its columns in their order, and the delimiter if need be, in the source's mapping; then retry.",
  },
});

/** Without spaces around it; what a database's export writes for no value is none. */
const valueOfField = (field: string): string => {
  const text = isTrimmed(field) ? field : field.trim();
  return text === "NULL" || text === "\\N" ? "" : text;
};

/** Cheaper than `trim`, which nearly always finds nothing to do. */
const isTrimmed = (text: string): boolean =>
  text === "" || (isGraphic(text.charCodeAt(0)) && isGraphic(text.charCodeAt(text.length - 1)));

const isGraphic = (code: number): boolean => code > 0x20 && code < 0x7f;
