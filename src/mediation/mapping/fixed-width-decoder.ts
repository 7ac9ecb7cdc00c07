import type { CsvRecord } from "../csv/record.ts";
import type { DecoderSettings, RowOutcome } from "../decoder.ts";
import type { Fields, Slots } from "./fields.ts";
import type { FixedWidthLayout } from "./layout.ts";
import { LineDecoder } from "./line-decoder.ts";
import { columnCount } from "./record-faults.ts";
import { RecordIdentities } from "./record-identity.ts";
import type { RowRules } from "./row-rules.ts";

/** Decodes files whose columns stand at fixed places in a line, by a mapping. */
export class FixedWidthDecoder extends LineDecoder {
  readonly #fields: FixedWidthFields;
  readonly #firstColumns: number;

  constructor(layout: FixedWidthLayout, slots: Slots, rules: RowRules, settings: DecoderSettings) {
    super(layout, rules, settings);
    this.#fields = new FixedWidthFields(layout, slots);
    // Lines may lose trailing spaces on their way, but one that ends before a needed column starts is not whole.
    const needed = slots.all
      .filter(({ optional }) => !optional)
      .map(({ ref }) => layout.columns.get(String(ref))!.from);
    this.#firstColumns = Math.max(0, ...needed) + 1;
  }

  protected override judge(record: CsvRecord): RowOutcome {
    const line = record.field(0);
    const countFault =
      line.length >= this.#firstColumns
        ? null
        : columnCount({ seen: line.length, expected: `at least ${this.#firstColumns} (characters)` });
    return this.rules.judge(this.#fields.at(line), countFault, null);
  }
}

class FixedWidthFields implements Fields {
  readonly #ranges: readonly { readonly from: number; readonly until: number }[];
  readonly #identities = new RecordIdentities();
  #line = "";
  #identity: string | null = null;

  constructor(layout: FixedWidthLayout, slots: Slots) {
    const nowhere = { from: 0, until: 0 };
    this.#ranges = slots.all.map(({ ref }) => layout.columns.get(String(ref)) ?? nowhere);
  }

  at(line: string): this {
    this.#line = line;
    this.#identity = null;
    return this;
  }

  text(slot: number): string {
    const { from, until } = this.#ranges[slot]!;
    return this.#line.slice(from, until);
  }

  identity(): string {
    this.#identity ??= this.#identities.next(this.#line);
    return this.#identity;
  }
}
