import { nanosToSql } from "../../core/money/nanos.ts";
import type { NumberPattern } from "../../core/numbering/number-pattern.ts";
import { DAY_MS, isoDate } from "../../core/time/civil-day.ts";
import { timestampToSql } from "../db/sql-types.ts";
import { type CallFilter, type CallPosition, hasIndexedNumber } from "./call-filter.ts";

/** A condition on `usage_events u` and the values of its parameters; PostgreSQL and DuckDB read it alike. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** What a call costs the account that pays it, all its corrections included. */
const COST = `(select coalesce(sum(c.amount), 0) from charges c
  where c.book_id = u.book_id and c.answered_at = u.answered_at and c.usage_id = u.id and c.account_id = u.account_id)`;

/**
 * The condition of a filter, for the calls of one stretch of its time. Only comparisons that PostgreSQL takes for
 * leak-proof find their index under row-level security, so prefixes are ranges and exact numbers lists.
 */
export function conditionOf(filter: CallFilter, after: CallPosition | null, order: "newest" | "oldest"): Condition {
  const values: unknown[] = [];
  const value = (one: unknown, type: string): string => `$${values.push(one)}::${type}`;
  const all = [
    `u.started_at >= ${value(timestampToSql(filter.from), "timestamptz")}`,
    `u.started_at < ${value(timestampToSql(filter.until), "timestamptz")}`,
  ];
  if (after !== null) {
    const sign = order === "newest" ? "<" : ">";
    const at = value(timestampToSql(after.startedAt), "timestamptz");
    all.push(`u.started_at ${sign}= ${at} and (u.started_at ${sign} ${at} or u.id ${sign} ${value(after.id, "uuid")})`);
  }
  if (filter.id !== undefined) all.push(`u.id = ${value(filter.id, "uuid")}`);
  if (filter.payers !== undefined) {
    all.push(`u.book_id = ${value(filter.payers.bookId, "uuid")}`);
    all.push(`u.account_id = any(${value(filter.payers.accountIds, "uuid[]")})`);
  }
  if (filter.vendorAccountId !== undefined) all.push(`u.vendor_account_id = ${value(filter.vendorAccountId, "uuid")}`);
  if (filter.sourceId !== undefined) all.push(`u.source_id = ${value(filter.sourceId, "uuid")}`);
  if (filter.calling !== undefined) all.push(numberCondition("u.calling", filter.calling, value));
  if (filter.called !== undefined) all.push(numberCondition("u.called", filter.called, value));
  if (filter.number !== undefined) {
    const { number } = filter;
    all.push(`(${["u.calling", "u.called"].map((column) => numberCondition(column, number, value)).join(" or ")})`);
  }
  if (filter.trunk !== undefined) {
    const trunk = value(filter.trunk, "text");
    all.push(`(u.ingress_trunk = ${trunk} or u.egress_trunk = ${trunk})`);
  }
  if (filter.cause?.kind === "text") all.push(`lower(u.cause_text) = lower(${value(filter.cause.value, "text")})`);
  if (filter.cause?.kind === "number") {
    const cause = value(filter.cause.value, "smallint");
    all.push(`(u.q850 = ${cause} or u.sip = ${cause})`);
  }
  if (filter.answered !== undefined) all.push(`u.answered_at is ${filter.answered ? "not null" : "null"}`);
  if (filter.service === "voice") all.push("u.service is null");
  else if (filter.service !== undefined) all.push(`u.service = ${value(filter.service, "text")}`);
  const { talkedS, cost } = filter;
  if (talkedS !== undefined && talkedS.min !== null) all.push(`u.talked_s >= ${value(talkedS.min, "integer")}`);
  if (talkedS !== undefined && talkedS.max !== null) all.push(`u.talked_s <= ${value(talkedS.max, "integer")}`);
  if (cost !== undefined && cost.min !== null) all.push(`${COST} >= ${value(nanosToSql(cost.min), "numeric(28,9)")}`);
  if (cost !== undefined && cost.max !== null) all.push(`${COST} <= ${value(nanosToSql(cost.max), "numeric(28,9)")}`);
  return { sql: all.join("\n  and "), values };
}

/**
 * The condition with the days (UTC) of the filter's time named, where it looks for a number: the indexes of numbers
 * begin with the day, so that an import writes to the pages of its day alone, and are entered once for each of this
 * list.
 */
export function withDays({ sql, values }: Condition, filter: CallFilter): Condition {
  if (!hasIndexedNumber(filter)) return { sql, values };
  const first = Math.floor(filter.from / DAY_MS);
  const days = Array.from({ length: Math.ceil(filter.until / DAY_MS) - first }, (_, i) => isoDate(first + i));
  return { sql: `${sql}\n  and u.started_on = any($${values.length + 1}::date[])`, values: [...values, days] };
}

function numberCondition(
  column: string,
  pattern: NumberPattern,
  value: (one: unknown, type: string) => string,
): string {
  switch (pattern.kind) {
    case "exact":
      return `${column} = any(${value(pattern.texts, "text[]")})`;
    case "prefix": {
      const ranges = pattern.ranges.map(
        ({ from, until }) => `${column} >= ${value(from, "text")} and ${column} < ${value(until, "text")}`,
      );
      return `(${ranges.join(" or ")})`;
    }
    case "contains":
      return `position(${value(pattern.part, "text")} in ${column}) > 0`;
    default:
      return pattern satisfies never;
  }
}
