import { rm } from "node:fs/promises";
import { fromInstant } from "../../src/core/time/epoch.ts";
import { type ReplayReport, replayDue } from "../../src/server/allowance/replay-due.ts";
import { runDoctor } from "../../src/server/doctor/doctor.ts";
import { findSourceNamed } from "../../src/server/mediation/find-source.ts";
import { importFile } from "../../src/server/mediation/import-file.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { applySetup } from "../../src/server/tenancy/apply-setup.ts";
import { readSetup } from "../../src/server/tenancy/read-setup.ts";
import { callRows, type TestCall } from "../invoicing/billing.ts";
import { TESTER } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { writeTemporary } from "../support/temporary-file.ts";

const COLUMNS = [
  ...["caller_id_number", "destination_number", "start_stamp", "answer_stamp", "end_stamp", "billsec", "uuid"],
  ...["accountcode", "sip_gateway_name"],
];

/** What a test gives its operator: packages, and which account has which. */
export interface PackagesGiven {
  readonly packages: readonly object[];
  /** By account code, as in a setup file. */
  readonly has?: Readonly<Record<string, readonly object[]>>;
  readonly timeZone?: string;
  /** Other fields of Anna's account. */
  readonly anna?: object;
  /** The zone of the switch's clock. */
  readonly switchZone?: string;
}

/**
 * An operator with a direct customer ("anna") and a reseller ("family") with two customers ("ben", "cleo"), all in
 * euros, at .06 a minute to Germany, per minute, and .10 elsewhere.
 */
export class PackagesWorld {
  readonly db: TestDatabase;
  readonly tenantId: string;
  source: Source;

  private constructor(db: TestDatabase, tenantId: string, source: Source) {
    this.db = db;
    this.tenantId = tenantId;
    this.source = source;
  }

  static async create(given: PackagesGiven): Promise<PackagesWorld> {
    const db = await testDatabase();
    await apply(db, setupOf(given));
    const { rows } = await db.transaction("owner", {}, (tx) => tx.query<{ id: string }>("select id from tenants"));
    const tenantId = rows[0]?.id ?? "";
    return new PackagesWorld(db, tenantId, await findSourceNamed(db, tenantId, "switch"));
  }

  /** Applies a setup again, with other packages. */
  async give(given: PackagesGiven): Promise<void> {
    await apply(this.db, setupOf(given));
    this.source = await findSourceNamed(this.db, this.tenantId, "switch");
  }

  async import(calls: readonly TestCall[], batchRows?: number): Promise<void> {
    const path = await writeTemporary("calls.csv", callRows(calls));
    const receivedAt = fromInstant(Temporal.Instant.from("2026-06-01T00:00:00Z"));
    await importFile(this.db, { source: this.source, path, receivedAt, ...(batchRows && { batchRows }) });
    await rm(path);
  }

  replay(): Promise<ReplayReport> {
    return replayDue(this.db, { tenantId: this.tenantId, accountIds: null });
  }

  /** What is charged, less what was taken back: by call, payer and side. */
  async charged(): Promise<readonly string[]> {
    const { rows } = await this.db.transaction("owner", {}, (tx) =>
      tx.query<{ line: string }>(
        `select format('%s %s %s %s s %s %s %s', u.call_key, a.code, trim_scale(c.amount), c.billed_s,
           coalesce(c.covered_s::text, '-'), coalesce(trim_scale(c.rate)::text, '-'), coalesce((
             select string_agg(concat_ws(' ', p ->> 'name', p ->> 'step', p ->> 'seconds', p ->> 'paid'), ', ')
             from jsonb_array_elements(c.parts) p), '')) as line
         from charges c join accounts a on a.id = c.account_id join usage_events u on u.id = c.usage_id
         where c.reverses_entry_no is null and not exists (
           select from charges r where r.usage_id = c.usage_id and r.answered_at = c.answered_at
             and r.book_id = c.book_id and r.reverses_entry_no = c.entry_no)
         order by c.answered_at, u.call_key, a.code`,
      ),
    );
    return rows.map(({ line }) => line);
  }

  /** Months of pools that wait for a replay. */
  async stale(): Promise<number> {
    const { rows } = await this.db.transaction("owner", {}, (tx) =>
      tx.query<{ stale: string }>("select count(*) as stale from pool_months where stale"),
    );
    return Number(rows[0]?.stale);
  }

  async states(): Promise<readonly string[]> {
    const { rows } = await this.db.transaction("owner", {}, (tx) =>
      tx.query<{ state: string }>(
        "select format('%s %s %s', pool_id, start_at, state) as state from pool_months order by 1",
      ),
    );
    return rows.map(({ state }) => state);
  }

  async forgetStates(): Promise<void> {
    await this.db.transaction("owner", {}, (tx) => tx.query("delete from pool_months"));
  }

  /** What the doctor finds: nothing. */
  async differences(): Promise<readonly string[]> {
    return (await runDoctor(this.db)).checks.filter(({ ok }) => !ok).flatMap(({ first }) => first);
  }
}

async function apply(db: TestDatabase, setup: object): Promise<void> {
  await applySetup(db, readSetup(JSON.stringify(setup)), { dryRun: false, actor: TESTER });
}

/** The setup file of the world. */
export function setupOf({ packages, has = {}, timeZone = "UTC", switchZone = "UTC", anna }: PackagesGiven): object {
  const account = (code: string, more: object = {}) => ({
    ...{ code, kind: "customer", tariff: "retail", packages: has[code] ?? [] },
    ...more,
  });
  return {
    tenant: { name: "Operator", currency: "EUR", timeZone },
    accounts: [
      account("anna", anna),
      account("family", { kind: "reseller" }),
      account("ben", { parent: "family" }),
      account("cleo", { parent: "family" }),
    ],
    tariffs: [
      {
        name: "retail",
        rates: [
          { prefix: "49", destination: "Germany", rate: "0.06", increments: "60/60" },
          { prefix: "", destination: "World", rate: "0.10", connectFee: "0.02" },
        ],
      },
    ],
    packages,
    exchangeRates: [{ base: "EUR", quote: "USD", from: "2026-01-01", rate: "1.1" }],
    sources: [
      { name: "switch", format: "freeswitch-csv", settings: { timeZone: switchZone, mapping: { columns: COLUMNS } } },
    ],
    rules: ["anna", "ben", "cleo"].map((code) => ({ account: code, match: { accountCode: code } })),
  };
}
