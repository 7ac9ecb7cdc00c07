import { Value } from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { checkAlarms } from "../../src/server/completeness/check-alarms.ts";
import { CutDesk } from "../../src/server/cuts/cut-desk.ts";
import { requestCuts } from "../../src/server/cuts/request-cuts.ts";
import type { EventKind, StoredEvent } from "../../src/server/events/event.ts";
import { EVENTS } from "../../src/server/events/event-catalogue.ts";
import { findEvents } from "../../src/server/events/find-events.ts";
import { addDeadLetters } from "../../src/server/outage/dead-letter-store.ts";
import type { JournalEntry } from "../../src/server/outage/journal-entry.ts";
import { SwitchUnderTest } from "../cuts/switch-under-test.ts";
import { BillingOperator } from "../invoicing/billing.ts";
import { ChargedCalls } from "../support/charged-calls.ts";
import { tollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { prepaidCustomer } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let billing: BillingOperator;
let tenantId: string;

beforeAll(async () => {
  db = await testDatabase();
  billing = await BillingOperator.create(db, { bakery: {}, ada: { payment: "prepaid" }, carrier: { kind: "vendor" } });
  ({ tenantId } = billing.operator);
  await billing.import([{ code: "bakery", answered: "2026-02-03T10:00:00", talkedS: 61 }]);
});
afterAll(() => db.drop());

async function run(line: string, setup?: object): Promise<void> {
  const words = line.split(" ");
  const { status, stderr } = await tollwright(words, { db, ...(setup && { stdin: JSON.stringify(setup) }) });
  if (status !== 0) throw new Error(stderr);
}

/** The events of a kind, the earliest first; each has the fields that the catalogue says, and no others. */
async function told(kind: EventKind, of = tenantId): Promise<readonly StoredEvent[]> {
  const events = await findEvents(db, { tenantId: of, kind, limit: 100 });
  for (const { data, object } of events) {
    expect([...Value.Errors(EVENTS[kind].data, data)]).toEqual([]);
    expect(object.kind).toBe(EVENTS[kind].object);
  }
  return events.toReversed();
}

test("a payment is told once, whatever is sent twice or only tried", async () => {
  await run("account topup ada 5.00 --reference P-1 --dry-run");
  await run("account topup ada 5.00 --reference P-1");
  await run("account topup ada 5.00 --reference P-1");
  expect(await told("payment-received")).toMatchObject([
    { account: "ada", data: { amount: "5", currency: "EUR", reference: "P-1", balance: "5", by: "cli:test" } },
  ]);
});

test("a bill run tells of each invoice, and then of itself", async () => {
  await run("bill run --dry-run");
  await run("bill run");
  expect(await told("invoice-issued")).toMatchObject([
    { account: "bakery", data: { number: "INV-2026-00001", total: "0.06", periodEndDate: "2026-03-01" } },
  ]);
  expect(await told("bill-run-finished")).toMatchObject([{ account: null, data: { invoices: 1, parked: 0 } }]);
});

test("a setup tells of the accounts that it makes and changes, and of rates; not of what it leaves", async () => {
  const tenant = { name: `Tenant ${tenantId}` };
  const setup = {
    tenant,
    accounts: [{ code: "new", kind: "customer", name: "Newcomer" }],
    tariffs: [{ name: "summer", currency: "EUR", rates: [{ prefix: "49", destination: "Germany", rate: "0.05" }] }],
  };
  await run("apply -", setup);
  await run("apply -", setup);
  await run("apply -", { tenant, accounts: [{ ...setup.accounts[0], name: "Regular" }] });
  expect(await told("account-created")).toMatchObject([{ account: "new", data: { accountKind: "customer" } }]);
  expect(await told("account-changed")).toMatchObject([{ account: "new", data: { name: "Regular", by: "cli:test" } }]);
  expect(await told("rates-published")).toMatchObject([{ data: { tariff: "summer", version: 1, deckId: null } }]);
});

test("a re-rating tells how many calls it changed", async () => {
  await run("cdr rerate --from 2026-02-01 --apply --reason prices");
  expect(await told("rerating-applied")).toMatchObject([{ data: { reason: "prices", by: "cli:test" } }]);
});

test("alarms are told when they are raised and when they are over; silence and a full quarantine under their own names", async () => {
  const operator = await Operator.create(db);
  const settings = (quarantinedMax: number) => ({ completeness: { quarantinedMax, silentAfterMinutes: 60 } });
  const source = await operator.source("sbc", "freeswitch-csv", settings(1));
  const at = epochMs(Date.UTC(2026, 2, 10, 8));
  await operator.importText(source, "rows.csv", '"bad"\n"worse"\n', at);
  const check = (hours: number) => checkAlarms(db, operator.tenantId, epochMs(at + hours * 3_600_000));
  await check(0);
  await check(0);
  const of = operator.tenantId;
  expect(await told("quarantine-grown", of)).toMatchObject([{ account: null, data: { source: "sbc" } }]);
  await operator.source("sbc", "freeswitch-csv", settings(2));
  await check(0);
  expect(await told("alarm-cleared", of)).toMatchObject([{ data: { alarm: "quarantine-grown" } }]);
  await check(2);
  expect(await told("source-silent", of)).toMatchObject([{ data: { source: "sbc", since: "2026-03-10T08:00:00Z" } }]);
  expect(await told("alarm-raised", of)).toEqual([]);
});

test("a call that was cut is told, and dead letters by their source", async () => {
  const operator = await Operator.create(db);
  await prepaidCustomer(operator, { amount: "3" });
  const { id: sourceId } = await operator.source("switch", "freeswitch-csv");
  const of = operator.tenantId;
  const charging = new Charging(db);
  const calls = new ChargedCalls(sourceId);
  for (const key of ["a", "b"]) await charging.decide(of, calls.authorise(key, "ada", { wantedS: 60 }));
  const { ids } = await operator.figures<{ ids: string[] }>(
    "select array_agg(id order by opened_at) as ids from sessions",
  );
  const asked = ids.map((sessionId) => ({ sessionId, why: "He asked for it." }));
  await requestCuts(db, { tenantId: of, reason: "operator", askedBy: "cli:test" }, asked.slice(0, 1));
  const desk = new CutDesk(db, [new SwitchUnderTest()], () => undefined);
  await desk.look({ givesUpOverdue: false });
  await desk.settled();
  const entry = { at: epochMs(0), request: { sourceId } } as unknown as JournalEntry;
  const letter = { entry, reason: "no such call" };
  await db.transaction("ingest", {}, (tx) => addDeadLetters(tx, of, [letter, letter]));
  expect(await told("call-cut", of)).toMatchObject([
    { account: "ada", object: { id: ids[0] }, data: { key: "a", reason: "operator" } },
  ]);
  expect(await told("dead-letter", of)).toMatchObject([
    { object: { id: sourceId }, data: { requests: 2, reason: "no such call" } },
  ]);
});
