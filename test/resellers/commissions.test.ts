import { afterAll, beforeAll, expect, test } from "vitest";
import { uuidv7 } from "../../src/clock.ts";
import type { Currency } from "../../src/core/money/currency.ts";
import { nanosFromSql, nanosToSql } from "../../src/core/money/nanos.ts";
import type { CommissionSetup } from "../../src/server/commission/commission-setup.ts";
import { findStatement } from "../../src/server/commission/find-statement.ts";
import { type CommissionReport, runCommissions } from "../../src/server/commission/run-commissions.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import { recordPayment } from "../../src/server/invoicing/record-payment.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import { updateAccount } from "../../src/server/tenancy/store.ts";
import { BillingOperator, summary } from "../invoicing/billing.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { pay } from "../support/prepaid-customer.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const APRIL = "2026-04-02T08:00:00Z";
const MAY = "2026-05-02T08:00:00Z";

/** Ten per cent of what +49 costs, five of the margin of the rest. */
const PLAN: CommissionSetup = {
  rules: [
    { name: "germany", prefixes: ["49"], percent: "10" },
    { name: "rest", of: "margin", percent: "5" },
  ],
};

/** An agent with two customers, and one customer of the operator's own; all calls go out through one vendor. */
class AgentWorld {
  readonly billing: BillingOperator;
  readonly actor;

  private constructor(billing: BillingOperator) {
    this.billing = billing;
    this.actor = testerOf(billing.operator.tenantId);
  }

  static async create(commission: CommissionSetup, fields: Partial<StoredAccount> = {}): Promise<AgentWorld> {
    const [id, bookId] = [uuidv7(), uuidv7()];
    const below = { parentId: id, bookId, customerSince: "2025-03-15" };
    return new AgentWorld(
      await BillingOperator.create(db, {
        agent: { id, bookId, kind: "agent", commission, ...fields },
        alpha: below,
        beta: { ...below, payment: "prepaid" },
        own: {},
        vendor: { kind: "vendor" },
      }),
    );
  }

  get agent(): StoredAccount {
    return this.billing.accounts.find(({ code }) => code === "agent") as StoredAccount;
  }

  async run(month: string, now = MAY, dryRun = false): Promise<readonly string[]> {
    return shown(await runCommissions(db, { actor: this.actor, month, now: Temporal.Instant.from(now), dryRun }));
  }

  async statement(month: string): Promise<readonly string[]> {
    const { entries } = await findStatement(db, this.actor, { agentCode: "agent", month });
    return entries.map(({ kind, payerCode, invoiceNumber, rule, percent, base, amount }) =>
      [kind, payerCode, invoiceNumber, rule, `${percent}%`, "of", base, "is", amount].join(" "),
    );
  }

  async pay(number: string, amount: string, reference: string, at = "2026-04-20T08:00:00Z"): Promise<void> {
    const now = Temporal.Instant.from(at);
    await recordPayment(db, { actor: this.actor, number, amount: nanosFromSql(amount), reference, now, dryRun: false });
  }

  async plan(commission: CommissionSetup): Promise<void> {
    const { tenantId } = this.billing.operator;
    await db.transaction("app", { tenantId }, (tx) => updateAccount(tx, { ...this.agent, commission }));
  }

  async ledger(): Promise<Readonly<Record<string, number>>> {
    const { rows } = await db.transaction("app", { tenantId: this.billing.operator.tenantId }, (tx) =>
      tx.query<{ kind: string; currency: string; amount: number }>(
        "select kind, currency, amount::float8 from balances where account_id = $1 and amount <> 0 order by kind",
        [this.agent.id],
      ),
    );
    return Object.fromEntries(rows.map(({ kind, currency, amount }) => [`${kind} ${currency}`, amount]));
  }
}

const shown = ({ agents }: CommissionReport): readonly string[] =>
  agents.map((one) => {
    if (one.kind === "booked") return `${one.agent.code}: ${one.entries} entries, ${nanosToSql(one.amount)}`;
    return one.kind === "parked" ? `${one.agent.code}: ${one.what}` : `${one.agent.code}: nothing`;
  });

/** 0.06 a minute to Germany and 0.1 to France; the vendor takes 0.0133 a minute. */
const MARCH = [
  { code: "alpha", answered: "2026-03-10T10:00:00", talkedS: 600 },
  { code: "alpha", answered: "2026-03-11T10:00:00", talkedS: 300, called: "33123456789" },
  { code: "beta", answered: "2026-03-12T10:00:00", talkedS: 60 },
  { code: "own", answered: "2026-03-12T11:00:00", talkedS: 600 },
];

async function expectBooksAgree(): Promise<void> {
  const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
}

test("an agent's share of what is invoiced: booked once, owed to it, and the agent is charged nothing", async () => {
  const world = await AgentWorld.create(PLAN);
  await pay(world.billing.operator, "5", { code: "beta" });
  await world.billing.import(MARCH);
  expect(await world.run("2026-03")).toEqual(["agent: nothing"]);
  expect(summary(await world.billing.bill("2026-03", APRIL))).toEqual([
    "INV-2026-00001 alpha invoice 1.1 of 1.1",
    "INV-2026-00002 beta statement 0.06 of 0.06",
    "INV-2026-00003 own invoice 0.6 of 0.6",
  ]);
  expect(await world.run("2026-03", MAY, true)).toEqual(["agent: 3 entries, 0.087675"]);
  expect(await world.run("2026-03")).toEqual(["agent: 3 entries, 0.087675"]);
  expect(await world.run("2026-03")).toEqual(["agent: nothing"]);
  expect(await world.statement("2026-03")).toEqual([
    "earned alpha INV-2026-00001 germany 10% of 0.6 is 0.06",
    "earned alpha INV-2026-00001 rest 5% of 0.4335 is 0.021675",
    "earned beta INV-2026-00002 germany 10% of 0.06 is 0.006",
  ]);
  expect(await world.ledger()).toEqual({ "commission EUR": 0.087675, "payable EUR": -0.087675 });
  await expectBooksAgree();
});

test("a call that turns out to be of the next month: its share goes back, as a line of its own", async () => {
  const world = await AgentWorld.create(PLAN);
  const calls = [{ code: "alpha", answered: "2026-03-31T23:30:00", talkedS: 600 }];
  await world.billing.import(calls);
  await world.billing.bill("2026-03", APRIL);
  expect(await world.run("2026-03")).toEqual(["agent: 1 entries, 0.06"]);
  await world.billing.correctZone("America/New_York"); // the switch's clock was not on UTC
  await world.billing.import(calls, "again.csv");
  expect(summary(await world.billing.bill("2026-03", APRIL))).toEqual([
    "INV-2026-00002 alpha credit-note -0.6 of -0.6",
  ]);
  expect(await world.run("2026-03")).toEqual(["agent: 1 entries, -0.06"]);
  await world.billing.bill("2026-04", MAY);
  expect(await world.run("2026-04")).toEqual(["agent: 1 entries, 0.06"]);
  expect(await world.statement("2026-03")).toEqual([
    "earned alpha INV-2026-00001 germany 10% of 0.6 is 0.06",
    "clawback alpha INV-2026-00002 germany 10% of -0.6 is -0.06",
  ]);
  await expect(world.run("2026-03")).rejects.toThrow(expect.objectContaining({ code: "commission-period-closed" }));
  await expectBooksAgree();
});

test("a share of what is collected: prepaid usage at once, invoices as they are paid, refunds taken back", async () => {
  const world = await AgentWorld.create({ rules: [{ name: "all", on: "collected", percent: "10" }] });
  await pay(world.billing.operator, "5", { code: "beta" });
  await world.billing.import(MARCH);
  await world.billing.bill("2026-03", APRIL);
  await world.pay("INV-2026-00001", "0.4", "bank-1");
  await world.pay("INV-2026-00001", "0.4", "bank-1"); // the same payment again
  expect(await world.run("2026-03")).toEqual(["agent: 1 entries, 0.006"]);
  expect(await world.statement("2026-03")).toEqual(["earned beta INV-2026-00002 all 10% of 0.06 is 0.006"]);
  expect(await world.run("2026-04")).toEqual(["agent: 1 entries, 0.04"]);
  await world.pay("INV-2026-00001", "0.7", "bank-2", "2026-05-03T08:00:00Z");
  await world.pay("INV-2026-00001", "-0.2", "bank-3", "2026-06-03T08:00:00Z");
  expect(await world.run("2026-05", "2026-07-01T08:00:00Z")).toEqual(["agent: 1 entries, 0.07"]);
  expect(await world.run("2026-06", "2026-07-01T08:00:00Z")).toEqual(["agent: 1 entries, -0.02"]);
  expect(await world.statement("2026-06")).toEqual(["clawback alpha INV-2026-00001 all 10% of 1.1 is -0.02"]);
  expect(await world.ledger()).toEqual({ "commission EUR": 0.096, "payable EUR": -0.096 });
  await expect(world.pay("INV-2026-00001", "-1", "bank-4")).rejects.toThrow(
    expect.objectContaining({ code: "refund-above-payments" }),
  );
  await expectBooksAgree();
});

test("another percentage for what is booked: a correction and a new line; steps count from the first day", async () => {
  const world = await AgentWorld.create({ rules: [{ name: "all", percent: "10" }] });
  await world.billing.import(MARCH.slice(0, 1));
  await world.billing.bill("2026-03", APRIL);
  await world.run("2026-03");
  // A year after 15 March 2025 is after the call of 10 March 2026.
  await world.plan({ rules: [{ name: "all", steps: [{ percent: "8" }, { percent: "4", afterMonths: 12 }] }] });
  expect(await world.run("2026-03")).toEqual(["agent: 2 entries, -0.012"]);
  expect(await world.statement("2026-03")).toEqual([
    "earned alpha INV-2026-00001 all 10% of 0.6 is 0.06",
    "earned alpha INV-2026-00001 all 8% of 0.6 is 0.048",
    "correction alpha INV-2026-00001 all 10% of 0 is -0.06",
  ]);
  expect(await world.run("2026-03")).toEqual(["agent: nothing"]);
});

test("an agent in another currency is owed at the rate of the day; without one it waits, and nobody else", async () => {
  const world = await AgentWorld.create(PLAN, { currency: "JPY" as Currency });
  await world.billing.import(MARCH.slice(0, 1));
  await world.billing.bill("2026-03", APRIL);
  expect(await world.run("2026-03")).toEqual(["agent: 1 entries, 9.6822"]); // 0.06 EUR at 161.37
  const lost = await AgentWorld.create(PLAN, { currency: "USD" as Currency });
  await lost.billing.import(MARCH.slice(0, 1));
  await lost.billing.bill("2026-03", APRIL);
  expect(await lost.run("2026-03")).toEqual(["agent: There is no exchange rate from EUR to USD on 2026-03-10."]);
});
