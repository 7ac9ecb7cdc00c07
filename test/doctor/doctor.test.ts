import { afterAll, beforeAll, expect, test } from "vitest";
import { uuidv7 } from "../../src/clock.ts";
import type { Currency } from "../../src/core/money/currency.ts";
import { nanosFromSql } from "../../src/core/money/nanos.ts";
import { epochMs } from "../../src/core/time/epoch.ts";
import { sealAudit } from "../../src/server/audit/seal-audit.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { runCommissions } from "../../src/server/commission/run-commissions.ts";
import { rehearse } from "../../src/server/db/rehearse.ts";
import type { BulkTx } from "../../src/server/db/tx.ts";
import { type Examination, examine, runDoctor } from "../../src/server/doctor/doctor.ts";
import { recordPayment } from "../../src/server/invoicing/record-payment.ts";
import { accrueVendors } from "../../src/server/ledger/accrue-vendors.ts";
import { BillingOperator, type TestCall } from "../invoicing/billing.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
let operator: BillingOperator;

const CALLS: readonly TestCall[] = [
  { code: "alpha", answered: "2026-03-02T10:00:00", talkedS: 61 },
  { code: "alpha", answered: "2026-03-31T23:59:59", talkedS: 600 },
  { code: "alpha", answered: "2026-04-01T00:00:00", talkedS: 60 },
  { code: "yen", answered: "2026-03-31T12:00:00", talkedS: 7 },
  { code: "wallet", answered: "2026-03-31T12:00:00", talkedS: 7 },
  { code: "brought", answered: "2026-03-12T10:00:00", talkedS: 60 },
];

/**
 * Books with everything: a vendor, a wallet, two currencies, a correction after an invoice, a row that waits, an agent
 * who brought a customer, a payment; and an audit that is sealed.
 */
beforeAll(async () => {
  db = await testDatabase();
  const [agentId, bookId] = [uuidv7(), uuidv7()];
  operator = await BillingOperator.create(db, {
    alpha: {},
    yen: { currency: "JPY" as Currency },
    wallet: { payment: "prepaid", letterhead: { billing: { collectOverrun: true } } },
    carrier: { kind: "vendor" },
    agent: { id: agentId, bookId, kind: "agent", commission: { rules: [{ name: "all", percent: "10" }] } },
    brought: { parentId: agentId, bookId, customerSince: "2026-01-01" },
  });
  await operator.import(CALLS);
  await operator.bill("2026-03", "2026-04-02T08:00:00Z");
  await operator.correctZone("Etc/GMT-2");
  await operator.import(CALLS);
  await operator.import([{ code: "nobody", answered: "2026-04-03T10:00:00", talkedS: 61 }], "nobody.csv");
  await operator.bill("2026-04", "2026-05-02T08:00:00Z");
  for (const accountCode of ["alpha", "nobody"]) await authorise(accountCode);
  const { number } = await operator.operator.figures<{ number: string }>(
    "select i.number from invoices i join accounts a on a.id = i.account_id where a.code = 'brought' order by 1 limit 1",
  );
  const done = { actor: testerOf(operator.operator.tenantId), now: Temporal.Instant.from("2026-05-02T09:00:00Z") };
  await recordPayment(db, { ...done, number, amount: nanosFromSql("0.01"), reference: "bank 1", dryRun: false });
  await runCommissions(db, { ...done, month: "2026-03", dryRun: false });
  await sealAudit(db);
});

/** A call that is up, or was refused. */
async function authorise(accountCode: string): Promise<void> {
  const { tenantId } = operator.operator;
  const { id: sourceId } = await operator.operator.source("live", "freeswitch-csv");
  const attempt = {
    ...{ key: accountCode, leg: "", callId: null, direction: "originating" as const, calling: "442079460018" },
    ...{ called: "4930123456", startedAt: epochMs(Date.UTC(2026, 3, 3)), accountCode, sipUser: null },
    ...{ sourceAddress: null, ingressTrunk: null, egressTrunk: null },
  };
  const request = { kind: "authorise", sourceId, requestKey: "authorise", attempt, wantedS: 60 } as const;
  await new Charging(db).decide(tenantId, request);
}
afterAll(() => db?.drop());

const failed = ({ checks }: Examination): string[] => checks.filter(({ ok }) => !ok).map(({ name }) => name);

test("books that Tollwright wrote pass every check, and each looked at something", async () => {
  const examination = await runDoctor(db);
  expect(examination.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(examination.checks.filter(({ looked }) => looked === 0)).toEqual([]);
  expect(examination.outstanding).toEqual({
    openParts: 0,
    waitingRows: 1,
    deadLetters: 0,
    unpostedCostDays: 0,
    alarms: 0,
  });
});

const ALPHA = "(select id from accounts where code = 'alpha')";
const ALPHAS_BOOK = "(select book_id from accounts where code = 'alpha')";
/** Alpha's charges of March that count: neither reversals nor reversed. */
const STANDING = `account_id = ${ALPHA} and answered_at < '2026-03-31' and reverses_entry_no is null
  and not exists (select from charges r where r.book_id = c.book_id and r.answered_at = c.answered_at
    and r.usage_id = c.usage_id and r.reverses_entry_no = c.entry_no)`;

test.each<[damage: string, sql: string, found: string[]]>([
  [
    "a posting is changed",
    `update postings set amount = amount + 0.000000001
     where book_id = ${ALPHAS_BOOK} and journal_number = 1 and kind = 'revenue'`,
    ["journals", "balances", "ledger and sub-ledger"],
  ],
  [
    "a charge has a surcharge that is not in its amount",
    `update charges c set covered_s = 0, parts = '[{"kind": "surcharge", "name": "x", "seconds": null, "amount": "0.01"}]'
     where ${STANDING}`,
    ["surcharges"],
  ],
  [
    "a balance is changed",
    `update balances set amount = amount + 1 where account_id = ${ALPHA} and kind = 'unbilled'`,
    ["balances"],
  ],
  ["a balance is lost", `delete from balances where account_id = ${ALPHA} and kind = 'receivable'`, ["balances"]],
  [
    "the last journal is lost with its postings",
    `with lost as (delete from journals j using accounts a where a.id = ${ALPHA} and j.book_id = a.book_id
       and j.number = (select last_journal_number from books b where b.id = a.book_id) returning j.book_id, j.number)
     delete from postings p using lost where p.book_id = lost.book_id and p.journal_number = lost.number`,
    ["journal numbers", "balances", "invoice journals"],
  ],
  [
    "a journal is lost",
    "delete from journals where kind = 'vendor-cost'",
    ["postings", "journal numbers", "vendor accruals"],
  ],
  [
    "a book forgets its count",
    `update books set last_journal_number = last_journal_number + 1 where id = ${ALPHAS_BOOK}`,
    ["journal numbers"],
  ],
  [
    "a charge is changed",
    `update charges c set amount = amount + 0.000000001 where ${STANDING}`,
    ["billed charges", "ledger and sub-ledger"],
  ],
  [
    "a payer is asked for more than the converted charge",
    `with moved as (
       update postings set amount = amount + case kind when 'unbilled' then 1 else -1 end
       where currency = 'JPY' and journal_number = 1 and kind in ('unbilled', 'fx-clearing')
       returning book_id, account_id, kind, currency
     )
     update balances b set amount = amount + case b.kind when 'unbilled' then 1 else -1 end
     from moved m where (m.book_id, m.account_id, m.kind, m.currency) = (b.book_id, b.account_id, b.kind, b.currency)`,
    ["ledger and sub-ledger"],
  ],
  ["an accrual is forgotten", "update vendor_accruals set amount = amount - 1", ["accrued cost", "vendor accruals"]],
  [
    "an identity is lost",
    "delete from usage_identities where id in (select id from usage_events limit 1)",
    ["usage events"],
  ],
  [
    "an identity points elsewhere",
    "update usage_identities set started_at = started_at + interval '1 second'",
    ["identities", "usage events"],
  ],
  [
    "a usage event is lost",
    "delete from usage_events where id in (select usage_id from charges where side = 'customer' limit 1)",
    ["identities", "charges"],
  ],
  [
    "a reversal is halved",
    "update charges set amount = amount / 2 where reverses_entry_no is not null and side = 'cost'",
    ["reversals", "accrued cost", "ledger and sub-ledger"],
  ],
  [
    "a reversal is lost",
    "delete from charges where reverses_entry_no is not null and side = 'customer' and tariff_amount is null",
    ["charges", "ledger and sub-ledger", "billed charges"],
  ],
  [
    "a usage journal is of another batch",
    "update journals set batch_id = batch_id + 1000 where kind = 'usage' and number = 1",
    ["batches", "billed charges"],
  ],
  ["a file's counts do not hold", "update source_files set stored = stored + duplicate + 1, duplicate = -1", ["files"]],
  ["a hold is changed", "update account_holds set held = held + 1", ["holds"]],
  [
    "minutes are held for no session",
    `insert into allowance_holds (tenant_id, book_id, key, held)
     select tenant_id, book_id, 'free', '[{"expiresAt": null, "quantity": "60"}]' from accounts where code = 'alpha'`,
    ["holds of allowances"],
  ],
  [
    "minutes of a session are not held",
    `update sessions set levels = jsonb_set(levels, '{0,units}', '[{"key": "free", "expiresAt": 1, "quantity": "60"}]')
     where state = 'open'`,
    ["holds of allowances"],
  ],
  [
    "a group's calls are counted that are not there",
    `update account_holds set counters = '{"scopes": {"group/premium": {"open": 1, "held": "1"}}}'`,
    ["holds of groups and trunks"],
  ],
  [
    "a session's cost so far is not counted",
    `update sessions set levels = jsonb_set(levels, '{0,used}', '"0.5"') where state = 'open'`,
    ["cost so far"],
  ],
  [
    "a refused session holds money",
    `update sessions set levels = '[{"accountId": "00000000-0000-0000-0000-000000000000", "amount": "1"}]'
     where state = 'refused'`,
    ["ended sessions"],
  ],
  ["an hour counts rows that are not there", "update row_hours set known = known + 9", ["rows by hour"]],
  [
    "an invoice's total is changed",
    "update invoices set total = total + 1, due = due + 1, rounding = rounding - 1 where kind = 'invoice'",
    ["invoices", "invoice journals"],
  ],
  ["an invoice's line is lost", "delete from invoice_lines where line = 1", ["invoices", "billed charges"]],
  ["an invoice is lost", "delete from invoices where number = 'INV-2026-00001'", ["invoice numbers", "billed charges"]],
  ["a number is given twice", "update invoices set number = 'INV-2026-00002'", ["invoice numbers"]],
  ["a position goes back", "update billing_positions set covers_journal_number = 0", ["billed charges"]],
  ["a table loses its isolation", "alter table invoices no force row level security", ["isolation"]],
  ["a partition loses its isolation", "alter table charges_2026_03 disable row level security", ["isolation"]],
])("finds it when %s", async (_damage, sql, found) => {
  const examination = await rehearse<BulkTx, Examination>(
    true,
    (work) => db.bulk("owner", {}, work),
    async (tx) => {
      const { rowCount } = await tx.query(sql);
      if (!sql.startsWith("alter")) expect(rowCount).toBeGreaterThan(0);
      return await examine(tx);
    },
  );
  expect(failed(examination).toSorted()).toEqual(found.toSorted());
  for (const { ok, differences, first } of examination.checks) expect(first.length > 0 && differences > 0).toBe(!ok);
});

test("cost that no vendor's book has yet is listed, and accrued once", async () => {
  await operator.import([{ code: "alpha", answered: "2026-03-05T10:00:00", talkedS: 60 }], "late.csv");
  expect((await runDoctor(db)).outstanding).toMatchObject({ unpostedCostDays: 1 });
  const accrual = { tenantId: operator.operator.tenantId, actor: testerOf(operator.operator.tenantId) };
  const both = await Promise.all([accrueVendors(db, accrual), accrueVendors(db, accrual)]);
  expect(both.map(({ posted }) => posted).toSorted()).toEqual([0, 1]);
  expect(await runDoctor(db)).toMatchObject({ outstanding: { unpostedCostDays: 0 } });
  const clearing = await operator.operator.figures<{ left: string }>(
    "select trim_scale(sum(amount)) as left from balances where kind = 'vendor-clearing'",
  );
  expect(clearing.left).toBe("0");
  expect(failed(await runDoctor(db))).toEqual([]);
});
