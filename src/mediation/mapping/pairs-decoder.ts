import type { CsvRecord } from "../csv/record.ts";
import type { DecoderSettings, RowOutcome } from "../decoder.ts";
import type { Fields, Slots } from "./fields.ts";
import type { PairsLayout } from "./layout.ts";
import { LineDecoder } from "./line-decoder.ts";
import { RecordIdentities } from "./record-identity.ts";
import type { RowRules } from "./row-rules.ts";

/** Decodes lines of pairs, `name=value,name="value"`, by a mapping. A name that a line lacks is empty. */
export class PairsDecoder extends LineDecoder {
  readonly #fields: PairFields;

  constructor(layout: PairsLayout, slots: Slots, rules: RowRules, settings: DecoderSettings) {
    super(layout, rules, settings);
    this.#fields = new PairFields(layout, slots);
  }

  protected override judge(record: CsvRecord): RowOutcome {
    return this.rules.judge(this.#fields.at(record.field(0)), null, null);
  }
}

class PairFields implements Fields {
  /** Place of a slot, by its name in lower case. */
  readonly #places: ReadonlyMap<string, number>;
  readonly #delimiter: string;
  readonly #identities = new RecordIdentities();
  #values: string[] = [];
  #line = "";
  #identity: string | null = null;

  constructor({ delimiter }: PairsLayout, slots: Slots) {
    this.#delimiter = delimiter;
    this.#places = new Map(slots.all.map(({ ref }, place) => [String(ref).toLowerCase(), place]));
  }

  at(line: string): this {
    this.#line = line;
    this.#identity = null;
    this.#values = Array.from({ length: this.#places.size }, () => "");
    for (const [name, value] of pairsIn(line, this.#delimiter)) {
      const place = this.#places.get(name.toLowerCase());
      // Of pairs with one name the first that says something counts.
      if (place !== undefined && this.#values[place] === "") this.#values[place] = value;
    }
    return this;
  }

  text(slot: number): string {
    return this.#values[slot] ?? "";
  }

  identity(): string {
    this.#identity ??= this.#identities.next(this.#line);
    return this.#identity;
  }
}

/** The pairs of a line, without blanks around names and values; what has no "=" is none. */
function* pairsIn(line: string, delimiter: string): Generator<readonly [name: string, value: string]> {
  for (let from = 0; from < line.length; ) {
    const equals = line.indexOf("=", from);
    if (equals < 0) return;
    // Text before the name, such as the head of a log line, ends at the last delimiter before the "=".
    const name = line.slice(Math.max(from, line.lastIndexOf(delimiter, equals) + 1), equals).trim();
    const quoted = /^ *"([^"]*)"/.exec(line.slice(equals + 1, equals + 1 + VALUE_CHARS_MAX));
    const next = line.indexOf(delimiter, equals + 1 + (quoted?.[0].length ?? 0));
    const end = next < 0 ? line.length : next;
    yield [name, quoted?.[1] ?? line.slice(equals + 1, end).trim()];
    from = end + 1;
  }
}

const VALUE_CHARS_MAX = 4_096;
