import { WHOLE_LINES } from "../csv/dialect.ts";
import type { CsvRecord } from "../csv/record.ts";
import { CsvTokenizer } from "../csv/tokenizer.ts";
import type { DecodedRow, Decoder, RowOutcome } from "../decoder.ts";
import { TextRow } from "../row.ts";
import { faultReject } from "./record-faults.ts";

/** A line's pairs, by their names in lower case. */
export type Pairs = ReadonlyMap<string, string>;

/** How lines hold pairs. */
export interface PairLines {
  readonly separator: string;
  /** Where the pairs of a line begin; lines without that are no records. null: a line is nothing but pairs. */
  readonly begin: RegExp | null;
}

/** Decodes lines of pairs: `name=value;name=value`. Of pairs with one name the first counts. */
export class PairLinesDecoder implements Decoder {
  readonly #tokenizer: CsvTokenizer;
  #rows: DecodedRow[] = [];

  /** `judge` says what becomes of a line's pairs; `raw` is the line. */
  constructor({ separator, begin }: PairLines, judge: (pairs: Pairs, raw: string) => RowOutcome) {
    const outcomeOf = (line: CsvRecord, raw: string): RowOutcome => {
      if (line.fault) return { kind: "reject", reject: faultReject(line.fault) };
      const from = begin === null ? 0 : raw.search(begin);
      return line.isBlank || from < 0 ? NO_RECORD : judge(pairsOf(raw.slice(from), separator), raw);
    };
    this.#tokenizer = new CsvTokenizer(WHOLE_LINES, "auto", (line) => {
      const outcome = outcomeOf(line, line.rawText());
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

const NO_RECORD: RowOutcome = { kind: "framing", what: "blank" };

function pairsOf(text: string, separator: string): Pairs {
  const pairs = text.split(separator).map((pair): [name: string, value: string] => {
    const at = pair.indexOf("=");
    return at < 0
      ? [pair.trim().toLowerCase(), ""]
      : [pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1).trim()];
  });
  return new Map(pairs.reverse());
}
