import type { Reject } from "../../core/reject.ts";
import { WHOLE_LINES } from "../csv/dialect.ts";
import type { CsvRecord } from "../csv/record.ts";
import { CSV_LIMITS, CsvTokenizer } from "../csv/tokenizer.ts";
import { CuttingDecoder } from "../cutting-decoder.ts";
import { type DecoderSettings, RAW_TEXT_MAX, type RowOutcome } from "../decoder.ts";
import { faultReject } from "../mapping/record-faults.ts";
import { TextRow } from "../row.ts";
import { CUT_OFF, judgeUnended } from "../unended-line.ts";
import { type DetailAttributes, isIndented, readDetailRecord } from "./detail-record.ts";

/** A record of which not all lines were read yet. */
interface OpenRecord {
  readonly line: number;
  readonly lines: string[];
  lengthKept: number;
  endOffset: number;
  /** Whether its last line so far has a line end. */
  isLineEnded: boolean;
  fault: Reject | null;
}

/**
 * Cuts a RADIUS detail file into records: a header that is not indented, attributes that are, a blank line. Where the
 * blank line is missing the next header ends a record.
 */
export class DetailDecoder extends CuttingDecoder {
  protected readonly cutter = new CsvTokenizer(WHOLE_LINES, "auto", (line) => this.#line(line));
  readonly #isWhole: boolean;
  readonly #judge: (attributes: DetailAttributes, raw: string) => RowOutcome;
  #open: OpenRecord | null = null;
  /** Whether the server writes when it received each record, which FreeRADIUS does last. */
  #hasTimestamps = false;
  /** Whether a record was followed by the next one, without a blank line: then the last one shows nothing by that. */
  #lacksBlanks = false;

  constructor({ isWhole = false }: DecoderSettings, judge: (attributes: DetailAttributes, raw: string) => RowOutcome) {
    super();
    this.#isWhole = isWhole;
    this.#judge = judge;
  }

  /** A record that nothing follows may have been cut off between two of its lines. */
  protected override atEnd(): void {
    const last = this.#open;
    if (last === null || this.#isWhole) {
      this.#close();
      return;
    }
    if (this.#hasTimestamps && !last.lines.some(isTimestamp)) last.fault ??= CUT_OFF;
    const isEnded = last.isLineEnded && (this.#lacksBlanks || isTimestamp(last.lines.at(-1) ?? ""));
    this.#close(isEnded ? undefined : judgeUnended);
  }

  #line(line: CsvRecord): void {
    // A blank that no line end follows may be the beginning of an attribute.
    if (line.isBlank && (line.isEnded || this.#open === null)) {
      if (this.#open === null) this.add(new TextRow(line.line, line.endOffset, line.raw(), BLANK));
      else this.#open.endOffset = line.endOffset;
      this.#close();
      return;
    }
    const text = line.rawText();
    if (!isIndented(text) && this.#open !== null) {
      this.#lacksBlanks = true;
      this.#close();
    }
    this.#open ??= { line: line.line, lines: [], lengthKept: 0, endOffset: 0, isLineEnded: true, fault: null };
    const record = this.#open;
    record.isLineEnded = line.isEnded;
    record.endOffset = line.endOffset;
    record.fault ??= line.fault && faultReject(line.fault);
    if (record.lengthKept > CSV_LIMITS.recordBytesMax) record.fault ??= faultReject("record-too-long");
    else record.lines.push(text);
    record.lengthKept += text.length;
  }

  #close(settle = (outcome: RowOutcome): RowOutcome => outcome): void {
    const record = this.#open;
    if (record === null) return;
    this.#open = null;
    this.#hasTimestamps ||= record.lines.some(isTimestamp);
    const raw = record.lines.join("\n");
    const outcome = record.fault === null ? this.#outcome(record.lines, raw) : rejected(record.fault);
    this.add(new TextRow(record.line, record.endOffset, raw.slice(0, RAW_TEXT_MAX), settle(outcome)));
  }

  #outcome(lines: readonly string[], raw: string): RowOutcome {
    const attributes = readDetailRecord(lines);
    return "code" in attributes ? rejected(attributes) : this.#judge(attributes, raw);
  }
}

const isTimestamp = (line: string): boolean => /^\s*Timestamp\s*=/.test(line);

const BLANK: RowOutcome = { kind: "framing", what: "blank" };
const rejected = (reject: Reject): RowOutcome => ({ kind: "reject", reject });
