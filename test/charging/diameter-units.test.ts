import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Avp } from "../../src/protocol/diameter/avp.ts";
import { avp } from "../../src/protocol/diameter/build-avp.ts";
import { avpValue, avpValues } from "../../src/protocol/diameter/find-avp.ts";
import { AccountCharging } from "../../src/server/charging/account-charging.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { ChargingOverDiameter } from "../../src/server/switches/over-diameter.ts";
import { creditControlRequest, type DiameterClient } from "../diameter/diameter-client.ts";
import { expectInOrder, open, start } from "../diameter/server-under-test.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, pay, prepaidCustomer } from "../support/prepaid-customer.ts";
import { unitTariffs } from "../support/unit-tariffs.ts";

let db: TestDatabase;
let operator: Operator;
let client: DiameterClient;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

/** Ada with one unit of money: data at 2 a gigabyte, but for rating group 20, messages to Germany at .05. */
beforeEach(async () => {
  operator = await Operator.create(db);
  const { tenantId } = operator;
  await unitTariffs(operator, await prepaidCustomer(operator, { match: { sipUser: "ada" } }));
  const { id: sourceId } = await operator.source("gateway", "freeswitch-csv");
  const charging = new Charging(db);
  const handler = new ChargingOverDiameter({ charging, accounts: new AccountCharging(db, charging) }, () => ({
    tenantId,
    sourceId,
  }));
  const { port } = await start(handler, { answerMsMax: 60_000, requestMs: 60_000 });
  client = await open(port);
});

const TYPES = { initial: 1, update: 2, termination: 3 } as const;

/**
 * What a request says of one rating group; octets that are wanted, null: none in particular, are left to the server.
 */
interface Group {
  readonly group: number;
  readonly wanted?: number | null;
  readonly used?: number;
  readonly upAndDown?: readonly [number, number];
}

async function ask(type: keyof typeof TYPES, number: number, groups: readonly Group[], session = "pgw;1;1") {
  const octets = (value: number) => avp("CC-Total-Octets", BigInt(value));
  const answer = await client.ask(
    withContext("6.32251@3gpp.org", session, TYPES[type], number, [
      ...groups.map(({ group, wanted, used, upAndDown }) =>
        avp("Multiple-Services-Credit-Control", [
          ...(wanted === undefined ? [] : [avp("Requested-Service-Unit", wanted === null ? [] : [octets(wanted)])]),
          ...(used === undefined ? [] : [avp("Used-Service-Unit", [octets(used)])]),
          ...(upAndDown === undefined
            ? []
            : [
                avp("Used-Service-Unit", [
                  avp("CC-Input-Octets", BigInt(upAndDown[0])),
                  avp("CC-Output-Octets", BigInt(upAndDown[1])),
                ]),
              ]),
          avp("Rating-Group", group),
        ]),
      ),
      avp("Service-Information", [avp("PS-Information", [avp("3GPP-SGSN-MCC-MNC", "26201")])]),
    ]),
  );
  expectInOrder(answer);
  const services = avpValues(answer.avps, "Multiple-Services-Credit-Control").map((service) => ({
    group: avpValue(service, "Rating-Group"),
    result: avpValue(service, "Result-Code"),
    octets: numberOf(avpValue(avpValue(service, "Granted-Service-Unit") ?? [], "CC-Total-Octets")),
    final: avpValue(avpValue(service, "Final-Unit-Indication") ?? [], "Final-Unit-Action"),
    ...(number === 0 && {
      validity: avpValue(service, "Validity-Time"),
      threshold: avpValue(service, "Volume-Quota-Threshold"),
      holding: avpValue(service, "Quota-Holding-Time"),
    }),
  }));
  return { result: avpValue(answer.avps, "Result-Code"), services };
}

const numberOf = (value: bigint | undefined) => (value === undefined ? undefined : Number(value));

/** A request of Ada's, in a service context of 3GPP. */
function withContext(context: string, sessionId: string, type: number, number: number, more: readonly Avp[]) {
  const { header, avps } = creditControlRequest({ sessionId, type, number }, [
    avp("Subscription-Id", [avp("Subscription-Id-Type", 0), avp("Subscription-Id-Data", "ada")]),
    ...more,
  ]);
  return {
    header,
    avps: avps.map((one) => (one.definition?.name === "Service-Context-Id" ? avp("Service-Context-Id", context) : one)),
  };
}

const MB = 1_000_000;
const money = () => booksOf(operator);
const usage = () =>
  operator.figures<{ rows: string }>(
    `select coalesce(string_agg(concat_ws(' ', u.service, u.called, u.egress_trunk, u.quantity, c.quantity,
       c.destination, c.amount::float8), '; ' order by u.called, u.leg), '') as rows
     from usage_events u left join charges c on c.usage_id = u.id`,
  );

describe("a data session over Diameter", () => {
  test("has a quota of its own for each rating group, to the last octet that the money pays for", async () => {
    const began = await ask("initial", 0, [
      { group: 10, wanted: 100 * MB },
      { group: 20, wanted: null },
    ]);
    expect(began).toEqual({
      result: 2001,
      services: [
        {
          group: 10,
          result: 2001,
          octets: 100 * MB,
          final: undefined,
          validity: 3600,
          threshold: 10 * MB,
          holding: 900,
        },
        { group: 20, result: 2001, octets: 10 * MB, final: undefined, validity: 3600, threshold: MB, holding: 900 },
      ],
    });
    expect(await money()).toMatchObject({ wallet: 1, held: 0.2, open: 2 });
    // 400 MB are left after the first 100: .80 at 2 a gigabyte.
    expect(await ask("update", 1, [{ group: 10, wanted: 600 * MB, upAndDown: [30 * MB, 70 * MB] }])).toEqual({
      result: 2001,
      services: [{ group: 10, result: 2001, octets: 400 * MB, final: 0 }],
    });
    expect(await money()).toMatchObject({ wallet: 1, held: 1 });
    expect(await ask("update", 2, [{ group: 10, wanted: 100 * MB, used: 400 * MB }])).toEqual({
      result: 2001,
      services: [{ group: 10, result: 4012, octets: undefined, final: undefined }],
    });
    // The free group goes on, and the paid one ends with the session, of which nothing more is said.
    const ended = await ask("termination", 3, [{ group: 20, used: 7 * MB }]);
    expect(ended).toEqual({
      result: 2001,
      services: [{ group: 20, result: 2001, octets: undefined, final: undefined }],
    });
    expect(await money()).toMatchObject({ wallet: 0, overrun: 0, held: 0, open: 0, calls: 2 });
    expect(await usage()).toEqual({
      rows: [
        `data 0000000010 26201 ${500 * MB} ${500 * MB} Destination  1`,
        `data 0000000020 26201 ${7 * MB} ${7 * MB} Zero rated 0`,
      ].join("; "),
    });
  });

  test("whose requests come again, by other ids as over another server, is counted once", async () => {
    for (const _time of [1, 2])
      expect((await ask("initial", 0, [{ group: 10, wanted: MB }])).services).toMatchObject([{ octets: MB }]);
    for (const _time of [1, 2])
      expect((await ask("update", 1, [{ group: 10, wanted: MB, used: MB }])).services).toMatchObject([{ octets: MB }]);
    for (const _time of [1, 2]) await ask("termination", 2, [{ group: 10, used: MB }]);
    expect(await money()).toMatchObject({ wallet: 0.996, held: 0, open: 0, calls: 1 });
  });

  test("gives a group's quota back when it falls silent, and asks for it anew", async () => {
    await ask("initial", 0, [{ group: 10, wanted: 50 * MB }]);
    await ask("update", 1, [{ group: 10, used: 10 * MB }]);
    expect(await money()).toMatchObject({ wallet: 0.98, held: 0, calls: 1 });
    expect((await ask("update", 2, [{ group: 10, wanted: 50 * MB }])).services).toMatchObject([{ octets: 50 * MB }]);
    await ask("termination", 3, [{ group: 10, used: 20 * MB }]);
    expect(await money()).toMatchObject({ wallet: 0.94, held: 0, calls: 2 });
  });

  test("that begins without asking for anything is let begin for whom the rules know", async () => {
    expect(await ask("initial", 0, [])).toEqual({ result: 2001, services: [] });
    expect(await money()).toMatchObject({ held: 0, open: 0, calls: 0 });
  });

  test("reports what was used of a quota that nobody knows: it is charged in full", async () => {
    expect((await ask("update", 7, [{ group: 10, wanted: MB, used: 600 * MB }])).services).toMatchObject([
      { result: 4012 },
    ]);
    await ask("termination", 8, [{ group: 10, used: 0 }]);
    expect(await money()).toMatchObject({ wallet: 0, overrun: 0.2, held: 0, calls: 1 });
  });

  test("shares the wallet with a call and with messages", async () => {
    await ask("initial", 0, [{ group: 10, wanted: 450 * MB }]);
    expect(await message("1")).toBe(2001);
    expect(await message("2")).toBe(2001);
    expect(await message("3")).toBe(4012);
    await ask("termination", 1, [{ group: 10, used: 100 * MB }]);
    expect(await money()).toMatchObject({ wallet: 0.7, held: 0, calls: 3 });
    await pay(operator, "1");
  });
});

/** Sends one message by immediate event charging; answers the result. */
async function message(session: string, to = "4930123456"): Promise<number | undefined> {
  const answer = await client.ask(
    withContext("6.32274@3gpp.org", `smsc;${session}`, 4, 0, [
      avp("Requested-Action", 0),
      avp("Requested-Service-Unit", [avp("CC-Service-Specific-Units", 1n)]),
      avp("Service-Information", [
        avp("SMS-Information", [
          avp("Recipient-Info", [avp("Recipient-Address", [avp("Address-Type", 1), avp("Address-Data", to)])]),
        ]),
      ]),
    ]),
  );
  return avpValue(answer.avps, "Result-Code");
}

test("a message is charged by its price, once however often it is sent", async () => {
  for (const _time of [1, 2]) expect(await message("1")).toBe(2001);
  expect(await message("2", "33123456789")).toBe(5031);
  expect(await money()).toMatchObject({ wallet: 0.95, held: 0, open: 0, calls: 1 });
  expect(await usage()).toEqual({ rows: "sms 4930123456 1 1 Destination 49 0.05" });
});
