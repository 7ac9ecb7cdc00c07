import type { CsvRecord } from "../csv/record.ts";
import { CsvTokenizer } from "../csv/tokenizer.ts";
import { CuttingDecoder } from "../cutting-decoder.ts";
import type { DecoderSettings, RowOutcome } from "../decoder.ts";
import { TextRow } from "../row.ts";
import { judgeUnended } from "../unended-line.ts";
import type { DelimitedLayout, FixedWidthLayout, PairsLayout } from "./layout.ts";
import { faultReject } from "./record-faults.ts";
import type { RowRules } from "./row-rules.ts";

/** What decoders of lines by a mapping have in common: cutting, lines to skip, blank and broken ones, the end. */
export abstract class LineDecoder extends CuttingDecoder {
  protected readonly rules: RowRules;
  protected readonly cutter: CsvTokenizer;
  readonly #isWhole: boolean;
  #linesToSkip: number;

  constructor(
    { dialect, encoding, skipLines }: DelimitedLayout | FixedWidthLayout | PairsLayout,
    rules: RowRules,
    { isWhole = false }: DecoderSettings,
  ) {
    super();
    this.#isWhole = isWhole;
    this.rules = rules;
    this.#linesToSkip = skipLines;
    this.cutter = new CsvTokenizer(dialect, encoding, (record) => {
      const judged = this.#outcome(record);
      const outcome = record.isEnded || this.#isWhole || this.isClosed(record) ? judged : judgeUnended(judged);
      this.add(new TextRow(record.line, record.endOffset, record.raw(), outcome, this.rules.sequence));
    });
  }

  protected override atEnd(): void {
    const last = this.rules.atEnd();
    if (last !== null) this.add(new TextRow(this.cutter.line, this.cutter.offset, "", last));
  }

  /** Outcome of a line that holds something and whose fields could be told. */
  protected abstract judge(record: CsvRecord): RowOutcome;

  /** Whether the last line of a file shows by itself that nothing of it is missing, though it has no line end. */
  protected isClosed(_record: CsvRecord): boolean {
    return false;
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
