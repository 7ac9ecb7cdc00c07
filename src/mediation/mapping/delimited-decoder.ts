import type { Reject } from "../../core/reject.ts";
import type { CsvRecord } from "../csv/record.ts";
import type { DecoderSettings, RowOutcome } from "../decoder.ts";
import { isRowCount } from "../text/printed.ts";
import type { Fields, Slots } from "./fields.ts";
import type { DelimitedLayout } from "./layout.ts";
import { LineDecoder } from "./line-decoder.ts";
import { columnCount, headerMismatch } from "./record-faults.ts";
import { RecordIdentities } from "./record-identity.ts";
import type { RowRules } from "./row-rules.ts";

/** Where the columns of a mapping are in records of one shape. */
interface Shape {
  /** Position of each slot, from 0; -1 where the file has no such column. */
  readonly positions: Int32Array;
  /** Columns up to the last one that the mapping cannot do without. */
  readonly columnsNeeded: number;
  readonly columnFault: Reject | null;
}

/** The record at hand, by the slots of the mapping. */
class DelimitedFields implements Fields {
  record: CsvRecord | null = null;
  positions: Int32Array = new Int32Array(0);
  readonly #identities = new RecordIdentities();
  #identity: string | null = null;

  at(record: CsvRecord, positions: Int32Array): this {
    this.record = record;
    this.positions = positions;
    this.#identity = null;
    return this;
  }

  text(slot: number): string {
    return this.record!.field(this.positions[slot] as number);
  }

  identity(): string {
    this.#identity ??= this.#identities.next(this.record!.rawText());
    return this.#identity;
  }
}

/** Decodes files of delimited columns by a mapping. */
export class DelimitedDecoder extends LineDecoder {
  readonly #layout: DelimitedLayout;
  readonly #slots: Slots;
  readonly #fields = new DelimitedFields();
  readonly #shapes = new Map<number, Shape>();
  #header: readonly string[] | null = null;

  constructor(layout: DelimitedLayout, slots: Slots, rules: RowRules, settings: DecoderSettings) {
    super(layout, rules, settings);
    this.#layout = layout;
    this.#slots = slots;
    for (const names of layout.columns) this.#shapes.set(names.length, this.#shapeOf(names));
    if (layout.columns.length === 1 && !layout.isRagged) this.cutter.expectedFields = layout.columns[0]!.length;
  }

  protected override judge(record: CsvRecord): RowOutcome {
    if (this.#layout.hasHeader && this.#isHeader(record)) return { kind: "framing", what: "header" };
    if (this.#layout.hasHeader && record.fieldCount === 1 && isRowCount(record.field(0))) return ROW_COUNT;
    const shape = this.#shapeFor(record);
    const fields = this.#fields.at(record, shape.positions);
    // Where nothing says how many columns there are, only a call needs those that the mapping names.
    if (!this.#hasNames()) return this.rules.judge(fields, null, shape.columnFault ?? tooFewFault(record, shape));
    return this.rules.judge(fields, this.#countFault(record, shape), shape.columnFault);
  }

  /** It has all its columns, and the last one's quotes are closed, or nobody reads it. */
  protected override isClosed(record: CsvRecord): boolean {
    if (record.fieldCount !== this.cutter.expectedFields) return false;
    return record.isLastClosed || !this.#reads(record, record.fieldCount - 1);
  }

  #reads(record: CsvRecord, position: number): boolean {
    return this.#slots.asksRecord || this.#shapeFor(record).positions.includes(position);
  }

  /** The first record is the header; files put one after the other repeat it. */
  #isHeader(record: CsvRecord): boolean {
    if (this.#header === null) {
      this.#header = record.fields();
      this.#shapes.set(this.#header.length, this.#shapeOf(this.#header));
      if (!this.#layout.isRagged) this.cutter.expectedFields = this.#header.length;
      return true;
    }
    return (
      record.field(0) === this.#header[0] &&
      record.fieldCount === this.#header.length &&
      this.#header.every((name, index) => record.field(index) === name)
    );
  }

  #shapeFor(record: CsvRecord): Shape {
    let shape = this.#shapes.get(record.fieldCount);
    if (shape === undefined) {
      // Rows of another length are read by the longest shape: rules about them (a trailer's) go by column number.
      const names = this.#header ?? longest(this.#layout.columns);
      shape = this.#shapeOf(names);
      if (this.#shapes.size < 1_000) this.#shapes.set(record.fieldCount, shape);
    }
    return shape;
  }

  #shapeOf(names: readonly string[]): Shape {
    const positions = Int32Array.from(this.#slots.all, ({ ref }) =>
      typeof ref === "number" ? ref - 1 : positionOf(ref, names),
    );
    const missing = this.#slots.all.filter(({ ref, optional }, slot) => {
      const isThere = typeof ref === "number" ? names.length === 0 || ref <= names.length : positions[slot]! >= 0;
      return !optional && !isThere;
    });
    const columnFault = missing.length === 0 ? null : headerMismatch(missing.map(({ ref }) => String(ref)));
    const needed = this.#slots.all.map(({ optional }, slot) => (optional ? 0 : positions[slot]! + 1));
    return { positions, columnsNeeded: Math.max(0, ...needed), columnFault };
  }

  #hasNames(): boolean {
    return this.#header !== null || this.#layout.columns.length > 0;
  }

  #countFault(record: CsvRecord, shape: Shape): Reject | null {
    const seen = record.fieldCount;
    if (seen === this.cutter.expectedFields) return null;
    const { columns, isRagged } = this.#layout;
    const lengths = this.#header === null ? columns.map((names) => names.length) : [this.#header.length];
    if (lengths.includes(seen)) return null;
    const most = Math.max(...lengths);
    if (!isRagged || (seen > most && !isEmptyFrom(record, most)))
      return columnCount({ seen, expected: lengths.join(" or ") });
    return tooFewFault(record, shape);
  }
}

/** A record must have every column that the mapping needs. */
const tooFewFault = ({ fieldCount: seen }: CsvRecord, { columnsNeeded }: Shape): Reject | null =>
  seen >= columnsNeeded ? null : columnCount({ seen, expected: `at least ${columnsNeeded}` });

const ROW_COUNT: RowOutcome = { kind: "framing", what: "trailer" };

/** Position of a column by its name: as written, else whatever the case; -1 when it is not there. */
function positionOf(name: string, names: readonly string[]): number {
  const exact = names.findIndex((each) => each.trim() === name);
  if (exact >= 0) return exact;
  const folded = name.toLowerCase();
  return names.findIndex((each) => each.trim().toLowerCase() === folded);
}

const longest = (lists: readonly (readonly string[])[]): readonly string[] =>
  lists.reduce((most, each) => (each.length > most.length ? each : most), []);

/** A delimiter after the last column makes an empty one more. */
function isEmptyFrom(record: CsvRecord, from: number): boolean {
  for (let index = from; index < record.fieldCount; index++) if (record.field(index).trim() !== "") return false;
  return true;
}
