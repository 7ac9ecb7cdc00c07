import { uuidv7 } from "../../clock.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { plainArray } from "../db/plain-array.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { EventKind } from "../events/event.ts";
import type { Delivery, ListedTry } from "./delivery.ts";
import type { WebhookId } from "./webhook-store.ts";

interface DeliveryRow {
  readonly id: string;
  readonly event_id: string;
  readonly kind: EventKind;
  readonly code: string | null;
  readonly happened_at: EpochMs;
  readonly state: Delivery["state"];
  readonly tries: number;
  readonly due_at: EpochMs;
  readonly status: number | null;
  readonly what: string | null;
  readonly created_at: EpochMs;
  readonly ended_at: EpochMs | null;
}

const COLUMNS = `d.id, d.event_id, e.kind, (select a.code from accounts a where a.id = e.account_id) as code,
  e.happened_at, d.state, d.tries, d.due_at, d.status, d.what, d.created_at, d.ended_at`;

const deliveryOf = (row: DeliveryRow): Delivery => ({
  id: row.id,
  eventId: row.event_id,
  kind: row.kind,
  account: row.code,
  happenedAt: row.happened_at,
  state: row.state,
  tries: row.tries,
  dueAt: row.state === "waiting" && Number.isFinite(row.due_at) ? row.due_at : null,
  status: row.status,
  what: row.what,
  createdAt: row.created_at,
  endedAt: row.ended_at,
});

/** Which deliveries of a webhook; the latest come first. */
export interface DeliveryFilter {
  readonly state: Delivery["state"] | null;
  /** Only those older than the one of this id. */
  readonly after: string | null;
  readonly limit: number;
}

export async function listDeliveries(
  tx: Tx,
  { id }: WebhookId,
  { state, after, limit }: DeliveryFilter,
): Promise<readonly Delivery[]> {
  const { rows } = await tx.query<DeliveryRow>(
    `select ${COLUMNS} from webhook_deliveries d join events e on e.id = d.event_id
     where d.webhook_id = $1 and ($2::text is null or d.state = $2) and ($3::uuid is null or d.id < $3)
     order by d.id desc limit $4`,
    [id, state, after, limit],
  );
  return rows.map(deliveryOf);
}

/** One delivery of a webhook, by its own id or by its event's. */
export async function readDelivery(tx: Tx, { id }: WebhookId, deliveryId: string): Promise<Delivery | undefined> {
  const { rows } = await tx.query<DeliveryRow>(
    `select ${COLUMNS} from webhook_deliveries d join events e on e.id = d.event_id
     where d.webhook_id = $1 and (d.id = $2 or d.event_id = $2)`,
    [id, deliveryId],
  );
  return rows[0] && deliveryOf(rows[0]);
}

/** Tries of one delivery that are listed; replays add to them. */
const TRIES_LISTED_MAX = 100;

/** What was tried of a delivery, the latest first. */
export async function listTries(tx: Tx, deliveryId: string): Promise<readonly ListedTry[]> {
  const { rows } = await tx.query<{
    readonly number: number;
    readonly began_at: EpochMs;
    readonly took_ms: number;
    readonly status: number | null;
    readonly what: string | null;
    readonly answer: string | null;
  }>(
    `select number, began_at, took_ms, status, what, answer from webhook_tries
     where delivery_id = $1 order by began_at desc, id desc limit $2`,
    [deliveryId, TRIES_LISTED_MAX],
  );
  return rows.map((row) => ({
    number: row.number,
    beganAt: row.began_at,
    tookMs: row.took_ms,
    status: row.status,
    what: row.what,
    answer: row.answer,
  }));
}

/** Events that are to be sent again, by when they happened. */
export interface ReplayRange {
  readonly since: EpochMs;
  /** null: until now. */
  readonly until: EpochMs | null;
  readonly limit: number;
}

/**
 * Ids of events that a webhook wants and that its transaction sees, the oldest first. Those that were not numbered yet
 * will be delivered anyway.
 */
export async function findReplayable(
  tx: Tx,
  { tenantId, id }: WebhookId,
  { since, until, limit }: ReplayRange,
): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `with recursive below (id) as (
       select account_id from webhooks where id = $2 and account_id is not null
       union
       select a.id from below join accounts a on a.parent_id = below.id
     )
     select e.id from events e join webhooks w on w.id = $2
     where e.tenant_id = $1 and e.happened_at >= $3 and ($4::timestamptz is null or e.happened_at < $4)
       and e.routed_at is not null and e.kind <> 'webhook-test'
       and (cardinality(w.kinds) = 0 or e.kind = any(w.kinds))
       and (w.account_id is null or e.account_id in (select id from below))
     order by e.happened_at, e.id limit $5`,
    [tenantId, id, timestampToSql(since), until === null ? null : timestampToSql(until), limit],
  );
  return rows.map((row) => row.id);
}

/**
 * Has events delivered again, or at last, each as if it had just happened: within an object in their order. The webhook
 * is locked.
 */
export async function replayDeliveries(
  tx: Tx,
  { id }: WebhookId,
  eventIds: readonly string[],
  at: EpochMs,
): Promise<void> {
  await tx.query(
    `insert into webhook_deliveries as d (tenant_id, id, webhook_id, event_id, object_kind, object_id, sequence, due_at,
       created_at)
     select e.tenant_id, t.id, $3, e.id, e.object_kind, e.object_id, e.sequence, 'infinity', $4
     from unnest($1::uuid[], $2::uuid[]) as t(id, event_id) join events e on e.id = t.event_id
     on conflict (webhook_id, event_id) do update set
       state = 'waiting', tries = 0, ended_at = null, due_at = 'infinity'`,
    [plainArray(eventIds.map(() => uuidv7())), plainArray(eventIds), id, timestampToSql(at)],
  );
  await tx.query(
    `update webhook_deliveries d set due_at = case when d.id = first.id then $2::timestamptz else 'infinity' end
     from (
       select distinct on (object_kind, object_id) id, object_kind, object_id from webhook_deliveries
       where webhook_id = $1 and state = 'waiting' order by object_kind, object_id, sequence
     ) first
     where d.webhook_id = $1 and d.state = 'waiting' and d.object_kind = first.object_kind
       and d.object_id = first.object_id and (d.id <> first.id or d.due_at = 'infinity')`,
    [id, timestampToSql(at)],
  );
}
