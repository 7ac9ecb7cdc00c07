import { uuidv7 } from "../../clock.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { plainArray } from "../db/plain-array.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { ToldEvent } from "./message-body.ts";
import type { ListedSecret } from "./webhook.ts";

/** A delivery that this process has taken. */
export interface DueDelivery {
  readonly id: string;
  readonly tenantId: string;
  readonly webhookId: string;
  readonly accountId: string | null;
  readonly url: string;
  /** This one counted. */
  readonly tries: number;
  readonly eventId: string;
  readonly event: ToldEvent;
}

/** Seconds after which another process takes a delivery of one that died: more than a try may take. */
const TAKEN_S = 60;
/** Under way at a time to one webhook, in one process; to one that fails. */
const RUNNING_MAX = { sound: 4, failing: 1 };

/** What this process may take. */
export interface Room {
  readonly limit: number;
  /** Deliveries under way in this process, by webhook. */
  readonly running: ReadonlyMap<string, number>;
}

/**
 * Takes due deliveries for this process, of each webhook a few. One process that dies leaves them to the others after
 * a while: then they are sent again, under the same id.
 */
export async function takeDue(tx: Tx, at: EpochMs, { limit, running }: Room): Promise<readonly DueDelivery[]> {
  const { rows } = await tx.query<DueRow>(
    `with due as (
       select d.id from webhooks w
       left join unnest($3::uuid[], $4::integer[]) as r(webhook_id, running) on r.webhook_id = w.id
       cross join lateral (
         select id, due_at from webhook_deliveries where webhook_id = w.id and state = 'waiting' and due_at <= $1
         order by due_at, id
         limit greatest(0, case when w.failures > 0 then $5::integer else $6::integer end - coalesce(r.running, 0))
         for update skip locked
       ) d
       where w.disabled_reason is null order by d.due_at, d.id limit $2
     ), taken as (
       update webhook_deliveries d set tries = d.tries + 1, due_at = $7 from due where d.id = due.id
       returning d.id, d.tenant_id, d.webhook_id, d.event_id, d.tries, d.sequence
     )
     select t.id, t.tenant_id, t.webhook_id, t.event_id, t.tries, t.sequence, w.account_id, w.url, e.kind,
       e.happened_at, e.object_kind, e.object_id, e.data,
       (select a.code from accounts a where a.id = e.account_id) as code
     from taken t join webhooks w on w.id = t.webhook_id join events e on e.id = t.event_id`,
    [
      ...[timestampToSql(at), limit, plainArray([...running.keys()]), plainArray([...running.values()])],
      ...[RUNNING_MAX.failing, RUNNING_MAX.sound, timestampToSql(epochMs(at + TAKEN_S * 1_000))],
    ],
  );
  return rows.map(dueOf);
}

interface DueRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly tries: number;
  readonly sequence: string;
  readonly account_id: string | null;
  readonly url: string;
  readonly kind: string;
  readonly happened_at: EpochMs;
  readonly object_kind: string;
  readonly object_id: string;
  readonly data: object;
  readonly code: string | null;
}

const dueOf = (row: DueRow): DueDelivery => ({
  id: row.id,
  tenantId: row.tenant_id,
  webhookId: row.webhook_id,
  accountId: row.account_id,
  url: row.url,
  tries: row.tries,
  eventId: row.event_id,
  event: {
    kind: row.kind,
    happenedAt: row.happened_at,
    account: row.code,
    object: { kind: row.object_kind, id: row.object_id },
    sequence: Number(row.sequence),
    data: row.data,
  },
});

/** A secret as it is stored, with what it is bound to. */
export interface StoredSecret {
  readonly id: string;
  readonly tenantId: string;
  readonly webhookId: string;
  readonly kind: ListedSecret["kind"];
  readonly octets: Buffer;
  readonly keyId: string;
}

/** The secrets of webhooks that are good at `at`, the newest first. */
export async function loadSecrets(
  tx: Tx,
  webhookIds: readonly string[],
  at: EpochMs,
): Promise<readonly StoredSecret[]> {
  const { rows } = await tx.query<{
    readonly id: string;
    readonly tenant_id: string;
    readonly webhook_id: string;
    readonly kind: ListedSecret["kind"];
    readonly sealed: Buffer;
    readonly key_id: string;
  }>(
    `select id, tenant_id, webhook_id, kind, sealed, key_id from webhook_secrets
     where webhook_id = any($1::uuid[]) and (expires_at is null or expires_at > $2) order by id desc`,
    [plainArray(webhookIds), timestampToSql(at)],
  );
  return rows.map((row) => ({
    id: row.id,
    tenantId: row.tenant_id,
    webhookId: row.webhook_id,
    kind: row.kind,
    octets: row.sealed,
    keyId: row.key_id,
  }));
}

/** What came of one try. */
export interface Try {
  readonly began: EpochMs;
  readonly tookMs: number;
  /** null: nothing was answered. */
  readonly status: number | null;
  /** A sentence; null: the status says it all. */
  readonly what: string | null;
  /** How the answer's body begins; null: nothing was answered. */
  readonly answer: string | null;
}

/** Keeps a try in the log; false: the delivery was forgotten, or its webhook deleted. */
export async function insertTry(tx: Tx, delivery: DueDelivery, tried: Try): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into webhook_tries (tenant_id, id, delivery_id, number, began_at, took_ms, status, what, answer)
     select $1, $2, d.id, $4, $5, $6, $7, $8, $9 from webhook_deliveries d where d.id = $3`,
    [
      ...[delivery.tenantId, uuidv7(), delivery.id, delivery.tries, timestampToSql(tried.began)],
      ...[tried.tookMs, tried.status, tried.what, tried.answer],
    ],
  );
  return rowCount > 0;
}

/** How a delivery stands after a try. */
export type DeliveryState =
  | { readonly state: "delivered" | "given-up"; readonly at: EpochMs }
  | { readonly state: "waiting"; readonly dueAt: EpochMs };

/**
 * Stores how a delivery stands; one before it that is being replayed goes first. The webhook is locked. False: another
 * process has taken it meanwhile, or it was ended or replayed, and what came of this try decides nothing.
 */
export async function saveState(tx: Tx, delivery: DueDelivery, tried: Try, next: DeliveryState): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update webhook_deliveries d set state = $3, ended_at = $4, status = $6, what = $7,
       due_at = case when $5::timestamptz is null then due_at when exists (
         select from webhook_deliveries b where b.webhook_id = d.webhook_id and b.object_kind = d.object_kind
           and b.object_id = d.object_id and b.sequence < d.sequence and b.state = 'waiting'
       ) then 'infinity' else $5 end
     where id = $1 and tries = $2 and state = 'waiting'`,
    [
      ...[delivery.id, delivery.tries, next.state],
      next.state === "waiting" ? null : timestampToSql(next.at),
      next.state === "waiting" ? timestampToSql(next.dueAt) : null,
      ...[tried.status, tried.what],
    ],
  );
  return rowCount > 0;
}

/** Gives a delivery back that could not be sent for a reason of our own; it is due again when its time is over. */
export async function giveBack(tx: Tx, { id, tries }: DueDelivery): Promise<void> {
  await tx.query("update webhook_deliveries set tries = tries - 1 where id = $1 and tries = $2 and state = 'waiting'", [
    ...[id, tries],
  ]);
}

/** What waits behind a delivery that has ended is due. */
export async function releaseNext(tx: Tx, { webhookId, event: { object } }: DueDelivery, at: EpochMs): Promise<void> {
  await tx.query(
    `update webhook_deliveries set due_at = $4 where due_at = 'infinity' and id = (
       select id from webhook_deliveries where webhook_id = $1 and object_kind = $2 and object_id = $3
         and state = 'waiting' order by sequence limit 1)`,
    [webhookId, object.kind, object.id, timestampToSql(at)],
  );
}

/** Notes that a webhook's server took a message, or failed; answers since when it fails and how often. */
export async function noteHealth(
  tx: Tx,
  { webhookId }: DueDelivery,
  { isSound, at }: { readonly isSound: boolean; readonly at: EpochMs },
): Promise<{ readonly failures: number; readonly failingSince: EpochMs | null }> {
  const { rows } = await tx.query<{ failures: number; failing_since: EpochMs | null }>(
    `update webhooks set failures = case when $2 then 0 else failures + 1 end,
       failing_since = case when $2 then null else coalesce(failing_since, $3) end
     where id = $1 and (failures > 0 or not $2) returning failures, failing_since`,
    [webhookId, isSound, timestampToSql(at)],
  );
  return { failures: rows[0]?.failures ?? 0, failingSince: rows[0]?.failing_since ?? null };
}

/** Forgets deliveries that ended before `before`, with their tries; answers how many. */
export async function forgetEnded(tx: Tx, before: EpochMs, limit: number): Promise<number> {
  const { rowCount } = await tx.query(
    `delete from webhook_deliveries where id in (
       select id from webhook_deliveries where state <> 'waiting' and ended_at < $1 order by ended_at limit $2)`,
    [timestampToSql(before), limit],
  );
  return rowCount;
}
