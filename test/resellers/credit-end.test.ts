import { afterAll, beforeAll, expect, test } from "vitest";
import type { CreditEnd } from "../../src/core/tenancy/money-end.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { pay } from "../support/prepaid-customer.ts";
import { report } from "../support/session-requests.ts";
import { SellingChain } from "./chain-world.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

/** A prepaid reseller with 0.05, who buys at .03 a minute by the second: 100 seconds. */
async function chainOf(whenCreditEnds: CreditEnd): Promise<SellingChain> {
  const chain = await SellingChain.create(db, { code: "vendor", perMinute: "0.010", increments: "1/1" }, [
    { code: "middle", perMinute: "0.030", increments: "1/1", fields: { payment: "prepaid", whenCreditEnds } },
    { code: "customer", perMinute: "0.060", increments: "60/60" },
  ]);
  await pay(chain.operator, "0.05", { code: "middle" });
  return chain;
}

const minute = { wantedS: 60 };
const HELD =
  "select coalesce(sum(h.held), 0)::float8 as held from account_holds h join accounts a on a.id = h.account_id";
const heldOfMiddle = async ({ operator }: SellingChain) =>
  (await operator.figures<{ held: number }>(`${HELD} where a.code = 'middle'`)).held;

test("end-calls: a call below it ends with its money, and no other begins", async () => {
  const chain = await chainOf("end-calls");
  const { lane, source } = chain;
  expect(await lane.decide(chain.authorise("a", minute))).toMatchObject({ kind: "granted", talkS: 60, isLast: false });
  expect(await lane.decide(report(source.id, "a", 55, minute))).toMatchObject({ talkS: 100, isLast: true });
  expect(await lane.decide(chain.authorise("b", minute))).toMatchObject({ reason: { code: "balance-exhausted" } });
});

test("refuse-calls: the call that is up goes on, no other begins, and what lacks is overrun", async () => {
  const chain = await chainOf("refuse-calls");
  const { lane, source } = chain;
  expect(await lane.decide(chain.authorise("a", minute))).toMatchObject({ kind: "granted", talkS: 60, isLast: false });
  expect(await lane.decide(report(source.id, "a", 55, minute))).toMatchObject({ talkS: 115, isLast: false });
  expect(await heldOfMiddle(chain)).toBe(0.05);
  expect(await lane.decide(chain.authorise("b", minute))).toMatchObject({ reason: { code: "balance-exhausted" } });
  expect(await lane.decide(report(source.id, "a", 110, minute))).toMatchObject({ talkS: 170, isLast: false });
  expect(await lane.decide(chain.stop("a", 120))).toEqual({ kind: "closed", fate: "stored" });
  expect(await chain.ledgerOf("middle")).toEqual({ "payments EUR": 0.05, "overrun EUR": 0.01, "revenue EUR": -0.06 });
  expect(await lane.decide(chain.authorise("c", minute))).toMatchObject({ reason: { code: "balance-exhausted" } });
  expect(await heldOfMiddle(chain)).toBe(0);
});

test("go-on: nothing stops for its money; its customers' calls are theirs to pay", async () => {
  const chain = await chainOf("go-on");
  const { lane } = chain;
  for (const key of ["a", "b"]) {
    expect(await lane.decide(chain.authorise(key, { wantedS: 120 }))).toMatchObject({ talkS: 120, isLast: false });
    expect(await lane.decide(chain.stop(key, 120))).toEqual({ kind: "closed", fate: "stored" });
  }
  expect(await lane.decide(chain.authorise("c", minute))).toMatchObject({ kind: "granted", talkS: 60 });
  expect(await lane.decide(chain.stop("c", 0))).toEqual({ kind: "closed", fate: "stored" });
  expect(await chain.ledgerOf("middle")).toEqual({ "payments EUR": 0.05, "overrun EUR": 0.07, "revenue EUR": -0.12 });
  const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
});
