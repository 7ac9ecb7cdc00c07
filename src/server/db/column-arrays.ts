import { BinaryCopy, type RowSink } from "./binary-copy.ts";

/** Types of columns, as they are written in SQL, and their object ids (pg_type.dat). */
const TYPES = {
  uuid: 2950,
  text: 25,
  smallint: 21,
  integer: 23,
  bigint: 20,
  boolean: 16,
  timestamptz: 1184,
  numeric: 1700,
  jsonb: 3802,
} as const;
type ColumnType = keyof typeof TYPES;

/** Dimensions, whether there are nulls, type, and then length and lower bound of the one dimension. */
const HEAD = new Uint8Array(20);
const ROOM_BYTES = 1 << 10;

interface Column {
  readonly type: ColumnType;
  /** Elements of an array are written as fields of a row are: the value after its length. */
  readonly elements: BinaryCopy;
}

/** Rows as one array a column, in PostgreSQL's binary form: parameters of one statement that takes them by `unnest`. */
export class ColumnArrays implements RowSink {
  readonly #columns: Column[] = [];
  #rows = 0;
  #next = 0;

  /** The columns' types, in order, as they are written in SQL; known once there is a row. */
  get types(): readonly string[] {
    return this.#columns.map(({ type }) => type);
  }

  /** One parameter a column; nothing is written after it. */
  parameters(): readonly Buffer[] {
    return this.#columns.map(({ type, elements: { bytes } }) => {
      bytes.writeInt32BE(1, 0);
      bytes.writeInt32BE(1, 4); // there may be nulls
      bytes.writeInt32BE(TYPES[type], 8);
      bytes.writeInt32BE(this.#rows, 12);
      bytes.writeInt32BE(1, 16);
      return bytes;
    });
  }

  row(): void {
    this.#rows += 1;
    this.#next = 0;
  }

  uuid(...[value]: Parameters<RowSink["uuid"]>): void {
    this.#of("uuid").uuid(value);
  }

  text(...[value]: Parameters<RowSink["text"]>): void {
    this.#of("text").text(value);
  }

  int2(...[value]: Parameters<RowSink["int2"]>): void {
    this.#of("smallint").int2(value);
  }

  int4(...[value]: Parameters<RowSink["int4"]>): void {
    this.#of("integer").int4(value);
  }

  int8(...[value]: Parameters<RowSink["int8"]>): void {
    this.#of("bigint").int8(value);
  }

  bool(...[value]: Parameters<RowSink["bool"]>): void {
    this.#of("boolean").bool(value);
  }

  timestamptz(...[at]: Parameters<RowSink["timestamptz"]>): void {
    this.#of("timestamptz").timestamptz(at);
  }

  amount(...[value]: Parameters<RowSink["amount"]>): void {
    this.#of("numeric").amount(value);
  }

  numeric(...[value]: Parameters<RowSink["numeric"]>): void {
    this.#of("numeric").numeric(value);
  }

  json(value: unknown): void {
    this.#of("jsonb").json(value);
  }

  /** Where the next field of the row goes. */
  #of(type: ColumnType): BinaryCopy {
    const column = this.#columns[this.#next] ?? { type, elements: new BinaryCopy(HEAD, ROOM_BYTES) };
    this.#columns[this.#next] = column;
    this.#next += 1;
    return column.elements;
  }
}
