import type { CsvRecord } from "../csv/record.ts";
import { CsvTokenizer } from "../csv/tokenizer.ts";
import type { DecodedRow, Decoder, RowOutcome } from "../decoder.ts";
import { TextRow } from "../row.ts";
import type { DelimitedLayout, FixedWidthLayout } from "./layout.ts";
import { faultReject } from "./record-faults.ts";
import type { RowRules } from "./row-rules.ts";

/** What decoders of lines by a mapping have in common: cutting, lines to skip, blank and broken ones, the end. */
export abstract class LineDecoder implements Decoder {
  protected readonly rules: RowRules;
  protected readonly tokenizer: CsvTokenizer;
  #linesToSkip: number;
  #rows: DecodedRow[] = [];

  constructor({ dialect, encoding, skipLines }: DelimitedLayout | FixedWidthLayout, rules: RowRules) {
    this.rules = rules;
    this.#linesToSkip = skipLines;
    this.tokenizer = new CsvTokenizer(dialect, encoding, (record) => {
      const outcome = this.#outcome(record);
      this.#rows.push(new TextRow(record.line, record.endOffset, record.raw(), outcome, this.rules.sequence));
    });
  }

  push(chunk: Uint8Array): DecodedRow[] {
    this.tokenizer.push(chunk);
    return this.#take();
  }

  end(): DecodedRow[] {
    this.tokenizer.end();
    const last = this.rules.atEnd();
    if (last !== null) this.#rows.push(new TextRow(this.tokenizer.line, this.tokenizer.offset, "", last));
    return this.#take();
  }

  /** Outcome of a line that holds something and whose fields could be told. */
  protected abstract judge(record: CsvRecord): RowOutcome;

  #take(): DecodedRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #outcome(record: CsvRecord): RowOutcome {
    if (record.fault !== null) return this.rules.reject(faultReject(record.fault));
    if (this.#linesToSkip > 0) {
      this.#linesToSkip--;
      return { kind: "framing", what: "header" };
    }
    return record.isBlank ? { kind: "framing", what: "blank" } : this.judge(record);
  }
}
