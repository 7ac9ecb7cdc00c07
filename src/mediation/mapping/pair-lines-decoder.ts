import { WHOLE_LINES } from "../csv/dialect.ts";
import { CsvTokenizer } from "../csv/tokenizer.ts";
import type { DecodedRow, Decoder, RowOutcome } from "../decoder.ts";
import { TextRow } from "../row.ts";
import { faultReject } from "./record-faults.ts";

/** Decodes lines of pairs: `name=value;name=value`. Of pairs with one name the first counts. */
export class PairLinesDecoder implements Decoder {
  readonly #tokenizer: CsvTokenizer;
  #rows: DecodedRow[] = [];

  /** `judge` says what becomes of a line's pairs; `raw` is the line. */
  constructor(separator: string, judge: (values: ReadonlyMap<string, string>, raw: string) => RowOutcome) {
    this.#tokenizer = new CsvTokenizer(WHOLE_LINES, "auto", (line) => {
      const raw = line.rawText();
      const outcome: RowOutcome = line.fault
        ? { kind: "reject", reject: faultReject(line.fault) }
        : line.isBlank
          ? { kind: "framing", what: "blank" }
          : judge(pairsOf(raw, separator), raw);
      this.#rows.push(new TextRow(line.line, line.endOffset, line.raw(), outcome));
    });
  }

  push(chunk: Uint8Array): DecodedRow[] {
    this.#tokenizer.push(chunk);
    return this.#take();
  }

  end(): DecodedRow[] {
    this.#tokenizer.end();
    return this.#take();
  }

  #take(): DecodedRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}

function pairsOf(line: string, separator: string): ReadonlyMap<string, string> {
  const pairs = line.split(separator).map((pair): [name: string, value: string] => {
    const at = pair.indexOf("=");
    return at < 0 ? [pair.trim(), ""] : [pair.slice(0, at).trim(), pair.slice(at + 1)];
  });
  return new Map(pairs.reverse());
}
