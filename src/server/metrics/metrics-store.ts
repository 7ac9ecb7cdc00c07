import type { Tx } from "../db/tx.ts";

/** How much waits somewhere in the database, and since when. */
export interface Waiting {
  readonly queue: string;
  readonly waiting: number;
  /** Of the first that waits; 0: none does. */
  readonly oldestS: number;
}

export interface QuarantinedRows {
  readonly tenant: string;
  readonly source: string;
  readonly rows: number;
}

/** What the whole database has, of all tenants. */
export interface StoredFigures {
  readonly sessionsOpen: number;
  readonly deadLetters: number;
  readonly pullsFailing: number;
  readonly alarms: readonly { readonly kind: string; readonly open: number }[];
  readonly invoices: readonly { readonly kind: string; readonly issued: number }[];
  readonly quarantine: readonly QuarantinedRows[];
  readonly waiting: readonly Waiting[];
}

/** Sources of which quarantine is shown, those with the most rows first. */
const SOURCES_MAX = 200;

/** `tx` is the owner's: it sees all tenants. */
export async function findFigures(tx: Tx): Promise<StoredFigures> {
  await tx.query("set local statement_timeout = 5000");
  const { rows } = await tx.query<{
    readonly sessions_open: number;
    readonly dead_letters: number;
    readonly pulls_failing: number;
  }>(`select (select count(*)::int from sessions where state = 'open') as sessions_open,
      (select count(*)::int from charging_dead_letters where outcome is null) as dead_letters,
      (select count(*)::int from pulls where failures > 0) as pulls_failing`);
  const alarms = await tx.query<StoredFigures["alarms"][number]>(
    "select kind, count(*)::int as open from alarms where cleared_at is null group by kind",
  );
  const invoices = await tx.query<StoredFigures["invoices"][number]>(
    "select kind, count(*)::int as issued from invoices group by kind",
  );
  const quarantine = await tx.query<QuarantinedRows>(`
    select t.name as tenant, s.name as source, count(*)::int as rows
    from quarantine q join sources s on s.id = q.source_id join tenants t on t.id = q.tenant_id
    where q.state = 'waiting' group by t.id, t.name, s.id, s.name order by rows desc, tenant, source limit ${SOURCES_MAX}`);
  const [figures] = rows;
  return {
    sessionsOpen: figures?.sessions_open ?? 0,
    deadLetters: figures?.dead_letters ?? 0,
    pullsFailing: figures?.pulls_failing ?? 0,
    ...{ alarms: alarms.rows, invoices: invoices.rows, quarantine: quarantine.rows, waiting: await findWaiting(tx) },
  };
}

async function findWaiting(tx: Tx): Promise<readonly Waiting[]> {
  const { rows } = await tx.query<{ readonly queue: string; readonly waiting: number; readonly oldest_s: number }>(`
    select queue, waiting::int, coalesce(extract(epoch from clock_timestamp() - oldest), 0)::float8 as oldest_s from (
      select 'mails' as queue, count(*) as waiting, min(queued_at) as oldest from mails where state = 'waiting'
      union all
      select 'webhooks', count(*), min(created_at) from webhook_deliveries where state = 'waiting'
      union all
      select 'events', count(*), min(happened_at) from events where routed_at is null
    ) queues`);
  return rows.map(({ queue, waiting, oldest_s: oldestS }) => ({ queue, waiting, oldestS: Math.max(0, oldestS) }));
}
