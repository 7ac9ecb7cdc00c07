import { type BroadworksField, BroadworksReader } from "../broadworks-call.ts";
import { CsvDecoder } from "../csv/csv-decoder.ts";
import type { CsvDialect } from "../csv/dialect.ts";
import type { CsvRecord } from "../csv/record.ts";
import type { DecoderSettings, RowOutcome, SwitchFormat } from "../decoder.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { columnCount } from "../mapping/record-faults.ts";

/**
 * BroadWorks accounting files as comma-separated text: no quotes, a backslash before commas and backslashes, about 450
 * columns that every release adds to at the end. Their records are those of the XML files, and have the same key.
 * Source: docs/guides/broadworks.md; vectors: test/vectors/cdr/broadworks-csv/.
 */
export const broadworksCsv: SwitchFormat = {
  name: "broadworks-csv",
  title: "BroadWorks accounting (CSV)",
  evidence: "unproven",
  hint: { fileName: /^BW-CDR/ },
  open(settings) {
    const reader = new CsvReader(settings);
    // Records of every type are numbered in one row, which their id begins with.
    const sequenceOf = (record: CsvRecord) => record.field(reader.columns.recordId - 1).trim() || undefined;
    return new CsvDecoder({ dialect: DIALECT, sequenceOf }, settings, (record) => reader.judge(record));
  },
};

const DIALECT: CsvDialect = { delimiter: ",", quoting: "escaped", newlinesInQuotes: false, trim: false };

/** Columns from 1; their numbers are those of the RADIUS attributes of the same names. */
const COLUMNS: Readonly<Record<"recordId" | BroadworksField, number>> = {
  recordId: 1,
  type: 3,
  userNumber: 4,
  groupNumber: 5,
  direction: 6,
  callingNumber: 7,
  calledNumber: 9,
  startTime: 10,
  answerIndicator: 12,
  answerTime: 13,
  releaseTime: 14,
  terminationCause: 15,
  route: 24,
  networkCallID: 25,
  accessDeviceAddress: 27,
  accountCode: 34,
  localCallId: 45,
  userId: 121,
  trunkGroupName: 135,
};
const NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

/** A Normal record goes on behind its release time. */
const COLUMNS_MIN = COLUMNS.releaseTime + 1;

class CsvReader {
  readonly columns: Readonly<Record<keyof typeof COLUMNS, number>>;
  readonly #reader: BroadworksReader;
  /** Columns of the file's first call: all of them have as many. */
  #expected: number | null = null;

  constructor(settings: DecoderSettings) {
    this.#reader = new BroadworksReader(settings);
    const set = new JsonNode(settings.mapping ?? {}).only("columns").get("columns");
    const columns = set?.only(...NAMES).entries() ?? [];
    this.columns = {
      ...COLUMNS,
      ...Object.fromEntries(columns.map(([name, column]) => [name, column.whole(1, 4_096)])),
    };
  }

  judge(record: CsvRecord): RowOutcome {
    const text = (name: keyof typeof COLUMNS) => record.field(this.columns[name] - 1).trim();
    if (isHeader(record)) return { kind: "framing", what: "header" };
    if (text("type") !== "Normal") return this.#reader.judge(text("recordId"), text);
    const seen = record.fieldCount;
    const expected = this.#expected ?? `at least ${COLUMNS_MIN}`;
    if (this.#expected === null ? seen < COLUMNS_MIN : seen !== this.#expected)
      return { kind: "reject", reject: columnCount({ seen, expected: String(expected) }) };
    this.#expected = seen;
    return this.#reader.judge(text("recordId"), text);
  }
}

/** The line with version and encoding that a file begins with, or one that names the columns. */
const isHeader = (record: CsvRecord): boolean =>
  /^version\s*=/i.test(record.field(0)) || /^record-?id$/i.test(record.field(0));
