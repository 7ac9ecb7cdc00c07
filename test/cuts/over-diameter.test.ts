import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { avp } from "../../src/protocol/diameter/build-avp.ts";
import { COMMAND } from "../../src/protocol/diameter/command.ts";
import { avpValue } from "../../src/protocol/diameter/find-avp.ts";
import { AccountCharging } from "../../src/server/charging/account-charging.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { CutDesk } from "../../src/server/cuts/cut-desk.ts";
import { requestCuts } from "../../src/server/cuts/request-cuts.ts";
import { CutOverDiameter } from "../../src/server/switches/cut-over-diameter.ts";
import { ChargingOverDiameter } from "../../src/server/switches/over-diameter.ts";
import { creditControlRequest, type DiameterClient, origin } from "../diameter/diameter-client.ts";
import { open, resultCode, start } from "../diameter/server-under-test.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";

const SESSION = "gw.test.example;1;7";
const TYPES = { initial: 1, update: 2, termination: 3 } as const;

let db: TestDatabase;
let operator: Operator;
let client: DiameterClient;
let desk: CutDesk;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

/** Ada at .60 a minute with one unit of money, and a call of hers at a gateway, granted 30 seconds. */
beforeEach(async () => {
  operator = await Operator.create(db);
  const { tenantId } = operator;
  await prepaidCustomer(operator, { match: { sipUser: "ada" } });
  const { id: sourceId } = await operator.source("gateway", "freeswitch-csv");
  const charging = new Charging(db);
  const parts = { charging, accounts: new AccountCharging(db, charging) };
  const handler = new ChargingOverDiameter(parts, () => ({ tenantId, sourceId }));
  const { server, port } = await start(handler, { answerMsMax: 60_000, requestMs: 60_000 });
  client = await open(port);
  desk = new CutDesk(db, [new CutOverDiameter(server)], () => undefined);
  expect(resultCode(await ask("initial", 0))).toBe(2001);
  const { id: sessionId } = await operator.figures<{ id: string }>("select id from sessions where state = 'open'");
  await requestCuts(db, { tenantId, reason: "operator", askedBy: "cli:maria" }, [{ sessionId, why: "fraud" }]);
});

const ask = (type: keyof typeof TYPES, number: number, usedS?: number) => {
  const used = usedS === undefined ? [] : [avp("Used-Service-Unit", [avp("CC-Time", usedS)])];
  const requested = type === "termination" ? [] : [avp("Requested-Service-Unit", [avp("CC-Time", 30)])];
  return client.ask(
    creditControlRequest({ sessionId: SESSION, type: TYPES[type], number }, [
      avp("Subscription-Id", [avp("Subscription-Id-Type", 2), avp("Subscription-Id-Data", "sip:ada@192.0.2.1")]),
      avp("Multiple-Services-Credit-Control", [...requested, ...used, avp("Rating-Group", 100)]),
      avp("Service-Information", [
        avp("IMS-Information", [
          avp("Node-Functionality", 6),
          avp("Calling-Party-Address", "sip:442071234567@192.0.2.1"),
          avp("Called-Party-Address", "sip:4930123456@192.0.2.9"),
        ]),
      ]),
    ]),
  );
};

/** Answers what the server asks of the session; which command it was. */
async function answer(code: number): Promise<number> {
  const request = await client.next();
  if (request === undefined) throw new Error("the server has closed the connection");
  expect(avpValue(request.avps, "Session-Id")).toBe(SESSION);
  client.answer(request, [avp("Session-Id", SESSION), avp("Result-Code", code), ...origin()]);
  return request.header.commandCode;
}

const cut = () => operator.figures<object>("select way, outcome, what from session_cuts");

test("a session is aborted, and its termination accounts for it", async () => {
  await desk.look({ givesUpOverdue: false });
  expect(await answer(2001)).toBe(COMMAND.abortSession);
  await desk.settled();
  expect(await cut()).toEqual({ way: "diameter", outcome: "ended", what: "" });
  expect(resultCode(await ask("termination", 1, 12))).toBe(2001);
  expect(await booksOf(operator)).toEqual({ wallet: 0.88, overrun: 0, held: 0, open: 0, calls: 1, seconds: 12 });
});

test("a peer that knows no abort is made to ask again, and is told that there is no more", async () => {
  await desk.look({ givesUpOverdue: false });
  expect(await answer(3001)).toBe(COMMAND.abortSession);
  expect(await answer(2002)).toBe(COMMAND.reAuth);
  await desk.settled();
  expect(await cut()).toEqual({ way: "diameter", outcome: "ended", what: "" });
  expect(resultCode(await ask("update", 1, 20))).toBe(4012);
  expect(await booksOf(operator)).toMatchObject({ wallet: 1, held: 0.2 });
  expect(resultCode(await ask("termination", 2, 1))).toBe(2001);
  expect(await booksOf(operator)).toEqual({ wallet: 0.79, overrun: 0, held: 0, open: 0, calls: 1, seconds: 21 });
});

test("a session that its peer does not have is over", async () => {
  await desk.look({ givesUpOverdue: false });
  expect(await answer(5002)).toBe(COMMAND.abortSession);
  await desk.settled();
  expect(await cut()).toEqual({ way: "diameter", outcome: "no-call", what: "" });
});

test("a peer that is gone is waited for", async () => {
  await client.close();
  await desk.look({ givesUpOverdue: false });
  await desk.settled();
  expect(await cut()).toEqual({ way: null, outcome: null, what: null });
});
