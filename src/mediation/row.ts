import type { LazyText } from "./csv/record.ts";
import type { DecodedRow, RowOutcome } from "./decoder.ts";

/** A {@link DecodedRow} that cuts its raw text out of the chunk's only when somebody reads it. */
export class TextRow implements DecodedRow {
  readonly line: number;
  readonly endOffset: number;
  readonly outcome: RowOutcome;
  readonly sequence: string | undefined;
  readonly #raw: LazyText;

  constructor(line: number, endOffset: number, raw: LazyText, outcome: RowOutcome, sequence?: string) {
    this.line = line;
    this.endOffset = endOffset;
    this.outcome = outcome;
    this.sequence = sequence;
    this.#raw = raw;
  }

  get raw(): string {
    const raw = this.#raw;
    return typeof raw === "string" ? raw : raw.text.substring(raw.start, raw.end);
  }
}
