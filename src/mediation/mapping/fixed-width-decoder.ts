import type { CsvRecord } from "../csv/record.ts";
import { CsvTokenizer } from "../csv/tokenizer.ts";
import type { DecodedRow, Decoder, RowOutcome } from "../decoder.ts";
import { TextRow } from "../row.ts";
import type { Fields, Slots } from "./fields.ts";
import type { FixedWidthLayout } from "./layout.ts";
import { columnCount, faultReject } from "./record-faults.ts";
import { RecordIdentities } from "./record-identity.ts";
import type { RowRules } from "./row-rules.ts";

/** Decodes files whose columns stand at fixed places in a line, by a mapping. */
export class FixedWidthDecoder implements Decoder {
  readonly #rules: RowRules;
  readonly #tokenizer: CsvTokenizer;
  readonly #fields: FixedWidthFields;
  readonly #firstColumns: number;
  #linesToSkip: number;
  #rows: DecodedRow[] = [];

  constructor(layout: FixedWidthLayout, slots: Slots, rules: RowRules) {
    this.#rules = rules;
    this.#linesToSkip = layout.skipLines;
    this.#fields = new FixedWidthFields(layout, slots);
    // Lines may lose trailing spaces on their way, but one that ends before a needed column starts is not whole.
    const needed = slots.all
      .filter(({ optional }) => !optional)
      .map(({ ref }) => layout.columns.get(String(ref))!.from);
    this.#firstColumns = Math.max(0, ...needed) + 1;
    this.#tokenizer = new CsvTokenizer(layout.dialect, layout.encoding, (record) => {
      this.#rows.push(new TextRow(record.line, record.endOffset, record.raw(), this.#outcome(record)));
    });
  }

  push(chunk: Uint8Array): DecodedRow[] {
    this.#tokenizer.push(chunk);
    return this.#take();
  }

  end(): DecodedRow[] {
    this.#tokenizer.end();
    const last = this.#rules.atEnd();
    if (last !== null) this.#rows.push(new TextRow(this.#tokenizer.line, this.#tokenizer.offset, "", last));
    return this.#take();
  }

  #take(): DecodedRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #outcome(record: CsvRecord): RowOutcome {
    if (record.fault !== null) return this.#rules.reject(faultReject(record.fault));
    if (this.#linesToSkip > 0) {
      this.#linesToSkip--;
      return { kind: "framing", what: "header" };
    }
    if (record.isBlank) return { kind: "framing", what: "blank" };
    const line = record.field(0);
    const countFault =
      line.length >= this.#firstColumns
        ? null
        : columnCount({ seen: line.length, expected: `at least ${this.#firstColumns} (characters)` });
    return this.#rules.judge(this.#fields.at(line), countFault, null);
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
