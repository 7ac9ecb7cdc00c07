import { invariant } from "../../core/invariant.ts";
import { DAY_MS } from "../../core/time/civil-day.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import { type ArchivedTable, columnList, type Figure, figuresSql, SHAPES } from "./archived-tables.ts";
import type { Month, Span } from "./month.ts";

/** Whose calls of which month. */
export interface MonthOfTenant {
  readonly tenantId: string;
  readonly month: Month;
}

/** Calls of a time that are in the tables, and when their charges were answered (SQL texts; null: never). */
export interface SpanRows {
  readonly tenantId: string;
  readonly span: Span;
  readonly answers: { readonly first: string; readonly last: string } | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The calls of a time go as a whole: the events that began in it, and of these every charge and every earlier reading,
 * wherever it stands. COPY takes no parameters, hence literals, and the strict test of what becomes one.
 */
function eventsOf({ tenantId, span }: Pick<SpanRows, "tenantId" | "span">): string {
  invariant(UUID.test(tenantId), `a tenant id is a lower-case UUID, got ${tenantId}`);
  return `u.tenant_id = '${tenantId}' and ${within("u.started_at", span)}`;
}

const within = (column: string, { startAt, endAt }: Span): string =>
  `${column} >= '${timestampToSql(startAt)}' and ${column} < '${timestampToSql(endAt)}'`;

/** Events that were corrected may have charges at places where they are no longer. */
const formerPlaces = (events: string): string => `
  select distinct h.book_id, (h.event->>'answered_at')::timestamptz as answered_at, h.id
  from usage_history h join usage_events u on u.id = h.id and u.tenant_id = h.tenant_id
  where ${events} and h.event->>'answered_at' is not null
    and (h.book_id, (h.event->>'answered_at')::timestamptz) is distinct from (u.book_id, u.answered_at)`;

/** The days (UTC) of a month on which a tenant's calls in the database began: a step that takes one has a bound. */
export async function findDays(tx: Tx, { tenantId, month }: MonthOfTenant): Promise<readonly Span[]> {
  const { rows } = await tx.query<{ at: EpochMs }>(
    `select d.at from generate_series($2::timestamptz, $3::timestamptz - interval '24 hours', interval '24 hours') d(at)
     where exists (select from usage_events u where u.tenant_id = $1 and u.started_at >= d.at
       and u.started_at < d.at + interval '24 hours')
     order by d.at`,
    [tenantId, timestampToSql(month.startAt), timestampToSql(month.endAt)],
  );
  return rows.map(({ at }) => ({ startAt: at, endAt: epochMs(at + DAY_MS) }));
}

/** Looks where the charges of calls stand, so that no other partition has to be searched for them. */
export async function findRows(tx: Tx, scope: Pick<SpanRows, "tenantId" | "span">): Promise<SpanRows> {
  const events = eventsOf(scope);
  const { rows } = await tx.query<{ first: string | null; last: string | null }>(
    `select min(answered_at)::text as first, max(answered_at)::text as last from (
       select u.book_id, u.answered_at, u.id from usage_events u where ${events} union all ${formerPlaces(events)}) p`,
  );
  const { first, last } = rows[0] ?? { first: null, last: null };
  return { ...scope, answers: first === null || last === null ? null : { first, last } };
}

/** The condition on a row of `table` that makes it one of the calls'. */
function conditionOf(table: ArchivedTable, scope: SpanRows): string {
  const events = eventsOf(scope);
  switch (table) {
    case "usage_events":
      return events;
    case "charges":
      if (scope.answers === null) return "false";
      return `c.tenant_id = '${scope.tenantId}' and c.answered_at >= '${scope.answers.first}'
        and c.answered_at <= '${scope.answers.last}' and (c.book_id, c.answered_at, c.usage_id) in (
        select u.book_id, u.answered_at, u.id from usage_events u where ${events} and u.answered_at is not null
        union all ${formerPlaces(events)})`;
    case "usage_history":
      return `h.tenant_id = '${scope.tenantId}' and h.id in (select u.id from usage_events u where ${events} and u.revision > 0)`;
    default:
      return table satisfies never;
  }
}

const ALIASES: Readonly<Record<ArchivedTable, string>> = { usage_events: "u", charges: "c", usage_history: "h" };

const rowsSql = (table: ArchivedTable, scope: SpanRows): string =>
  `select ${columnList(table)} from ${table} ${ALIASES[table]} where ${conditionOf(table, scope)}`;

/** A `COPY … TO STDOUT` of a table's rows of a time, in the order of their file. */
export const copyOutSql = (table: ArchivedTable, scope: SpanRows): string =>
  `copy (select * from (${rowsSql(table, scope)}) r order by ${SHAPES[table].order})
   to stdout (format csv, null '\\N', encoding 'UTF8')`;

/** What a table's rows of a time come to. */
export async function loadFigures(tx: Tx, table: ArchivedTable, scope: SpanRows): Promise<readonly Figure[]> {
  const { rows } = await tx.query<Figure>(figuresSql(table, `(${rowsSql(table, scope)}) r`, "postgres"));
  return rows;
}

/**
 * Takes a table's rows of a time away; answers what they came to. Events last: they say which the others are. With
 * `but`, charges that were answered in that time stay.
 */
export async function deleteRows(
  tx: Tx,
  table: ArchivedTable,
  scope: SpanRows,
  but?: Span,
): Promise<readonly Figure[]> {
  const stays = but === undefined ? "" : `and not (${within("c.answered_at", but)})`;
  const { rows } = await tx.query<Figure>(
    `with gone as (
       delete from ${table} ${ALIASES[table]} where ${conditionOf(table, scope)} ${stays}
       returning ${columnList(table)}
     ) ${figuresSql(table, "gone", "postgres")}`,
  );
  return rows;
}

const stageOf = (table: ArchivedTable): string => `restored_${table}`;

/** Makes a place of a table's shape for rows that come back; answers the statement that takes them. */
export async function openStage(tx: Tx, table: ArchivedTable): Promise<string> {
  await tx.query(`create temp table ${stageOf(table)} (like ${table} including generated) on commit drop`);
  return `copy ${stageOf(table)} (${columnList(table)}) from stdin (format csv, null '\\N', encoding 'UTF8')`;
}

const LOOK_UPS: Readonly<Record<ArchivedTable, string>> = {
  usage_events: "book_id, started_at, id",
  charges: "book_id, answered_at, usage_id",
  usage_history: "book_id, id",
};

/** Makes a place for rows that are only to be read beside their table; answers the statement that takes them. */
export async function openBookStage(tx: Tx, table: ArchivedTable): Promise<string> {
  await tx.query(`create temp table archived_${table} (like ${table} including generated) on commit drop`);
  await tx.query(`create index on archived_${table} (${LOOK_UPS[table]})`);
  return `copy archived_${table} (${columnList(table)}) from stdin (format csv, null '\\N', encoding 'UTF8')`;
}

/** Puts staged rows back into their table; answers what went in. */
export async function unstageRows(tx: Tx, table: ArchivedTable): Promise<readonly Figure[]> {
  const columns = columnList(table);
  const { rows } = await tx.query<Figure>(
    `with back as (insert into ${table} (${columns}) select ${columns} from ${stageOf(table)} returning ${columns})
     ${figuresSql(table, "back", "postgres")}`,
  );
  return rows;
}

/** Months, by their first days, in which staged charges were answered. */
export async function stagedMonths(tx: Tx): Promise<readonly string[]> {
  const { rows } = await tx.query<{ day: string }>(
    `select distinct date_trunc('month', answered_at at time zone 'UTC')::date as day from ${stageOf("charges")} order by 1`,
  );
  return rows.map(({ day }) => day);
}

/** First days of the months in which a tenant has calls in the database that began before an instant. */
export async function loadMonths(tx: Tx, { tenantId, month }: MonthOfTenant): Promise<readonly string[]> {
  // One look at each month's partition ends at its first row: a count would read them all.
  const { rows } = await tx.query<{ day: string }>(
    `select m.day::date as day
     from (
       select to_date(right(c.relname, 7), 'YYYY_MM')::timestamp as day
       from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'usage_events'::regclass
     ) m
     where m.day at time zone 'UTC' < $2 and exists (
       select from usage_events u where u.tenant_id = $1 and u.started_at >= m.day at time zone 'UTC'
         and u.started_at < (m.day + interval '1 month') at time zone 'UTC')
     order by 1`,
    [tenantId, timestampToSql(month.startAt)],
  );
  return rows.map(({ day }) => day);
}
