import { uuidv7 } from "../../clock.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { plainArray } from "../db/plain-array.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";

/** One process at a time routes, so that the numbers of an object's events are their order; false: another does. */
export async function lockRouting(tx: Tx): Promise<boolean> {
  const { rows } = await tx.query<{ locked: boolean }>(
    "select pg_try_advisory_xact_lock(hashtext('tollwright.webhook_routing')) as locked",
  );
  return rows[0]?.locked ?? false;
}

/**
 * Gives events that have none the next number of their object, the oldest first; answers their ids. An event whose
 * transaction commits late comes behind those that were numbered before it.
 */
export async function numberEvents(tx: Tx, at: EpochMs, limit: number): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `with batch as (
       select id, tenant_id, object_kind, object_id, happened_at from events
       where routed_at is null order by happened_at, id limit $1
     ), placed as (
       select *, row_number() over object as place,
         count(*) over (partition by tenant_id, object_kind, object_id) as ofs
       from batch window object as (partition by tenant_id, object_kind, object_id order by happened_at, id)
     ), counted as (
       insert into event_objects as o (tenant_id, kind, id, sequence)
       select tenant_id, object_kind, object_id, max(place) from placed group by 1, 2, 3
       on conflict (tenant_id, kind, id) do update set sequence = o.sequence + excluded.sequence
       returning tenant_id, kind, id, sequence
     )
     update events e set sequence = c.sequence - p.ofs + p.place, routed_at = $2
     from placed p join counted c on c.tenant_id = p.tenant_id and c.kind = p.object_kind and c.id = p.object_id
     where e.id = p.id returning e.id`,
    [limit, timestampToSql(at)],
  );
  return rows.map(({ id }) => id);
}

/** An event that a webhook wants. */
interface Wanted {
  readonly webhookId: string;
  readonly eventId: string;
}

/**
 * Which of these events which webhook wants: one that is on, of its kinds, and, where it is of a reseller or customer,
 * of its subtree. An event that is about one webhook's test is for that one.
 */
export async function matchWebhooks(tx: Tx, eventIds: readonly string[]): Promise<readonly Wanted[]> {
  const { rows } = await tx.query<{ webhook_id: string; event_id: string }>(
    `with recursive batch as (
       select id, tenant_id, kind, account_id, object_id, happened_at from events where id = any($1::uuid[])
     ), above (event_id, account_id) as (
       select id, account_id from batch where account_id is not null
       union
       select above.event_id, a.parent_id from above join accounts a on a.id = above.account_id
       where a.parent_id is not null
     )
     select w.id as webhook_id, b.id as event_id
     from batch b join webhooks w on w.tenant_id = b.tenant_id and w.disabled_reason is null
     where case when b.kind = 'webhook-test' then w.id::text = b.object_id
       else (cardinality(w.kinds) = 0 or b.kind = any(w.kinds))
         and (w.account_id is null or exists (
           select from above where above.event_id = b.id and above.account_id = w.account_id))
       end
     order by b.happened_at, b.id`,
    [plainArray(eventIds)],
  );
  return rows.map((row) => ({ webhookId: row.webhook_id, eventId: row.event_id }));
}

/** Locks webhooks, in order, as {@link insertDeliveries} needs it; those that are deleted meanwhile are left out. */
export async function lockWebhooks(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ id: string }>(
    "select id from webhooks where id = any($1::uuid[]) and disabled_reason is null order by id for no key update",
    [plainArray(ids)],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Makes deliveries; one that there is already is left as it is. What has another of its object before it waits behind
 * that. The webhooks are locked.
 */
export async function insertDeliveries(tx: Tx, wanted: readonly Wanted[], at: EpochMs): Promise<void> {
  await tx.query(
    `insert into webhook_deliveries (tenant_id, id, webhook_id, event_id, object_kind, object_id, sequence, due_at,
       created_at)
     select e.tenant_id, t.id, t.webhook_id, e.id, e.object_kind, e.object_id, e.sequence,
       case when row_number() over (partition by t.webhook_id, e.object_kind, e.object_id order by e.sequence) > 1
         or exists (select from webhook_deliveries d where d.webhook_id = t.webhook_id and d.object_kind = e.object_kind
           and d.object_id = e.object_id and d.state = 'waiting')
         then 'infinity' else $4::timestamptz end, $4
     from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as t(id, webhook_id, event_id) join events e on e.id = t.event_id
     on conflict (webhook_id, event_id) do nothing`,
    [
      plainArray(wanted.map(() => uuidv7())),
      plainArray(wanted.map(({ webhookId }) => webhookId)),
      plainArray(wanted.map(({ eventId }) => eventId)),
      timestampToSql(at),
    ],
  );
}
