import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Avp } from "../../src/protocol/diameter/avp.ts";
import { avp } from "../../src/protocol/diameter/build-avp.ts";
import { avpValue } from "../../src/protocol/diameter/find-avp.ts";
import { AccountCharging } from "../../src/server/charging/account-charging.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { ChargingOverDiameter } from "../../src/server/switches/over-diameter.ts";
import { creditControlRequest, type DiameterClient } from "../diameter/diameter-client.ts";
import { expectInOrder, open, start } from "../diameter/server-under-test.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let operator: Operator;
let client: DiameterClient;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

/** Ada at .60 a minute with one unit of money, whom the peer names by her SIP URI. */
beforeEach(async () => {
  operator = await Operator.create(db);
  const { tenantId } = operator;
  await prepaidCustomer(operator, { match: { sipUser: "ada" } });
  const { id: sourceId } = await operator.source("smsc", "freeswitch-csv");
  const charging = new Charging(db);
  const handler = new ChargingOverDiameter({ charging, accounts: new AccountCharging(db, charging) }, () => ({
    tenantId,
    sourceId,
  }));
  const { port } = await start(handler, { answerMsMax: 60_000, requestMs: 60_000 });
  client = await open(port);
});

const ACTIONS = { debit: 0, refund: 1, balance: 2, price: 3 } as const;
const EUR = 978;
const euros = (cents: bigint, currency = EUR): Avp =>
  avp("CC-Money", [
    avp("Unit-Value", [avp("Value-Digits", cents), avp("Exponent", -2)]),
    avp("Currency-Code", currency),
  ]);

interface Asked {
  readonly session?: string;
  readonly user?: string;
  readonly units?: readonly Avp[];
  readonly correlation?: string;
  readonly called?: string;
}

async function ask(action: keyof typeof ACTIONS, asked: Asked = {}) {
  const { session = "smsc.test.example;1;1", user = "ada", units, correlation, called } = asked;
  const answer = await client.ask(
    creditControlRequest({ sessionId: session, type: 4, number: 0 }, [
      avp("Subscription-Id", [avp("Subscription-Id-Type", 2), avp("Subscription-Id-Data", `sip:${user}@192.0.2.1`)]),
      avp("Requested-Action", ACTIONS[action]),
      ...(units === undefined ? [] : [avp("Requested-Service-Unit", units)]),
      ...(correlation === undefined ? [] : [avp("CC-Correlation-Id", Buffer.from(correlation))]),
      ...(called === undefined
        ? []
        : [
            avp("Service-Information", [
              avp("IMS-Information", [avp("Node-Functionality", 6), avp("Called-Party-Address", called)]),
            ]),
          ]),
    ]),
  );
  expectInOrder(answer);
  const { avps } = answer;
  return {
    result: avpValue(avps, "Result-Code"),
    granted: moneyIn(avpValue(avpValue(avps, "Granted-Service-Unit") ?? [], "CC-Money")),
    cost: moneyIn(avpValue(avps, "Cost-Information")),
    isEnough: avpValue(avps, "Check-Balance-Result"),
  };
}

/** As a number and a currency's number. */
function moneyIn(group: readonly Avp[] | undefined) {
  if (group === undefined) return undefined;
  const value = avpValue(group, "Unit-Value") ?? [];
  const digits = Number(avpValue(value, "Value-Digits"));
  return [digits * 10 ** (avpValue(value, "Exponent") ?? 0), avpValue(group, "Currency-Code")];
}

const money = () => booksOf(operator);
const NOTHING = { granted: undefined, cost: undefined, isEnough: undefined };

describe("an event over Diameter", () => {
  test("is debited and given back, once however often it comes", async () => {
    for (const _time of ["first", "second"]) {
      const answer = await ask("debit", { units: [euros(40n)], correlation: "message 1" });
      expect(answer).toEqual({ ...NOTHING, result: 2001, granted: [0.4, EUR] });
    }
    expect(await money()).toMatchObject({ wallet: 0.6, held: 0 });
    const again = { session: "smsc.test.example;1;2", correlation: "message 1" };
    expect(await ask("refund", { ...again, units: [euros(41n)] })).toMatchObject({ result: 4010 });
    for (const _time of ["first", "second"])
      expect(await ask("refund", { ...again, units: [euros(40n)] })).toMatchObject({ result: 2001 });
    expect(await money()).toMatchObject({ wallet: 1 });
  });

  test.each<[string, Asked, number]>([
    ["beyond what is there", { units: [euros(101n)] }, 4012],
    ["of nobody known", { user: "eve", units: [euros(1n)] }, 5030],
    ["of nothing", { units: [euros(0n)] }, 5004],
    ["in another currency", { units: [euros(1n, 840)] }, 4010],
    ["by messages, which have no price", { units: [avp("CC-Service-Specific-Units", 1n)] }, 5031],
  ])("%s is refused", async (_what, asked, result) => {
    expect(await ask("debit", asked)).toEqual({ ...NOTHING, result });
    expect(await money()).toMatchObject({ wallet: 1 });
  });

  test("asks whether there is enough: money, a call, anything", async () => {
    const call = { called: "sip:4930123456@192.0.2.9" };
    expect(await ask("balance", { session: "a;1", units: [euros(100n)] })).toMatchObject({ result: 2001, isEnough: 0 });
    expect(await ask("balance", { session: "a;2", units: [euros(101n)] })).toMatchObject({ isEnough: 1 });
    expect(await ask("balance", { session: "a;3", ...call, units: [avp("CC-Time", 100)] })).toMatchObject({
      isEnough: 0,
    });
    expect(await ask("balance", { session: "a;4", ...call, units: [avp("CC-Time", 101)] })).toMatchObject({
      isEnough: 1,
    });
    expect(await ask("balance", { session: "a;5" })).toMatchObject({ isEnough: 0 });
  });

  test("asks for a price", async () => {
    const called = "sip:4930123456@192.0.2.9";
    expect(await ask("price", { called, units: [avp("CC-Time", 90)] })).toMatchObject({
      result: 2001,
      cost: [0.9, EUR],
    });
    expect(await ask("price", { called: "sip:33123@192.0.2.9", session: "b;2" })).toMatchObject({ result: 5031 });
  });
});
