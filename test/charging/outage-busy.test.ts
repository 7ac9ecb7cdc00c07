import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { fromInstant } from "../../src/core/time/epoch.ts";
import { avp } from "../../src/protocol/diameter/build-avp.ts";
import { AccountCharging } from "../../src/server/charging/account-charging.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import type { Authorise } from "../../src/server/charging/charging-request.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { OutageDesk } from "../../src/server/outage/outage-desk.ts";
import { ClientTable } from "../../src/server/radius/client-table.ts";
import { listenRadius, type RadiusListener } from "../../src/server/radius/listen-radius.ts";
import { Responder } from "../../src/server/radius/responder.ts";
import { ChargingOverDiameter } from "../../src/server/switches/over-diameter.ts";
import { ChargingOverRadius } from "../../src/server/switches/over-radius.ts";
import { creditControlRequest } from "../diameter/diameter-client.ts";
import { expectInOrder, open, resultCode, start } from "../diameter/server-under-test.ts";
import { hasRadclient, radclient } from "../radius/radclient.ts";
import { radiusClient } from "../radius/radius-peer.ts";
import { radiusUsers } from "../radius/radius-users.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { hangSessions } from "../support/database-outage.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let operator: Operator;
let source: Source;
let charging: Charging;
let desk: OutageDesk;
let radius: RadiusListener;
let folder: string;

/** Ada at .60 a minute with a hundred, and a gateway that speaks RADIUS and Diameter. */
beforeAll(async () => {
  db = await testDatabase();
  operator = await Operator.create(db);
  const { tenantId } = operator;
  await prepaidCustomer(operator, { amount: "100", match: { sipUser: "ada" } });
  source = await operator.source("gateway", "radius-detail");
  folder = await mkdtemp(join(tmpdir(), "tollwright-busy-"));
  charging = new Charging(db);
  desk = await OutageDesk.open(db, charging, {
    ...{ folder, answerMs: 2_000, journalBytesMax: 1 << 20, processes: 1 },
    report: { away: ignore, back: ignore, replayed: ignore, damaged: ignore, failed: ignore },
  });
  const handler = new ChargingOverRadius({
    ...{ db, charging, users: radiusUsers(db), sourceOf: () => ({ tenantId, sourceId: source.id }) },
  });
  const clients = new ClientTable([radiusClient()]);
  const responder = new Responder({ clients, handler, onDrop: ignore });
  radius = await listenRadius(responder, { hosts: ["127.0.0.1"], authPort: 0, acctPort: 0 });
});
afterAll(async () => {
  await radius?.close();
  await charging?.settled();
  await desk?.close();
  await db?.drop();
  if (folder) await rm(folder, { recursive: true });
});

const ignore = () => undefined;

const authorise = (key: string): Authorise => ({
  ...{ kind: "authorise", sourceId: source.id, requestKey: "authorise", wantedS: 60 },
  attempt: {
    ...{ key, leg: "", callId: null, direction: "originating", calling: "442071234567", called: "4930123456" },
    ...{ startedAt: fromInstant(now()), accountCode: null, sipUser: "ada", sourceAddress: null },
    ...{ ingressTrunk: null, egressTrunk: null },
  },
});

const CALL = `User-Name = "ada"
Calling-Station-Id = "442071234567"
Called-Station-Id = "4930123456"
NAS-IP-Address = 127.0.0.1
Acct-Session-Id = "s-1"
`;
const STOP = "Acct-Status-Type = Stop\nAcct-Session-Time = 90\nEvent-Timestamp = 1772352190\n";
/** More is in work than the database decides in the time that switches have; answered by what ends it. */
async function overload(): Promise<() => Promise<void>> {
  const lane = charging.laneOf(operator.tenantId);
  await charging.decide(operator.tenantId, authorise("warm"));
  const releaseSlow = await hangSessions(db);
  const slow = lane.ask(authorise("slow"), null);
  await lane.ask(authorise("late"), 2_400);
  await releaseSlow();
  await slow;
  await charging.settled(); // the batches before took seconds
  const release = await hangSessions(db);
  const first = lane.ask(authorise("a"), null);
  await setImmediate();
  const second = lane.ask(authorise("b"), null);
  return async () => {
    await release();
    await Promise.all([first, second]);
  };
}

test.skipIf(!hasRadclient())(
  "under overload new calls hear their protocol's busy answer at once, and what calls report is kept",
  async () => {
    const { tenantId } = operator;
    const parts = { charging, accounts: new AccountCharging(db, charging) };
    const { port } = await start(new ChargingOverDiameter(parts, () => ({ tenantId, sourceId: source.id })));
    const client = await open(port);
    const end = await overload();
    const initial = creditControlRequest({ sessionId: "gw;1", type: 1, number: 0 }, [
      avp("Subscription-Id", [avp("Subscription-Id-Type", 2), avp("Subscription-Id-Data", "sip:ada@192.0.2.1")]),
      avp("Multiple-Services-Credit-Control", [avp("Requested-Service-Unit", [avp("CC-Time", 30)])]),
      avp("Service-Information", [avp("IMS-Information", [avp("Called-Party-Address", "sip:4930123456@192.0.2.9")])]),
    ]);
    const answer = await client.ask(initial);
    expectInOrder(answer);
    expect(resultCode(answer)).toBe(3004);
    const asked = `${CALL}Service-Type = Call-Check\nMessage-Authenticator = 0x00\n`;
    const refused = await radclient({ port: radius.authPort ?? 0, command: "auth", request: asked });
    const told = await radclient({ port: radius.acctPort ?? 0, command: "acct", request: `${CALL}${STOP}` });
    await end();
    expect(refused.output).toContain("Access-Reject");
    expect(told).toMatchObject({ exitCode: 0 });
    await expect.poll(() => booksOf(operator), { timeout: 10_000 }).toMatchObject({ calls: 1, seconds: 90 });
  },
);
