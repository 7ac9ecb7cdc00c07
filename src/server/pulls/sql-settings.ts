import { type Static, Type } from "typebox";
import { closed, pullFields, SecretFrom } from "./common-settings.ts";
import { CURSOR_KINDS } from "./sql/position.ts";

const name = Type.String({ minLength: 1, maxLength: 200, pattern: "^[^\\0]*$" });

const PAGE_ROWS_MAX = 20_000;
const OVERLAP_MAX = 10_000_000;

/** A table, or a query, of a switch's PostgreSQL, MySQL or MariaDB. */
export const SqlPull = Type.Object(
  {
    kind: Type.Literal("sql"),
    ...pullFields,
    /** `postgresql://user:password@host:port/database`, or `mysql://…` for MySQL and MariaDB. */
    urlFrom: SecretFrom,
    /** `verified`: the server proves its name; `encrypted`: whoever answers is believed; `off`: nothing is hidden. */
    tls: Type.Enum(["verified", "encrypted", "off"], { default: "verified" }),
    /** Certificates of the authorities that may vouch for the server; null: those that Node knows. */
    caFile: Type.Union([Type.String({ pattern: "^/", maxLength: 1_000 }), Type.Null()], { default: null }),
    /** With its schema before a dot where it needs one; "e_cdr_{yyyyMMdd}" where there is one a day. */
    table: name,
    /** A select that is read instead of the table, whose name then only stands in messages. */
    query: Type.Union([Type.String({ minLength: 1, maxLength: 20_000 }), Type.Null()], { default: null }),
    /** null: all that there are. */
    columns: Type.Union([Type.Array(name, { minItems: 1, maxItems: 500 }), Type.Null()], { default: null }),
    /** The column that grows from row to row, and that an index is on. */
    cursor: Type.Object(
      {
        column: name,
        /** `number`: an id, or seconds since 1970; `time`: dates with times. */
        by: Type.Enum([...CURSOR_KINDS]),
        /** How far before its end the last read is read again: numbers, or seconds of a time. */
        overlap: Type.Integer({ minimum: 0, maximum: OVERLAP_MAX, default: 7_200 }),
        /** Where the first read begins: "250000", "2026-11-01 00:00:00"; null: at the beginning. */
        from: Type.Union([name, Type.Null()], { default: null }),
      },
      closed,
    ),
    /** Rows that are read and stored at a time. */
    pageRows: Type.Integer({ minimum: 1, maximum: PAGE_ROWS_MAX, default: 5_000 }),
  },
  closed,
);
export type SqlPull = Static<typeof SqlPull>;
