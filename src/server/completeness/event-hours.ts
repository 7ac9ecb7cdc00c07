import type { Tx } from "../db/tx.ts";

/** The hour of a time; half as expensive as date_trunc(). */
export const hourOf = (column: string): string => `date_bin('1 hour', ${column}, '2000-01-01Z')`;
const HOUR_AND_TRUNK = `${hourOf("e.started_at")} as hour, coalesce(e.ingress_trunk, '') as trunk`;
const WANTED = "e.tenant_id = $1 and e.source_id = any($2::uuid[]) and e.started_at >= $3 and e.started_at < $4";

/** What {@link eventHours} needs in its `with`: the calls of sources $2 of tenant $1 that came in parts. */
export const PARTS = `parts as materialized (
       select distinct source_id, call_key from call_parts where tenant_id = $1 and source_id = any($2::uuid[]))`;

/**
 * Takes the events out that kept parts were made into: their rows are counted as those. Two joins and no `or`, so that
 * the server hashes the parts, however many they are.
 */
const OF_PARTS = ["e.call_key", "'[' || to_json(e.call_key) || ',' || to_json(e.leg) || ']'"]
  .map(
    (key) => `union all
       select e.source_id, ${HOUR_AND_TRUNK}, -count(*), count(*), 0, 0, 0
         from usage_events e join parts p on p.source_id = e.source_id and p.call_key = ${key}
         where ${WANTED} group by 1, 2, 3`,
  )
  .join("\n");

/**
 * A query for what stored events from $3 to $4 come to by source, hour and trunk; a place may come several times. An
 * event that one row brought takes one from the duplicates, because `row_hours` counts that row among the known ones.
 */
export const eventHours = (withParts: boolean): string => `
       select e.source_id, ${HOUR_AND_TRUNK}, count(*) as stored, -count(*) as duplicate, count(*) as calls,
         count(e.answered_at) as answered, sum(e.talked_s) as talked_s
         from usage_events e where ${WANTED} group by 1, 2, 3
       ${withParts ? OF_PARTS : ""}`;

/** Whether any of the sources keeps parts of calls: otherwise its usage is read once and not three times. */
export async function hasParts(tx: Tx, sourceIds: readonly string[]): Promise<boolean> {
  const { rows } = await tx.query(
    "select from unnest($1::uuid[]) as s(id) where exists (select from call_parts p where p.source_id = s.id) limit 1",
    [sourceIds],
  );
  return rows.length > 0;
}
