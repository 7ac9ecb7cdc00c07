import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { now, uuidv7 } from "../../src/clock.ts";
import type { Currency } from "../../src/core/money/currency.ts";
import { fromInstant } from "../../src/core/time/epoch.ts";
import { importFile } from "../../src/server/mediation/import-file.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const COLUMNS = [
  ...["caller_id_number", "destination_number", "start_stamp", "answer_stamp", "end_stamp", "duration", "billsec"],
  ...["hangup_cause", "uuid", "accountcode", "sip_gateway_name"],
];
const MAPPING = { columns: COLUMNS };
/** Enough for one batch to be kept on a sheet; in batches of {@link FEW} none is. */
const MANY = 700;
const FEW = 97;

const time = (s: number) => new Date(Date.UTC(2026, 0, 31, 20) + s * 1000).toISOString().slice(0, 19).replace("T", " ");

/** Calls over the end of a month of five accounts, one of them unknown; some are not answered, some come twice. */
function file(): string {
  const line = (i: number, talkedS: number) => {
    const [setup, ring] = [i * 60, 5];
    const called = i % 50 === 7 ? "112" : `1415555${1000 + (i % 9)}`;
    const answered = talkedS === 0 ? "" : time(setup + ring);
    const times = [time(setup), answered, time(setup + ring + talkedS)];
    const cause = i % 4 === 0 ? "NORMAL_CLEARING" : "Grüße";
    const fields = [`44207946${1000 + i}`, called, ...times, ring + talkedS, talkedS, cause];
    return [...fields, `key-${i}`, `code${i % 5}`, i % 3 === 0 ? "out" : ""].map((field) => `"${field}"`).join(",");
  };
  const talkedS = (i: number) => (i % 11 === 0 ? 0 : 1 + ((i * 37) % 400));
  const lines = Array.from({ length: MANY }, (_, i) => line(i, talkedS(i)));
  lines.push(line(1, talkedS(1)), line(2, talkedS(2) + 60)); // the very same again, and a key for another call
  return `${lines.join("\n")}\n`;
}

async function operatorWithSwitch(): Promise<{ readonly operator: Operator; readonly source: Source }> {
  const operator = await Operator.create(db);
  const usd = "USD" as Currency;
  const reseller = await operator.account("reseller", { kind: "reseller" });
  const ofReseller = { parentId: reseller.id, bookId: reseller.bookId };
  const customers = [
    await operator.account("c0"),
    await operator.account("c1", { currency: usd }),
    await operator.account("c2", ofReseller),
    await operator.account("c3", { ...ofReseller, payment: "prepaid" }),
  ];
  const vendor = await operator.account("vendor", { kind: "vendor" });
  await operator.tariff("retail", [anyRate("", "0.06"), anyRate("1415", "0.05"), anyRate("=", "0.01")], customers);
  await operator.tariff("wholesale", [anyRate("", "0.03"), anyRate("=", "0")], [reseller]);
  await operator.tariff("cost", [anyRate("", "0.02"), anyRate("=", "0")], [vendor]);
  await operator.trunk("out", vendor, "egress");
  await operator.rules(customers.map((account, i) => [account, { match: { accountCode: `code${i}` } }]));
  await db.transaction("app", { tenantId: operator.tenantId }, (tx) =>
    tx.query(
      `insert into exchange_rates (tenant_id, base, quote, effective_date, rate)
       values ($1, 'EUR', 'USD', '2026-01-01', 1.1)`,
      [operator.tenantId],
    ),
  );
  return { operator, source: await operator.source("s", "freeswitch-csv", { mapping: MAPPING }) };
}

const STORED = `select json_build_object(
  'usage', (select json_agg(to_jsonb(u)
      - '{tenant_id,source_id,batch_id,book_id,id,account_id,vendor_account_id}'::text[]
      || jsonb_build_object('account', a.code, 'vendor', v.code) order by u.call_key)
    from usage_events u join accounts a on a.id = u.account_id left join accounts v on v.id = u.vendor_account_id),
  'charges', (select json_agg(to_jsonb(c)
      - '{tenant_id,batch_id,book_id,usage_id,account_id,tariff_id,tariff_epoch}'::text[]
      || jsonb_build_object('account', a.code, 'key', u.call_key) order by u.call_key, c.answered_at, c.entry_no)
    from charges c join accounts a on a.id = c.account_id join usage_events u on u.id = c.usage_id),
  'balances', (select json_agg(json_build_array(a.code, b.kind, b.currency, b.amount)
      order by a.code, b.kind, b.currency, b.amount)
    from balances b left join accounts a on a.id = b.account_id),
  'history', (select count(*) from usage_history),
  'quarantine', (select json_agg(json_build_array(line, code, what) order by line) from quarantine)) as stored`;

test("a batch of many rows is stored as batches of few are: new, repeated, corrected, refused", async () => {
  const path = join(tmpdir(), `${uuidv7()}-many.csv`);
  await writeFile(path, file());
  const receivedAt = fromInstant(now());
  const [many, few] = [await operatorWithSwitch(), await operatorWithSwitch()];
  const counts: unknown[] = [];
  for (const timeZone of ["UTC", "UTC", "Europe/Rome", "UTC"]) {
    const imported = [];
    for (const [{ operator }, batchRows] of [
      [many, MANY + 2],
      [few, FEW],
    ] as const) {
      const source = await operator.source("s", "freeswitch-csv", { mapping: MAPPING, timeZone });
      imported.push((await importFile(db, { source, path, receivedAt, batchRows })).counts);
    }
    expect(imported[0]).toEqual(imported[1]);
    expect(await many.operator.figures(STORED)).toEqual(await few.operator.figures(STORED));
    counts.push(imported[0]);
  }
  await rm(path);
  const stored = (MANY * 4) / 5;
  expect(counts).toMatchObject([
    { rows: MANY + 2, stored, duplicate: 1, quarantined: MANY / 5 + 1 },
    { stored: 0, duplicate: stored + 1, corrected: 0 },
    { stored: 0, corrected: stored },
    { stored: 0, corrected: stored },
  ]);
});
