import { invariant } from "../../core/invariant.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import { type ArchivedTable, columnList, type Figure, figuresSql, SHAPES } from "./archived-tables.ts";
import type { Month } from "./month.ts";

/** Whose calls of which month. */
export interface MonthOfTenant {
  readonly tenantId: string;
  readonly month: Month;
}

/** The calls of a month that are in the tables, and when their charges were answered (SQL texts; null: never). */
export interface MonthRows extends MonthOfTenant {
  readonly answers: { readonly first: string; readonly last: string } | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The calls of a month go as a whole: the events that began in it, and of these every charge and every earlier reading,
 * wherever it stands. COPY takes no parameters, hence literals, and the strict test of what becomes one.
 */
function eventsOf({ tenantId, month }: MonthOfTenant): string {
  invariant(UUID.test(tenantId), `a tenant id is a lower-case UUID, got ${tenantId}`);
  const [from, until] = [timestampToSql(month.startAt), timestampToSql(month.endAt)];
  return `u.tenant_id = '${tenantId}' and u.started_at >= '${from}' and u.started_at < '${until}'`;
}

/** Events that were corrected may have charges at places where they are no longer. */
const formerPlaces = (events: string): string => `
  select distinct h.book_id, (h.event->>'answered_at')::timestamptz as answered_at, h.id
  from usage_history h join usage_events u on u.id = h.id and u.tenant_id = h.tenant_id
  where ${events} and h.event->>'answered_at' is not null
    and (h.book_id, (h.event->>'answered_at')::timestamptz) is distinct from (u.book_id, u.answered_at)`;

/** Looks where the charges of a month stand, so that no other partition has to be searched for them. */
export async function findMonthRows(tx: Tx, scope: MonthOfTenant): Promise<MonthRows> {
  const events = eventsOf(scope);
  const { rows } = await tx.query<{ first: string | null; last: string | null }>(
    `select min(answered_at)::text as first, max(answered_at)::text as last from (
       select u.book_id, u.answered_at, u.id from usage_events u where ${events} union all ${formerPlaces(events)}) p`,
  );
  const { first, last } = rows[0] ?? { first: null, last: null };
  return { ...scope, answers: first === null || last === null ? null : { first, last } };
}

/** The condition on a row of `table` that makes it one of the month. */
function conditionOf(table: ArchivedTable, scope: MonthRows): string {
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

const rowsSql = (table: ArchivedTable, scope: MonthRows): string =>
  `select ${columnList(table)} from ${table} ${ALIASES[table]} where ${conditionOf(table, scope)}`;

/** A `COPY … TO STDOUT` of a table's rows of a month, in the order of their file. */
export const copyOutSql = (table: ArchivedTable, scope: MonthRows): string =>
  `copy (select * from (${rowsSql(table, scope)}) r order by ${SHAPES[table].order})
   to stdout (format csv, null '\\N', encoding 'UTF8')`;

/** What a table's rows of a month come to. */
export async function loadFigures(tx: Tx, table: ArchivedTable, scope: MonthRows): Promise<readonly Figure[]> {
  const { rows } = await tx.query<Figure>(figuresSql(table, `(${rowsSql(table, scope)}) r`, "postgres"));
  return rows;
}

/** Takes a table's rows of a month away; answers what they came to. Events last: they say which the others are. */
export async function deleteRows(tx: Tx, table: ArchivedTable, scope: MonthRows): Promise<readonly Figure[]> {
  const { rows } = await tx.query<Figure>(
    `with gone as (
       delete from ${table} ${ALIASES[table]} where ${conditionOf(table, scope)} returning ${columnList(table)}
     ) ${figuresSql(table, "gone", "postgres")}`,
  );
  return rows;
}

const stageOf = (table: ArchivedTable): string => `restored_${table}`;

/** Makes a place of a table's shape for rows that come back; answers the statement that takes them. */
export async function openStage(tx: Tx, table: ArchivedTable): Promise<string> {
  await tx.query(`create temp table ${stageOf(table)} (like ${table}) on commit drop`);
  return `copy ${stageOf(table)} (${columnList(table)}) from stdin (format csv, null '\\N', encoding 'UTF8')`;
}

const LOOK_UPS: Readonly<Record<ArchivedTable, string>> = {
  usage_events: "book_id, started_at, id",
  charges: "book_id, answered_at, usage_id",
  usage_history: "book_id, id",
};

/** Makes a place for rows that are only to be read beside their table; answers the statement that takes them. */
export async function openBookStage(tx: Tx, table: ArchivedTable): Promise<string> {
  await tx.query(`create temp table archived_${table} (like ${table}) on commit drop`);
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
