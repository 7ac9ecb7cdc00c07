import { CsvDecoder } from "../csv/csv-decoder.ts";
import { WHOLE_LINES } from "../csv/dialect.ts";
import type { DecoderSettings, RowOutcome } from "../decoder.ts";

/** A line's pairs, by their names in lower case. */
export type Pairs = ReadonlyMap<string, string>;

/** How lines hold pairs. */
export interface PairLines {
  readonly separator: string;
  /** Where the pairs of a line begin; lines without that are no records. null: a line is nothing but pairs. */
  readonly begin: RegExp | null;
}

/** Decodes lines of pairs: `name=value;name=value`. Of pairs with one name the first counts. */
export class PairLinesDecoder extends CsvDecoder {
  /** `judge` says what becomes of a line's pairs; `raw` is the line. */
  constructor(
    { separator, begin }: PairLines,
    settings: DecoderSettings,
    judge: (pairs: Pairs, raw: string) => RowOutcome,
  ) {
    super({ dialect: WHOLE_LINES }, settings, (line) => {
      const raw = line.rawText();
      const from = begin === null ? 0 : raw.search(begin);
      return from < 0 ? NO_RECORD : judge(pairsOf(raw.slice(from), separator), raw);
    });
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
