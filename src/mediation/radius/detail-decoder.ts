import type { Reject } from "../../core/reject.ts";
import { WHOLE_LINES } from "../csv/dialect.ts";
import type { CsvRecord } from "../csv/record.ts";
import { CSV_LIMITS, CsvTokenizer } from "../csv/tokenizer.ts";
import { CuttingDecoder } from "../cutting-decoder.ts";
import { RAW_TEXT_MAX, type RowOutcome } from "../decoder.ts";
import { faultReject } from "../mapping/record-faults.ts";
import { TextRow } from "../row.ts";
import { type DetailAttributes, isIndented, readDetailRecord } from "./detail-record.ts";

/** A record of which not all lines were read yet. */
interface OpenRecord {
  readonly line: number;
  readonly lines: string[];
  lengthKept: number;
  endOffset: number;
  fault: Reject | null;
}

/**
 * Cuts a RADIUS detail file into records: a header that is not indented, attributes that are, a blank line. Where the
 * blank line is missing the next header ends a record.
 */
export class DetailDecoder extends CuttingDecoder {
  protected readonly cutter = new CsvTokenizer(WHOLE_LINES, "auto", (line) => this.#line(line));
  readonly #judge: (attributes: DetailAttributes, raw: string) => RowOutcome;
  #open: OpenRecord | null = null;
  /** Whether the server writes when it received each record, which FreeRADIUS does last. */
  #hasTimestamps = false;

  constructor(judge: (attributes: DetailAttributes, raw: string) => RowOutcome) {
    super();
    this.#judge = judge;
  }

  protected override atEnd(): void {
    if (this.#open !== null && this.#hasTimestamps && !hasTimestamp(this.#open.lines)) this.#open.fault ??= cutOff();
    this.#close();
  }

  #line(line: CsvRecord): void {
    if (line.isBlank) {
      if (this.#open === null) this.add(new TextRow(line.line, line.endOffset, line.raw(), BLANK));
      else this.#open.endOffset = line.endOffset;
      this.#close();
      return;
    }
    const text = line.rawText();
    if (!isIndented(text)) this.#close();
    this.#open ??= { line: line.line, lines: [], lengthKept: 0, endOffset: 0, fault: null };
    const record = this.#open;
    record.endOffset = line.endOffset;
    record.fault ??= line.fault && faultReject(line.fault);
    if (record.lengthKept > CSV_LIMITS.recordBytesMax) record.fault ??= faultReject("record-too-long");
    else record.lines.push(text);
    record.lengthKept += text.length;
  }

  #close(): void {
    const record = this.#open;
    if (record === null) return;
    this.#open = null;
    this.#hasTimestamps ||= hasTimestamp(record.lines);
    const raw = record.lines.join("\n");
    const outcome = record.fault === null ? this.#outcome(record.lines, raw) : rejected(record.fault);
    this.add(new TextRow(record.line, record.endOffset, raw.slice(0, RAW_TEXT_MAX), outcome));
  }

  #outcome(lines: readonly string[], raw: string): RowOutcome {
    const attributes = readDetailRecord(lines);
    return "code" in attributes ? rejected(attributes) : this.#judge(attributes, raw);
  }
}

const hasTimestamp = (lines: readonly string[]): boolean => lines.some((line) => /^\s*Timestamp\s*=/.test(line));

const cutOff = (): Reject => ({
  code: "trailer-missing",
  what: "The file ends in the middle of a record: it was cut off there, or is still being written.",
  fix: "Fetch the file again. If the record is whole, retry it as it is.",
});

const BLANK: RowOutcome = { kind: "framing", what: "blank" };
const rejected = (reject: Reject): RowOutcome => ({ kind: "reject", reject });
