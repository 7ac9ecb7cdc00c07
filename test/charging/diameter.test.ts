import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Avp } from "../../src/protocol/diameter/avp.ts";
import { avp } from "../../src/protocol/diameter/build-avp.ts";
import { avpValue } from "../../src/protocol/diameter/find-avp.ts";
import type { DiameterMessage } from "../../src/protocol/diameter/read-message.ts";
import { AccountCharging } from "../../src/server/charging/account-charging.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { ChargingOverDiameter } from "../../src/server/switches/over-diameter.ts";
import { CLIENT_HOST, capabilitiesRequest, creditControlRequest, DiameterClient } from "../diameter/diameter-client.ts";
import { expectInOrder, NODE, open, resultCode, start } from "../diameter/server-under-test.ts";
import { startTollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";
import { TestAuthority } from "../support/test-authority.ts";

let db: TestDatabase;
let operator: Operator;
let client: DiameterClient;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

/** Ada at .60 a minute with one unit of money, and a gateway that names her by her SIP URI. */
beforeEach(async () => {
  operator = await Operator.create(db);
  const { tenantId } = operator;
  await prepaidCustomer(operator, { match: { sipUser: "ada" } });
  const { id: sourceId } = await operator.source("gateway", "mapped", { mapping: MAPPING });
  const charging = new Charging(db);
  const parts = { charging, accounts: new AccountCharging(db, charging) };
  const handler = new ChargingOverDiameter(parts, () => ({ tenantId, sourceId }));
  const { port } = await start(handler, { answerMsMax: 60_000, requestMs: 60_000 });
  client = await open(port);
});

const MAPPING = {
  delimiter: ",",
  columns: ["key", "from", "to", "at", "seconds"],
  key: "key",
  calling: "from",
  called: "to",
  startedAt: { column: "at", format: "epoch-s" },
  talked: { column: "seconds", unit: "s" },
};
const TYPES = { initial: 1, update: 2, termination: 3 } as const;

/** Sends a request of a call, as Kamailio's ims_charging does, and answers what comes back. */
async function ask(
  type: keyof typeof TYPES,
  number: number,
  { user = "ada", called = "sip:4930123456@192.0.2.9", wantedS = 30, usedS }: Asked = {},
) {
  const requested = wantedS === null ? [] : [avp("Requested-Service-Unit", [avp("CC-Time", wantedS)])];
  const used = usedS === undefined ? [] : [avp("Used-Service-Unit", [avp("CC-Time", usedS)])];
  const answer = await client.ask(
    creditControlRequest({ sessionId: "gw.test.example;1;7", type: TYPES[type], number }, [
      avp("Subscription-Id", [
        avp("Subscription-Id-Type", 2),
        avp("Subscription-Id-Data", `sip:${user}@192.0.2.1:5060`),
      ]),
      avp("Multiple-Services-Credit-Control", [...requested, ...used, avp("Rating-Group", 100)]),
      avp("Service-Information", [
        avp("IMS-Information", [
          avp("Node-Functionality", 6),
          avp("Calling-Party-Address", "sip:442071234567@192.0.2.1"),
          ...(called === null ? [] : [avp("Called-Party-Address", called)]),
        ]),
      ]),
    ]),
  );
  expectInOrder(answer);
  return told(answer);
}

interface Asked {
  readonly user?: string;
  readonly called?: string | null;
  readonly wantedS?: number | null;
  readonly usedS?: number;
}

function told({ avps }: DiameterMessage) {
  const service: readonly Avp[] = avpValue(avps, "Multiple-Services-Credit-Control") ?? [];
  return {
    result: avpValue(avps, "Result-Code"),
    grantedS: avpValue(avpValue(service, "Granted-Service-Unit") ?? [], "CC-Time"),
    final: avpValue(avpValue(service, "Final-Unit-Indication") ?? [], "Final-Unit-Action"),
  };
}

const NOTHING = { grantedS: undefined, final: undefined };
const money = () => booksOf(operator);

describe("a call over Diameter", () => {
  test("is granted in slices until the money ends, with a final unit, and charged for the sum of what was used", async () => {
    expect(await ask("initial", 0)).toEqual({ result: 2001, grantedS: 30, final: undefined });
    expect(await ask("update", 1, { usedS: 30, wantedS: 50 })).toEqual({
      result: 2001,
      grantedS: 50,
      final: undefined,
    });
    expect(await money()).toMatchObject({ wallet: 1, held: 0.8 });
    // 20 s are left, and the peer has used a second more than it was granted.
    expect(await ask("update", 2, { usedS: 51 })).toEqual({ result: 2001, grantedS: 19, final: 0 });
    expect(await ask("termination", 3, { usedS: 15, wantedS: null })).toEqual({ result: 2001, ...NOTHING });
    expect(await money()).toMatchObject({ wallet: 0.04, overrun: 0, held: 0, calls: 1, seconds: 96 });
  });

  test("whose requests come again is counted once", async () => {
    await ask("initial", 0);
    for (const _time of ["first", "second"])
      expect(await ask("update", 1, { usedS: 30 })).toEqual({ result: 2001, grantedS: 30, final: undefined });
    for (const _time of ["first", "second"])
      expect(await ask("termination", 2, { usedS: 10, wantedS: null })).toEqual({ result: 2001, ...NOTHING });
    expect(await money()).toMatchObject({ wallet: 0.6, overrun: 0, held: 0, calls: 1, seconds: 40 });
  });

  test("that goes on when the money has ended is refused more", async () => {
    await ask("initial", 0, { wantedS: 100 });
    expect(await ask("update", 1, { usedS: 100 })).toEqual({ result: 4012, ...NOTHING });
    await ask("termination", 2, { usedS: 3, wantedS: null });
    expect(await money()).toMatchObject({ wallet: 0, overrun: 0.03, held: 0, calls: 1, seconds: 103 });
  });

  test.each<[string, Asked, number]>([
    ["of nobody known", { user: "eve" }, 5030],
    ["to a number without a price", { called: "sip:33123456789@192.0.2.9" }, 5031],
    ["to nowhere", { called: null }, 5031],
  ])("%s is refused", async (_what, asked, result) => {
    expect(await ask("initial", 0, asked)).toEqual({ result, ...NOTHING });
    // Kamailio ends a session that was refused as well.
    await ask("termination", 1, { ...asked, wantedS: null });
    expect(await money()).toMatchObject({ wallet: 1, held: 0 });
  });

  test("that is said to have lasted longer than a month is refused, and goes on", async () => {
    await ask("initial", 0);
    expect(await ask("update", 1, { usedS: 4_294_967_295 })).toEqual({ result: 5004, ...NOTHING });
    expect(await ask("update", 2, { usedS: 10 })).toMatchObject({ result: 2001, grantedS: 30 });
    await ask("termination", 3, { usedS: 5, wantedS: null });
    expect(await money()).toMatchObject({ wallet: 0.85, held: 0, seconds: 15 });
  });

  test("that nobody knows is refused", async () => {
    expect(await ask("update", 1, { usedS: 10 })).toEqual({ result: 5002, ...NOTHING });
  });

  test("is answered by `tollwright start`, over TCP and TLS, which knows its peers by the sources' settings", async () => {
    const authority = new TestAuthority();
    onTestFinished(() => authority.remove());
    const { certFile, keyFile } = authority.certify(NODE.host);
    await operator.source("gateway", "mapped", { mapping: MAPPING, diameter: { host: CLIENT_HOST } });
    const { child, ended } = startTollwright(["start"], {
      ...{ DATABASE_URL: db.url, TOLLWRIGHT_HTTP_PORT: "0", TOLLWRIGHT_DIAMETER_PORT: "0" },
      ...{ TOLLWRIGHT_DIAMETER_IDENTITY: NODE.host, TOLLWRIGHT_LOG_LEVEL: "warn" },
      ...{ TOLLWRIGHT_DIAMETER_TLS_PORT: "0", TOLLWRIGHT_DIAMETER_TLS_CERT: certFile },
      ...{ TOLLWRIGHT_DIAMETER_TLS_KEY: keyFile, TOLLWRIGHT_DIAMETER_TLS_CA: authority.caFile },
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    while (!/Diameter on .+ \(TLS\)\n/.test(said)) said += String((await once(child.stderr, "data"))[0]);
    client = await open(Number(/Diameter on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]));
    expect(await ask("initial", 0)).toEqual({ result: 2001, grantedS: 30, final: undefined });
    await client.close();
    // The same call goes on over the other transport.
    const proof = { ...authority.certify(CLIENT_HOST), ca: authority.ca, servername: NODE.host };
    client = await DiameterClient.connect(Number(/:(\d+) \(TLS\)/.exec(said)?.[1]), proof);
    expect(resultCode(await client.ask(capabilitiesRequest()))).toBe(2001);
    await ask("termination", 1, { usedS: 30, wantedS: null });
    await client.close();
    child.kill("SIGTERM");
    expect((await ended).status).toBe(0);
    expect(await money()).toMatchObject({ wallet: 0.7, overrun: 0, held: 0, calls: 1, seconds: 30 });
  });
});
