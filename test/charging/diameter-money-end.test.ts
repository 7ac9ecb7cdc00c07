import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { nanosFromSql } from "../../src/core/money/nanos.ts";
import type { TimeWindow } from "../../src/core/tariff/tariff.ts";
import type { MoneyEnd } from "../../src/core/tenancy/money-end.ts";
import type { Avp } from "../../src/protocol/diameter/avp.ts";
import { avp } from "../../src/protocol/diameter/build-avp.ts";
import { avpValue, avpValues } from "../../src/protocol/diameter/find-avp.ts";
import { AccountCharging } from "../../src/server/charging/account-charging.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { ChargingOverDiameter } from "../../src/server/switches/over-diameter.ts";
import { creditControlRequest, type DiameterClient } from "../diameter/diameter-client.ts";
import { expectInOrder, open, start } from "../diameter/server-under-test.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { booksOf, pay } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let operator: Operator;
let client: DiameterClient;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

const PORTAL: MoneyEnd = { action: "redirect", to: "url", address: "https://topup.example.net/" };
const FILTERED: MoneyEnd = { action: "restrict", rules: ["permit in ip from any to any"], filterIds: ["topup-only"] };

/**
 * At a gateway that redirects when money ends: Ada at .60 a minute, warned below .30; Ben, who is restricted instead;
 * and Cleo, whose calls end.
 */
beforeEach(async () => {
  operator = await Operator.create(db);
  const { tenantId } = operator;
  const ends = { ada: null, ben: FILTERED, cleo: { action: "terminate" } } as const;
  const accounts = [];
  for (const [code, whenMoneyEnds] of Object.entries(ends))
    accounts.push(
      await operator.account(code, { payment: "prepaid", whenMoneyEnds, lowBalance: [nanosFromSql("0.3")] }),
    );
  await operator.tariff("prices", [anyRate("49", "0.60")], accounts);
  await operator.rules(accounts.map((account) => [account, { match: { sipUser: account.code } }]));
  const { id: sourceId } = await operator.source("gateway", "radius-detail");
  const charging = new Charging(db);
  const parts = { charging, accounts: new AccountCharging(db, charging) };
  const handler = new ChargingOverDiameter(parts, () => ({ tenantId, sourceId, whenMoneyEnds: PORTAL }));
  const { port } = await start(handler, { answerMsMax: 60_000, requestMs: 60_000 });
  client = await open(port);
});

const TYPES = { initial: 1, update: 2, termination: 3 } as const;

interface Asked {
  readonly wantedS?: number | null;
  readonly usedS?: readonly (readonly [seconds: number, tariffChange?: number])[];
}

/** Sends a request of a user's call, as a 3GPP gateway does, and answers what comes back. */
async function ask(user: string, type: keyof typeof TYPES, number: number, { wantedS = 30, usedS = [] }: Asked = {}) {
  const requested = wantedS === null ? [] : [avp("Requested-Service-Unit", [avp("CC-Time", wantedS)])];
  const used = usedS.map(([seconds, change]) =>
    avp("Used-Service-Unit", [
      ...(change === undefined ? [] : [avp("Tariff-Change-Usage", change)]),
      avp("CC-Time", seconds),
    ]),
  );
  const { avps } = await client
    .ask(
      creditControlRequest({ sessionId: `gw.test.example;1;${user}`, type: TYPES[type], number }, [
        avp("Subscription-Id", [avp("Subscription-Id-Type", 2), avp("Subscription-Id-Data", `sip:${user}@192.0.2.1`)]),
        avp("Multiple-Services-Credit-Control", [...requested, ...used, avp("Rating-Group", 100)]),
        avp("Service-Information", [
          avp("IMS-Information", [
            avp("Node-Functionality", 6),
            avp("Calling-Party-Address", "sip:442071234567@192.0.2.1"),
            avp("Called-Party-Address", "sip:4930123456@192.0.2.9"),
          ]),
        ]),
      ]),
    )
    .then((answer) => {
      expectInOrder(answer);
      return answer;
    });
  return told(avps);
}

function told(avps: readonly Avp[]) {
  const service: readonly Avp[] = avpValue(avps, "Multiple-Services-Credit-Control") ?? [];
  const granted = avpValue(service, "Granted-Service-Unit") ?? [];
  const final = avpValue(service, "Final-Unit-Indication") ?? [];
  const server = avpValue(final, "Redirect-Server") ?? [];
  const left = avpValue(avpValue(avps, "Remaining-Balance") ?? [], "Unit-Value") ?? [];
  return {
    result: avpValue(avps, "Result-Code"),
    grantedS: avpValue(granted, "CC-Time"),
    changeAt: avpValue(granted, "Tariff-Time-Change"),
    validityS: avpValue(service, "Validity-Time"),
    action: avpValue(final, "Final-Unit-Action"),
    portal: avpValue(server, "Redirect-Server-Address"),
    rules: avpValues(final, "Restriction-Filter-Rule"),
    filters: avpValues(final, "Filter-Id"),
    left: avpValue(left, "Value-Digits"),
    isLow: avpValue(avps, "Low-Balance-Indication"),
  };
}

const REDIRECT = { action: 1, portal: "https://topup.example.net/" };

test("the last units come with the redirection; with nothing left it holds at once, until money comes in", async () => {
  await pay(operator, "0.50");
  expect(await ask("ada", "initial", 0)).toMatchObject({
    ...{ result: 2001, grantedS: 30, action: undefined, left: 500_000_000n, isLow: undefined },
  });
  expect(await ask("ada", "update", 1, { usedS: [[25]] })).toMatchObject({
    ...{ result: 2001, grantedS: 25, ...REDIRECT, left: 250_000_000n, isLow: 1 },
  });
  expect(await ask("ada", "update", 2, { usedS: [[25]] })).toMatchObject({
    ...{ result: 2001, grantedS: undefined, validityS: 60, ...REDIRECT },
  });
  await pay(operator, "1");
  expect(await ask("ada", "update", 3)).toMatchObject({ result: 2001, grantedS: 30, action: undefined });
  expect(await ask("ada", "termination", 4, { usedS: [[10]], wantedS: null })).toMatchObject({ result: 2001 });
  expect(await booksOf(operator)).toMatchObject({ wallet: 0.9, overrun: 0, held: 0, open: 0, seconds: 60 });
});

test("who has no money to begin with is redirected, restricted or refused, as the account or its source says", async () => {
  for (const code of ["ada", "ben", "cleo"]) await pay(operator, "0.005", { code });
  expect(await ask("ada", "initial", 0)).toMatchObject({ result: 2001, grantedS: undefined, ...REDIRECT });
  expect(await ask("ben", "initial", 0)).toMatchObject({
    ...{ result: 2001, action: 2, filters: ["topup-only"], rules: ["permit in ip from any to any"] },
  });
  expect(await ask("cleo", "initial", 0)).toMatchObject({ result: 4012, action: undefined });
  await pay(operator, "1", { code: "ben" });
  expect(await ask("ben", "update", 1)).toMatchObject({ result: 2001, grantedS: 30, action: undefined });
  for (const user of ["ada", "ben"]) await ask(user, "termination", 2, { wantedS: null });
  expect(await booksOf(operator)).toMatchObject({ held: 0, open: 0, seconds: 0 });
});

test("a price that changes in a grant is told, and what is used before and after it counts together", async () => {
  const minutes = Math.ceil(now().epochMilliseconds / 60_000) + 2;
  const changeAt = minutes * 60_000;
  const [fromS, untilS] = [0, 6 * 60].map((later) => ((minutes + later) % (24 * 60)) * 60) as [number, number];
  const window: TimeWindow = { name: "later", priority: 0, weekdays: [], dates: [], fromS, untilS };
  const dana = await operator.account("dana", { payment: "prepaid" });
  await operator.tariff("two prices", [anyRate("49", "0.06"), anyRate("49", "0.60", { window: "later" })], [dana], {
    windows: [window],
  });
  await operator.rules([[dana, { match: { sipUser: "dana" } }]]);
  await pay(operator, "100", { code: "dana" });
  const began = await ask("dana", "initial", 0, { wantedS: 900 });
  expect(began).toMatchObject({ result: 2001, grantedS: 900, changeAt });
  const used = {
    usedS: [
      [100, 0],
      [50, 1],
    ] as const,
    wantedS: null,
  };
  expect(await ask("dana", "termination", 1, used)).toMatchObject({ result: 2001 });
  expect(await booksOf(operator)).toMatchObject({ held: 0, calls: 1, seconds: 150 });
});
