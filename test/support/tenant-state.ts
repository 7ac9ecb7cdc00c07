import type { Database } from "../../src/server/db/database.ts";

/**
 * Everything that imports made of a tenant's data, in words that do not depend on generated ids: equal for equal
 * outcomes.
 */
export interface TenantState {
  readonly events: readonly string[];
  /** Net of reversals; a charge of nothing is left out. */
  readonly charges: readonly string[];
  readonly balances: readonly string[];
  readonly parts: readonly string[];
  readonly waiting: readonly string[];
}

const STATE: Record<keyof TenantState, string> = {
  events: `select concat_ws('|', s.name, u.call_key, u.leg, a.code, v.code, u.direction, u.calling, u.called,
    u.started_at,
      u.answered_at, u.ended_at, u.talked_ms, u.talked_s, u.egress_trunk, u.q850, u.sip, u.cause_text)
    from usage_events u join sources s on s.id = u.source_id join accounts a on a.id = u.account_id
    left join accounts v on v.id = u.vendor_account_id`,
  charges: `select concat_ws('|', s.name, u.call_key, u.leg, a.code, c.side, c.currency, sum(c.amount))
    from charges c join usage_events u on u.id = c.usage_id join sources s on s.id = u.source_id
    join accounts a on a.id = c.account_id
    group by s.name, u.call_key, u.leg, a.code, c.side, c.currency having sum(c.amount) <> 0`,
  balances: `select concat_ws('|', a.code, b.kind, b.currency, b.amount)
    from balances b join accounts a on a.id = b.account_id where b.amount <> 0`,
  parts: `select concat_ws('|', s.name, p.call_key, p.raw,
      case when p.state in ('open', 'quarantined') then p.state else 'settled' end)
    from call_parts p join sources s on s.id = p.source_id`,
  waiting: `select concat_ws('|', s.name, q.code, q.raw)
    from quarantine q join sources s on s.id = q.source_id where q.state = 'waiting' and not q.is_part`,
};

/** The tenant's state, each list sorted. */
export async function tenantState(db: Database, tenantId: string): Promise<TenantState> {
  return Object.fromEntries(
    await Promise.all(
      Object.entries(STATE).map(async ([name, sql]) => [name, await lines(db, tenantId, sql)] as const),
    ),
  ) as unknown as TenantState;
}

/** Counts and places that a killed import must not change either, though another split into files may. */
const BOOKKEEPING = `
  select concat_ws('|', 'file', name, state, pass, rows_done, line_done, bytes_done, rows, stored, duplicate, corrected,
    non_billable, quarantined, open) from source_files
  union all
  select concat_ws('|', 'place', f.name, u.call_key, u.leg, u.line, u.revision)
  from usage_events u join batches b on b.id = u.batch_id join source_files f on f.id = b.file_id
  union all
  select concat_ws('|', 'entry', u.call_key, u.leg, c.entry_no, a.code, c.amount, c.rate, c.billed_s, c.prefix)
  from charges c join usage_events u on u.id = c.usage_id join accounts a on a.id = c.account_id
  union all
  select concat_ws('|', 'part', f.name, p.line, p.state, p.raw) from call_parts p
    join source_files f on f.id = p.file_id
  union all
  select concat_ws('|', 'quarantine', f.name, q.line, q.state, q.attempts, q.raw)
  from quarantine q join source_files f on f.id = q.file_id`;

/**
 * Counts, places and every single entry, sorted: what has to be the same after an import that was killed and run
 * again.
 */
export const tenantBookkeeping = (db: Database, tenantId: string): Promise<readonly string[]> =>
  lines(db, tenantId, BOOKKEEPING);

/** Each finds what must never be, in whatever order and however often anything was imported. */
const BROKEN: Readonly<Record<string, string>> = {
  "a file's counts add up to its rows, none below zero": `select name, rows, stored, duplicate, non_billable, quarantined, open
    from source_files where rows <> stored + duplicate + non_billable + quarantined + open
      or least(stored, duplicate, corrected, non_billable, quarantined, open) < 0 or corrected > duplicate`,
  "what files count as open and quarantined is what is listed": `select * from (select
      (select coalesce(sum(open), 0) from source_files) as counted_open,
      (select count(*) from call_parts where state = 'open') as listed_open,
      (select coalesce(sum(quarantined), 0) from source_files) as counted_quarantined,
      (select count(*) from quarantine where state = 'waiting' and not is_part)
        + (select count(*) from call_parts where state = 'quarantined') as listed_quarantined) t
    where (counted_open, counted_quarantined) <> (listed_open, listed_quarantined)`,
  "ledger = Σ charges, per payer": `select * from (
      select account_id, currency, sum(amount) as charged from charges where side <> 'cost' group by 1, 2) c
    full join (select account_id, currency, sum(amount) filter (where kind in ('unbilled', 'wallet',
      'overrun')) as owed,
        -sum(amount) filter (where kind = 'revenue') as earned
      from balances where kind in ('unbilled', 'wallet', 'overrun', 'revenue') group by 1, 2) b using (account_id,
        currency)
    where (coalesce(charged, 0), coalesce(charged, 0)) <> (coalesce(owed, 0), coalesce(earned, 0))`,
  "ledger = Σ charges, per vendor": `select * from (
      select account_id, currency, sum(amount) as charged from charges where side = 'cost' group by 1, 2) c
    full join (select account_id, currency, sum(amount) filter (where kind = 'cost') as cost,
        -sum(amount) filter (where kind = 'vendor-clearing') as owed
      from balances where kind in ('cost', 'vendor-clearing') group by 1, 2) b using (account_id, currency)
    where (coalesce(charged, 0), coalesce(charged, 0)) <> (coalesce(cost, 0), coalesce(owed, 0))`,
  "balances = Σ postings": `select * from balances b full join
      (select book_id, account_id, kind, currency, sum(amount) as posted from postings group by 1, 2, 3, 4) p
        using (book_id, account_id, kind, currency)
    where coalesce(amount, 0) <> coalesce(posted, 0)`,
  "every journal balances": `select book_id, journal_number from postings
    group by book_id, journal_number, currency having sum(amount) <> 0`,
  "journal numbers have no gap": `select b.id from books b left join journals j on j.book_id = b.id group by b.id
    having count(j.number) <> b.last_journal_number or coalesce(max(j.number), 0) <> b.last_journal_number`,
  "a journal's postings are its batch's charges": `select * from (
      select book_id, batch_id, sum(amount) as charged from charges group by 1, 2) c
    full join (select j.book_id, j.batch_id, coalesce(-sum(p.amount) filter (where p.kind = 'revenue'), 0)
        + coalesce(sum(p.amount) filter (where p.kind = 'cost'), 0) as posted
      from journals j left join postings p on p.book_id = j.book_id and p.journal_number = j.number group by 1, 2) p
        using (book_id, batch_id)
    where posted is null or coalesce(charged, 0) <> posted`,
  "an answered call is charged once a side, another not at all": `select u.call_key, u.leg, u.answered_at, c.side, c.n
    from usage_events u left join (select usage_id, side, account_id,
      sum(case when reverses_entry_no is null then 1 else -1 end)
        as n from charges group by 1, 2, 3) c on c.usage_id = u.id and c.n <> 0
    where (u.answered_at is null) <> (c.n is null) or c.n <> 1`,
  "a charge stands where its call does": `select c.usage_id from charges c join usage_events u on u.id = c.usage_id
    where (c.book_id, c.answered_at) is distinct from (u.book_id, u.answered_at)
    group by c.book_id, c.usage_id, c.answered_at, c.account_id, c.side having sum(c.amount) <> 0`,
  "every charge has its call": `select usage_id from charges c
    where not exists (select from usage_events u where u.id = c.usage_id)`,
};

/** Laws over the whole database, which need a look past tenants. */
const BROKEN_ANYWHERE: Readonly<Record<string, string>> = {
  "an identity is where its event is": `select i.id, u.id from usage_identities i full
    join usage_events u on u.id = i.id
    where (i.book_id, i.started_at) is distinct from (u.book_id, u.started_at)`,
};

/** The laws that do not hold, each with the first rows that break it; empty when all is well. */
export async function brokenLaws(db: Database, tenantId: string): Promise<Readonly<Record<string, unknown>>> {
  const broken: Record<string, unknown> = {};
  await db.transaction("app", { tenantId }, async (tx) => {
    for (const [law, sql] of Object.entries(BROKEN)) {
      const { rows } = await tx.query(`${sql} limit 3`);
      if (rows.length > 0) broken[law] = rows;
    }
  });
  await db.transaction("owner", {}, async (tx) => {
    for (const [law, sql] of Object.entries(BROKEN_ANYWHERE)) {
      const { rows } = await tx.query(`${sql} limit 3`);
      if (rows.length > 0) broken[law] = rows;
    }
  });
  return broken;
}

async function lines(db: Database, tenantId: string, sql: string): Promise<readonly string[]> {
  const { rows } = await db.transaction("app", { tenantId }, (tx) =>
    tx.query<{ line: string }>(`select t.* from (${sql}) t(line)`),
  );
  return rows.map((row) => row.line).sort();
}
