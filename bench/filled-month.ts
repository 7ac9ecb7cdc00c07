import type pg from "pg";

/** Accounts over which a filled month is spread, and the calls of one import's batch. */
export const FILLED_ACCOUNTS = 1_000;
const CALLS_PER_BATCH_MAX = 40_000;

/** Where a filled month's calls lie: all of them within the February of 2026. */
export const FILLED_MONTH = { start: "2026-02-01 00:00:00+00", days: 28, suffix: "2026_02" } as const;

/** The number that call `n` goes to, as SQL; spread over 10¹⁰ numbers, and known for each n. */
export const calledOf = (n: string): string =>
  `((2 + (${n}) % 8)::text || lpad((((${n})::bigint * 7919 + 104729) % 10000000000)::text, 10, '0'))`;

const id = (kind: number, number: string): string =>
  `(lpad('${kind}', 8, '0') || lpad(to_hex(${number}), 24, '0'))::uuid`;
export const bookIdOf = (account: string): string => id(1, account);
export const accountIdOf = (account: string): string => id(2, account);
const SOURCE_ID = id(5, "1");

/**
 * Stores a month of `calls` calls as imports in batches of 40,000 would have left it: by batch, within it by book, six
 * in ten answered and charged, with their identities. The rows are made by the database and the indexes built
 * afterwards: minutes instead of an hour for 50 million.
 */
export async function fillMonth(client: pg.PoolClient, tenantId: string, calls: number): Promise<void> {
  await client.query("set search_path = tollwright");
  await client.query("set maintenance_work_mem = '1GB'");
  await client.query(
    `insert into books (tenant_id, id)
     select '${tenantId}', ${bookIdOf("a")} from generate_series(0, ${FILLED_ACCOUNTS - 1}) a;
     insert into accounts (tenant_id, id, book_id, code, name, kind, payment, currency, time_zone)
     select '${tenantId}', ${accountIdOf("a")}, ${bookIdOf("a")}, 'filled' || a, 'Customer ' || a, 'customer',
       'postpaid', 'EUR', 'UTC' from generate_series(0, ${FILLED_ACCOUNTS - 1}) a;
     insert into sources (tenant_id, id, name, format)
     values ('${tenantId}', ${SOURCE_ID}, 'filled', 'freeswitch-csv')`,
  );
  await fillTable(client, "usage_events", usageRows(tenantId, calls), [
    "primary key (book_id, started_at, id)",
    "create index on %t (started_on, called, started_at)",
    "create index on %t (started_on, calling, started_at)",
    "create index on %t using brin (started_at timestamptz_minmax_multi_ops)",
  ]);
  await fillTable(client, "charges", chargeRows(tenantId, calls), [
    "primary key (book_id, answered_at, usage_id, entry_no)",
  ]);
  await client.query("alter table usage_identities drop constraint usage_identities_pkey");
  await client.query(
    `insert into usage_identities (id, book_id, started_at, content_hash, derived_hash)
     select id, book_id, started_at, 1, 1 from usage_events_${FILLED_MONTH.suffix}`,
  );
  await client.query("alter table usage_identities add constraint usage_identities_pkey primary key (id)");
  await client.query("analyze usage_events, charges, usage_identities");
}

/** Fills a partition that stands alone, builds its keys and takes it into its table, as `ensure_partition` does. */
async function fillTable(client: pg.PoolClient, table: string, rows: string, keys: readonly string[]): Promise<void> {
  const partition = `${table}_${FILLED_MONTH.suffix}`;
  await client.query(
    `create table ${partition} (like ${table} including defaults including constraints including generated)`,
  );
  await client.query(`insert into ${partition} ${rows}`);
  for (const key of keys)
    await client.query(key.startsWith("create") ? key.replace("%t", partition) : `alter table ${partition} add ${key}`);
  await client.query(
    `alter table ${partition} owner to tollwright_owner;
     alter table ${partition} enable row level security;
     alter table ${table} attach partition ${partition} for values from ('2026-02-01 00:00:00+00')
       to ('2026-03-01 00:00:00+00')`,
  );
  await client.query(`vacuum analyze ${partition}`); // sums up block ranges, too
}

/** Each call's place and time, from its number n. */
function places(calls: number): string {
  const perBatch = Math.min(CALLS_PER_BATCH_MAX, calls);
  const perAccount = perBatch / FILLED_ACCOUNTS;
  return `(select n, (n % ${perBatch}) / ${perAccount} as a,
     timestamptz '${FILLED_MONTH.start}' + (n / ${perBatch} * ${perBatch}
       + n % ${perAccount} * ${FILLED_ACCOUNTS}) * (interval '${FILLED_MONTH.days - 1} days' / ${calls}) as at,
     case when n % 10 < 6 then 1 + n % 600 else 0 end as talked_s
   from generate_series(0::bigint, ${calls - 1}) n) c`;
}

/** An identity is a digest: md5 spreads ids as SHA-256 would. */
const CALL_ID = "md5(c.n::text)::uuid";

const usageRows = (tenantId: string, calls: number): string =>
  `(tenant_id, book_id, started_at, id, account_id, source_id, batch_id, line, call_key, leg, direction, calling,
     called, answered_at, ended_at, talked_ms, talked_s, account_code, egress_trunk, q850, cause_text)
   select '${tenantId}', ${bookIdOf("c.a")}, c.at, ${CALL_ID}, ${accountIdOf("c.a")}, ${SOURCE_ID},
     1 + c.n / 40000, c.n, md5(c.n::text), '', 'originating', '4420794' || lpad((c.n % 50000)::text, 5, '0'), ${calledOf("c.n")},
     case when c.talked_s > 0 then c.at + interval '6 s' end, c.at + interval '6 s' + c.talked_s * interval '1 s',
     c.talked_s * 1000, c.talked_s, 'filled' || c.a, 'carrier' || c.n % 8, 16, 'NORMAL_CLEARING'
   from ${places(calls)}`;

const chargeRows = (tenantId: string, calls: number): string =>
  `(tenant_id, book_id, answered_at, usage_id, entry_no, account_id, side, batch_id, amount, currency, tariff_id,
     tariff_epoch, prefix, destination, rate, billed_s)
   select '${tenantId}', ${bookIdOf("c.a")}, c.at + interval '6 s', ${CALL_ID}, 0, ${accountIdOf("c.a")}, 'customer',
     1 + c.n / 40000, c.talked_s * 0.001, 'EUR', ${id(4, "1")}, 1, '4', 'Somewhere', 0.06, c.talked_s
   from ${places(calls)} where c.talked_s > 0`;
