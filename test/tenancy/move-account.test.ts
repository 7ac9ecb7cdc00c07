import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { type EpochMs, fromInstant } from "../../src/core/time/epoch.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { runDoctor } from "../../src/server/doctor/doctor.ts";
import { type AccountMove, type MoveReport, moveAccount } from "../../src/server/tenancy/move-account.ts";
import { FOLLOWING_TABLES } from "../../src/server/tenancy/move-store.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import { BillingOperator, callRows, summary, type TestCall, untied } from "../invoicing/billing.ts";
import { testerOf } from "../support/actor.ts";
import { ChargedCalls } from "../support/charged-calls.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { pay } from "../support/prepaid-customer.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const at = (text: string): EpochMs => fromInstant(Temporal.Instant.from(text));
const MOVED_AT = "2026-03-16T00:00:00Z";
const BEFORE: readonly TestCall[] = [
  { code: "callshop", answered: "2026-03-02T10:00:00", talkedS: 60 },
  { code: "wallet", answered: "2026-03-03T10:00:00", talkedS: 60 },
  { code: "other", answered: "2026-03-03T10:00:00", talkedS: 60 },
];
const AFTER: readonly TestCall[] = [
  { code: "callshop", answered: MOVED_AT.slice(0, 19), talkedS: 120 },
  { code: "wallet", answered: "2026-03-20T10:00:00", talkedS: 60 },
];

/** Reseller one with a callshop, a prepaid customer and another; reseller two with nobody; a carrier. */
async function newOperator(): Promise<BillingOperator> {
  const billing = await BillingOperator.create(db, { one: { kind: "reseller" }, two: { kind: "reseller" } });
  const { operator } = billing;
  const [one] = billing.accounts;
  const place = { parentId: one?.id ?? null, bookId: one?.bookId ?? "" };
  const shops: StoredAccount[] = [];
  for (const code of ["callshop", "wallet", "other"])
    shops.push(await operator.account(code, { ...place, payment: code === "wallet" ? "prepaid" : "postpaid" }));
  const carrier = await operator.account("carrier", { kind: "vendor" });
  const { rows } = await db.transaction("app", { tenantId: operator.tenantId }, (tx) =>
    tx.query<{ id: string }>("select id from tariffs where name = 'retail'"),
  );
  await db.transaction("app", { tenantId: operator.tenantId }, async (tx) => {
    for (const { id } of shops)
      await tx.query(
        `insert into account_tariffs (tenant_id, account_id, tariff_id, effective_from)
         values ($1, $2, $3, '2000-01-01')`,
        [operator.tenantId, id, rows[0]?.id],
      );
  });
  await operator.rules(shops.map((shop) => [shop, { match: { accountCode: shop.code } }]));
  await operator.tariff("carrier's", [], [carrier]);
  await pay(operator, "1", { code: "wallet", reference: "PAY-1" });
  await billing.import(BEFORE, "before.csv");
  return billing;
}

const move = ({ operator }: BillingOperator, asked: Partial<AccountMove>): Promise<MoveReport> =>
  moveAccount(
    db,
    { accountCode: "callshop", to: "two", at: at(MOVED_AT), now: now(), dryRun: false, ...asked },
    testerOf(operator.tenantId),
  );

/** What every account has in the ledger, as text: "callshop in two's book: unbilled 0.06". */
async function ledger({ operator }: BillingOperator, ...kinds: readonly string[]): Promise<readonly string[]> {
  const { rows } = await db.transaction("app", { tenantId: operator.tenantId }, (tx) =>
    tx.query<{ line: string }>(
      `select a.code || ' under ' || coalesce(p.code, 'the operator') || ': '
         || b.kind || ' ' || trim_scale(b.amount) as line
       from balances b join accounts a on a.id = b.account_id left join accounts p on p.id = a.parent_id
       where b.kind = any($1) and b.amount <> 0 order by 1`,
      [kinds],
    ),
  );
  return rows.map(({ line }) => line);
}

describe("a move of a customer to another reseller", () => {
  test("calls from then on are charged there, those before stay, and each part of the month is billed in its book", async () => {
    const billing = await newOperator();
    await move(billing, {});
    await billing.import(AFTER, "after.csv");
    expect(await ledger(billing, "unbilled")).toEqual([
      "callshop under two: unbilled 0.12",
      "callshop.until-20260316 under one: unbilled 0.06",
      "one under the operator: unbilled 0.24",
      "other under one: unbilled 0.06",
      "two under the operator: unbilled 0.12",
    ]);
    const bills = summary(await billing.bill("2026-03", "2026-04-02T08:00:00Z"));
    expect(bills.map((line) => line.replace(/^\S+ /, "")).toSorted()).toEqual([
      ...["callshop invoice 0.12 of 0.12", "callshop.until-20260316 invoice 0.06 of 0.06", "one invoice 0.24 of 0.24"],
      ...["other invoice 0.06 of 0.06", "two invoice 0.12 of 0.12", "wallet statement 0.12 of 0.12"],
    ]);
    expect(await untied(billing)).toEqual([]);
    expect((await runDoctor(db)).checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  test("calls from before that come late, or again, are still of the closed account", async () => {
    const billing = await newOperator();
    await move(billing, {});
    const late: TestCall = { code: "callshop", answered: "2026-03-15T23:59:59", talkedS: 30 };
    const again = await billing.operator.importText(billing.source, "again.csv", callRows([...BEFORE, late]));
    expect(again.counts).toMatchObject({ stored: 1, duplicate: BEFORE.length, corrected: 0 });
    expect(await ledger(billing, "unbilled")).toContain("callshop.until-20260316 under one: unbilled 0.09");
    expect(await ledger(billing, "unbilled")).not.toContainEqual(expect.stringContaining("under two"));
  });

  test("a dry run says the same and changes nothing", async () => {
    const billing = await newOperator();
    const state = () => ledger(billing, "unbilled", "wallet", "transfer-clearing");
    const before = await state();
    const planned = await move(billing, { accountCode: "wallet", dryRun: true });
    expect(planned.moved).toMatchObject([{ code: "wallet", wallet: 940_000_000n }]);
    expect(await state()).toEqual(before);
  });
});

test("a prepaid account's money goes with it, by a journal in each book", async () => {
  const billing = await newOperator();
  await move(billing, { accountCode: "wallet", to: null });
  await billing.import(AFTER, "after.csv");
  expect(await ledger(billing, "wallet", "overrun", "transfer-clearing")).toEqual([
    "wallet under the operator: transfer-clearing 0.94",
    "wallet under the operator: wallet -0.88",
    "wallet.until-20260316 under one: transfer-clearing -0.94",
  ]);
  expect((await runDoctor(db)).checks.filter(({ ok }) => !ok)).toEqual([]);
});

test("a reseller goes with all below it, and comes back after another month", async () => {
  const billing = await newOperator();
  const { moved } = await move(billing, { accountCode: "one" });
  expect(moved.map(({ code }) => code)).toEqual(["one", "callshop", "other", "wallet"]);
  await billing.import(AFTER, "after.csv");
  await move(billing, { accountCode: "one", to: null, at: at("2026-04-16T00:00:00Z") });
  await billing.import([{ code: "callshop", answered: "2026-04-20T10:00:00", talkedS: 180 }], "april.csv");
  expect(await ledger(billing, "unbilled")).toEqual([
    "callshop under one: unbilled 0.18",
    "callshop.until-20260316 under one.until-20260316: unbilled 0.06",
    "callshop.until-20260416 under one.until-20260416: unbilled 0.12",
    "one under the operator: unbilled 0.18",
    "one.until-20260316 under the operator: unbilled 0.18",
    "one.until-20260416 under two: unbilled 0.18",
    "other.until-20260316 under one.until-20260316: unbilled 0.06",
    "two under the operator: unbilled 0.18",
  ]);
  expect((await runDoctor(db)).checks.filter(({ ok }) => !ok)).toEqual([]);
});

test("the account sees its history, who was above it then too, and who is above it now does not", async () => {
  const billing = await newOperator();
  const { tenantId } = billing.operator;
  const { moved } = await move(billing, {});
  await billing.import(AFTER.slice(0, 1), "after.csv");
  const charges = async (accountId: string): Promise<readonly string[]> => {
    const { rows } = await db.transaction("app", { tenantId, accountId }, (tx) =>
      tx.query<{ line: string }>(
        `select a.code || ' ' || trim_scale(c.amount) as line from charges c join accounts a on a.id = c.account_id
         where c.side = 'customer' and a.code like 'callshop%' order by 1`,
      ),
    );
    return rows.map(({ line }) => line);
  };
  const [one, two] = billing.accounts;
  expect(await charges(moved[0]?.id ?? "")).toEqual(["callshop 0.12", "callshop.until-20260316 0.06"]);
  expect(await charges(one?.id ?? "")).toEqual(["callshop.until-20260316 0.06"]);
  expect(await charges(two?.id ?? "")).toEqual(["callshop 0.12"]);
});

describe("a move is refused", () => {
  let billing: BillingOperator;
  beforeAll(async () => {
    billing = await newOperator();
    await billing.bill("2026-03", "2026-04-02T08:00:00Z", ["other"]);
  });

  test.each<[Partial<AccountMove>, string, string]>([
    [{ to: "callshop" }, "its new parent sells to nobody", "a customer can't sell"],
    [{ to: "one" }, "it is there already", "nothing would change"],
    [{ accountCode: "carrier" }, "it is a vendor", "vendors are the operator's"],
    [{ at: at("2026-03-01T00:00:00Z") }, "1 of its charges", "what is charged stays where it is"],
    [{ accountCode: "other" }, "is billed beyond that time", "a bill covers it already"],
    [
      { at: at("2100-01-01T00:00:00Z") },
      "2100-01-01T00:00:00Z has not come yet",
      "a move is done when it is asked for",
    ],
    [{ accountCode: "nobody" }, 'There is no account "nobody"', "of the account"],
    [{ to: "nobody" }, 'There is no account "nobody"', "of the parent"],
  ])("%o: %s (%s)", async (asked, what) => {
    await expect(move(billing, asked)).rejects.toMatchObject({ what: expect.stringContaining(what) });
  });

  test("while calls are up; afterwards the next call is the successor's", async () => {
    const { operator } = await newOperator();
    const moved = () => move({ operator } as BillingOperator, { accountCode: "wallet", at: null });
    const { tenantId } = operator;
    const { id: sourceId } = await operator.source("live", "freeswitch-csv");
    const charging = new Charging(db);
    const calls = new ChargedCalls(sourceId);
    await charging.decide(tenantId, calls.authorise("first", "wallet", { wantedS: 60 }));
    await expect(moved()).rejects.toMatchObject({ what: expect.stringContaining("below it, are up") });
    await charging.decide(tenantId, calls.stop("first", 0));
    const [{ id: successorId = "" } = {}] = (await moved()).moved;
    // Settings may be a second old where calls are charged: another process, which has none yet, need not wait for it.
    const call = { startedAt: fromInstant(now()) };
    const answer = await new Charging(db).decide(tenantId, calls.authorise("second", "wallet", { wantedS: 60 }, call));
    expect(answer).toMatchObject({ kind: "granted" });
    const { holder } = await operator.figures<{ holder: string }>(
      `select h.account_id as holder from account_holds h join accounts a on a.id = h.account_id
       where h.held > 0 and a.kind = 'customer'`,
    );
    expect(holder).toBe(successorId);
  });

  test("while packages run", async () => {
    const { tenantId } = billing.operator;
    await db.transaction("owner", {}, (tx) =>
      tx.query(
        `with package as (insert into packages (tenant_id, id, name) values ($1, gen_random_uuid(), 'p') returning id)
         insert into account_packages (tenant_id, account_id, package_id, effective_from)
         select $1, a.id, package.id, '2026-01-01' from package, accounts a where a.tenant_id = $1 and a.code = 'callshop'`,
        [tenantId],
      ),
    );
    const what = "packages of it, or of accounts below it, are running";
    await expect(move(billing, {})).rejects.toMatchObject({ what: expect.stringContaining(what) });
  });
});

test("every column that points at an account goes with it, stays as history, or is copied", async () => {
  const { rows } = await db.session((client) =>
    client.query<{ name: string }>(`
      select c.conrelid::regclass || '.' || a.attname as name from pg_constraint c
      join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      where c.contype = 'f' and c.confrelid = 'accounts'::regclass and c.conparentid = 0 order by 1`),
  );
  const following = FOLLOWING_TABLES.map((table) => `${table}.account_id`);
  const pointing = rows.map(({ name }) => name);
  expect(following.filter((name) => !pointing.includes(name))).toEqual([]);
  expect(pointing.filter((name) => !following.includes(name))).toEqual(STAYING.toSorted());
});

/** References to accounts that a move leaves as they are: history; tariffs are copied, packages refuse the move. */
const STAYING = [
  ...["account_packages.account_id", "account_tariffs.account_id", "accounts.parent_id", "accounts.predecessor_id"],
  ...["billing_positions.account_id", "commission_entries.account_id", "commission_entries.payer_account_id"],
  ...["events.account_id", "impersonations.account_id", "invoice_payments.account_id", "invoices.account_id"],
  ...["invoices.seller_account_id", "mails.account_id", "operations.account_id", "spend_postings.account_id"],
  "vendor_accruals.vendor_account_id",
];
