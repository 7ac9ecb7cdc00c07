import { uuidv7 } from "../../clock.ts";
import { invariant } from "../../core/invariant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { plainArray } from "../db/plain-array.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredEvent, TenantEvent } from "./event.ts";
import { EVENTS } from "./event-catalogue.ts";

/** Longest text of an event: what is longer is cut, so that a message about it stays small whatever it tells of. */
const TEXT_LENGTH_MAX = 500;

/** Stores events of a tenant, in the transaction in which they happen; answers their ids. */
export async function insertEvents(
  tx: Tx,
  tenantId: string,
  events: readonly TenantEvent[],
): Promise<readonly string[]> {
  if (events.length === 0) return [];
  const ids = events.map(() => uuidv7());
  await tx.query(
    `insert into events (id, tenant_id, kind, account_id, object_kind, object_id, data)
     select t.id, $2, t.kind, t.account_id, t.object_kind, t.object_id, t.data
     from unnest($1::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::jsonb[])
       as t(id, kind, account_id, object_kind, object_id, data)`,
    [
      plainArray(ids),
      tenantId,
      events.map(({ kind }) => kind),
      plainArray(events.map(({ accountId }) => accountId)),
      events.map(({ kind }) => EVENTS[kind].object),
      events.map(objectIdOf),
      events.map(({ data }) => JSON.stringify(data, cutText)),
    ],
  );
  return ids;
}

function objectIdOf({ kind, accountId, objectId }: TenantEvent): string {
  const id = objectId ?? accountId;
  invariant(id !== null, `an event ${kind} is about an object`);
  return id;
}

const cutText = (_key: string, value: unknown): unknown =>
  typeof value === "string" && value.length > TEXT_LENGTH_MAX ? `${value.slice(0, TEXT_LENGTH_MAX - 1)}…` : value;

/** Which events; what is left out does not matter. */
export interface EventFilter {
  readonly account?: string | undefined;
  readonly kind?: string | undefined;
  /** Only those that happened then or later. */
  readonly since?: EpochMs | undefined;
  /** Only those behind the one of this id in the list. */
  readonly behind?: string | undefined;
  readonly limit: number;
}

interface EventRow {
  readonly id: string;
  readonly kind: StoredEvent["kind"];
  readonly code: string | null;
  readonly object_kind: string;
  readonly object_id: string;
  readonly happened_at: EpochMs;
  readonly data: StoredEvent["data"];
}

const eventOf = ({ id, kind, code, object_kind, object_id, happened_at, data }: EventRow): StoredEvent => ({
  ...{ id, kind, account: code, object: { kind: object_kind, id: object_id }, happenedAt: happened_at, data },
});

/** Events of a tenant, the latest first. */
export async function listEvents(
  tx: Tx,
  tenantId: string,
  { account, kind, since, behind, limit }: EventFilter,
): Promise<readonly StoredEvent[]> {
  const { rows } = await tx.query<EventRow>(
    `select e.id, e.kind, a.code, e.object_kind, e.object_id, e.happened_at, e.data
     from events e left join accounts a on a.id = e.account_id
     where e.tenant_id = $1 and ($2::text is null or a.code = $2) and ($3::text is null or e.kind = $3)
       and ($4::timestamptz is null or e.happened_at >= $4)
       and ($6::uuid is null or (e.happened_at, e.id) < (select happened_at, id from events where id = $6))
     order by e.happened_at desc, e.id desc limit $5`,
    [
      ...[tenantId, account ?? null, kind ?? null, since === undefined ? null : timestampToSql(since), limit],
      behind ?? null,
    ],
  );
  return rows.map(eventOf);
}

/** Takes events of all tenants that no process has logged, the oldest first; no other process gets them. */
export async function takeUnlogged(tx: Tx, limit: number): Promise<readonly (StoredEvent & { tenantId: string })[]> {
  const { rows } = await tx.query<EventRow & { readonly tenant_id: string }>(
    `with taken as (
       update events set logged_at = clock_timestamp() where id in (
         select id from events where logged_at is null order by happened_at, id limit $1 for update skip locked)
       returning id, tenant_id, kind, account_id, object_kind, object_id, happened_at, data)
     select e.id, e.tenant_id, e.kind, a.code, e.object_kind, e.object_id, e.happened_at, e.data
     from taken e left join accounts a on a.id = e.account_id order by e.happened_at, e.id`,
    [limit],
  );
  return rows.map((row) => ({ ...eventOf(row), tenantId: row.tenant_id }));
}
