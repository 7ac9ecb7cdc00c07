import type { Archive } from "../archive/archive.ts";
import type { ArchivedRows, CallPlace, RowsJson } from "../archive/archived-rows.ts";
import { timestampToSql } from "../db/sql-types.ts";
import { conditionOf } from "./call-condition.ts";
import type { CallFilter } from "./call-filter.ts";
import { type CallPage, orderOf } from "./call-store.ts";

/** Calls of the archive with what belongs to them, each as rows of its table. */
export interface ArchivedCalls {
  readonly events: RowsJson;
  readonly charges: RowsJson;
}

/**
 * Looks for calls of a filter in parts of the archive, by the very condition that the tables are searched by: first
 * where they are, by the columns of the condition alone, then for their rows, in the row groups of just these times.
 */
export async function findArchivedCalls(
  archive: ArchivedRows,
  parts: readonly Archive[],
  { filter, page }: { readonly filter: CallFilter; readonly page: CallPage },
): Promise<ArchivedCalls> {
  const { sql, values } = conditionOf(filter, page.after, page.order);
  const answered = filter.cost === undefined ? {} : { answered: await answersOf(archive, parts, filter) };
  const places = await archive.places(parts, {
    sql: `where ${sql} order by ${orderOf(page)} limit ${page.limit}`,
    values,
    ...answered,
  });
  return { events: await eventsOf(archive, parts, places), charges: await chargesOf(archive, parts, places) };
}

/** Nothing was answered at the beginning of time: an empty stretch of charges. */
const NEVER = { first: "epoch", last: "epoch" } as const;

/** When the calls of a filter's time were answered: charges of other times need not be added up. */
async function answersOf(archive: ArchivedRows, parts: readonly Archive[], { from, until }: CallFilter) {
  const sql = "where u.started_at >= $1::timestamptz and u.started_at < $2::timestamptz";
  return (await archive.answerTimes(parts, { sql, values: [timestampToSql(from), timestampToSql(until)] })) ?? NEVER;
}

async function eventsOf(
  archive: ArchivedRows,
  parts: readonly Archive[],
  places: readonly CallPlace[],
): Promise<RowsJson> {
  if (places.length === 0) return "[]";
  return await archive.rows(parts, {
    table: "usage_events",
    sql: "where u.started_at = any($1::timestamptz[]) and u.id = any($2::uuid[])",
    values: [places.map(({ startedAt }) => startedAt), places.map(({ id }) => id)],
  });
}

/** Charges of calls where these stand now, all that are in these parts. */
async function chargesOf(
  archive: ArchivedRows,
  parts: readonly Archive[],
  places: readonly CallPlace[],
): Promise<RowsJson> {
  const answers = places.flatMap(({ id, answeredAt }) => (answeredAt === null ? [] : [{ id, answeredAt }]));
  if (answers.length === 0) return "[]";
  return await archive.rows(parts, {
    table: "charges",
    sql: "where c.answered_at = any($1::timestamptz[]) and c.usage_id = any($2::uuid[])",
    values: [answers.map(({ answeredAt }) => answeredAt), answers.map(({ id }) => id)],
  });
}
