import type { CsvRecord } from "../csv/record.ts";
import { CsvTokenizer } from "../csv/tokenizer.ts";
import { CuttingDecoder } from "../cutting-decoder.ts";
import type { RowOutcome } from "../decoder.ts";
import { TextRow } from "../row.ts";
import type { DelimitedLayout, FixedWidthLayout } from "./layout.ts";
import { faultReject } from "./record-faults.ts";
import type { RowRules } from "./row-rules.ts";

/** What decoders of lines by a mapping have in common: cutting, lines to skip, blank and broken ones, the end. */
export abstract class LineDecoder extends CuttingDecoder {
  protected readonly rules: RowRules;
  protected readonly cutter: CsvTokenizer;
  #linesToSkip: number;

  constructor({ dialect, encoding, skipLines }: DelimitedLayout | FixedWidthLayout, rules: RowRules) {
    super();
    this.rules = rules;
    this.#linesToSkip = skipLines;
    this.cutter = new CsvTokenizer(dialect, encoding, (record) => {
      const outcome = this.#outcome(record);
      this.add(new TextRow(record.line, record.endOffset, record.raw(), outcome, this.rules.sequence));
    });
  }

  protected override atEnd(): void {
    const last = this.rules.atEnd();
    if (last !== null) this.add(new TextRow(this.cutter.line, this.cutter.offset, "", last));
  }

  /** Outcome of a line that holds something and whose fields could be told. */
  protected abstract judge(record: CsvRecord): RowOutcome;

  #outcome(record: CsvRecord): RowOutcome {
    if (record.fault !== null) return this.rules.reject(faultReject(record.fault));
    if (this.#linesToSkip > 0) {
      this.#linesToSkip--;
      return { kind: "framing", what: "header" };
    }
    return record.isBlank ? { kind: "framing", what: "blank" } : this.judge(record);
  }
}
