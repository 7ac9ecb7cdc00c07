import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { signReply } from "../../src/protocol/radius/authenticity.ts";
import { CLIENT_PROFILES } from "../../src/protocol/radius/client-profile.ts";
import { decodeAttributes } from "../../src/protocol/radius/decode-attributes.ts";
import { decodePacket } from "../../src/protocol/radius/decode-packet.ts";
import { CODES } from "../../src/protocol/radius/packet.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { ClientTable } from "../../src/server/radius/client-table.ts";
import { DIGESTS } from "../../src/server/radius/digests.ts";
import { DynamicAuthorization } from "../../src/server/radius/dynamic-authorization.ts";
import { listenRadius, type RadiusListener } from "../../src/server/radius/listen-radius.ts";
import { Responder } from "../../src/server/radius/responder.ts";
import type { CallToCut } from "../../src/server/switches/call-cutter.ts";
import { CutOverRadius } from "../../src/server/switches/cut-over-radius.ts";
import { ChargingOverRadius } from "../../src/server/switches/over-radius.ts";
import { RadiusPeer, radiusClient, requestOctets, SECRET } from "../radius/radius-peer.ts";
import { radiusUsers } from "../radius/radius-users.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { prepaidCustomer } from "../support/prepaid-customer.ts";

/** By which the gateway says which session a record is of. */
const CLASS = 25;

let db: TestDatabase;
let listener: RadiusListener;
let nas: RadiusPeer;
let sender: DynamicAuthorization;
let cutter: CutOverRadius;
let call: CallToCut;

/** A gateway by Cisco's profile with one call, which it asked about before it had an Acct-Session-Id. */
beforeAll(async () => {
  db = await testDatabase();
  const operator = await Operator.create(db);
  const { tenantId } = operator;
  await prepaidCustomer(operator, { match: { sipUser: "ada" } });
  const { id: sourceId } = await operator.source("gateway", "radius-detail");
  const client = radiusClient({ profile: CLIENT_PROFILES.cisco, needsMessageAuthenticator: false });
  const handler = new ChargingOverRadius({
    ...{ db, charging: new Charging(db), users: radiusUsers(db) },
    sourceOf: () => ({ tenantId, sourceId }),
  });
  const responder = new Responder({ clients: new ClientTable([client]), handler, onDrop: () => undefined });
  listener = await listenRadius(responder, { hosts: ["127.0.0.1"], authPort: 0, acctPort: 0 });
  const gateway = await RadiusPeer.open();
  const said = [
    ["User-Name", "ada"],
    ["Calling-Station-Id", "442071234567"],
    ["Called-Station-Id", "4930123456"],
    ["NAS-IP-Address", "127.0.0.9"],
    ["h323-conf-id", "8BF1D4E4 1AB211D6 80CB0007 85E3CFA3"],
  ] as const;
  const asks = requestOctets({ name: "Access-Request", attributes: [...said, ["Service-Type", "Call-Check"]] });
  const accepted = decodePacket(await gateway.ask(asks, listener.authPort ?? 0));
  if (accepted.kind === "fault") throw new Error(accepted.reason);
  const raw = accepted.attributes.filter(({ type }) => type === CLASS);
  const starts = [...said, ["Acct-Session-Id", "s-1"], ["Acct-Status-Type", "Start"]] as const;
  await gateway.ask(requestOctets({ name: "Accounting-Request", attributes: starts, raw }), listener.acctPort ?? 0);
  await gateway.close();
  const { rows } = await db.session((session) =>
    session.query<CallToCut>(
      `select id, tenant_id as "tenantId", source_id as "sourceId", attempt from tollwright.sessions`,
    ),
  );
  expect(rows).toHaveLength(1);
  call = rows[0] as CallToCut;
});
afterAll(async () => {
  await listener?.close();
  await db?.drop();
});

beforeEach(async () => {
  nas = await RadiusPeer.open();
  sender = new DynamicAuthorization({ firstMs: 10, waitMsMax: 20, sendsMax: 3, totalMsMax: 1_000 });
  const client = radiusClient({
    profile: CLIENT_PROFILES.cisco,
    dynamicAuthorization: { address: null, port: nas.port },
  });
  cutter = new CutOverRadius((sourceId) => (sourceId === call.sourceId ? client : undefined), sender);
});
afterEach(async () => {
  cutter.close();
  await nas.close();
});

/** Answers the next request; what it said of the session. */
async function answer(name: "Disconnect-ACK" | "Disconnect-NAK", cause?: number): Promise<Record<string, unknown>> {
  const packet = decodePacket(await nas.next());
  if (packet.kind === "fault") throw new Error(packet.reason);
  const attributes = cause === undefined ? [] : [{ type: 101, value: Uint8Array.of(0, 0, cause >> 8, cause & 255) }];
  const reply = signReply({
    ...{ code: CODES[name], identifier: packet.identifier, attributes, secret: SECRET, digests: DIGESTS },
    ...{ requestAuthenticator: packet.authenticator, hasMessageAuthenticator: false },
  });
  nas.reply(reply as Uint8Array);
  const decoded = decodeAttributes(packet.attributes, CLIENT_PROFILES.cisco.dictionary);
  return Object.fromEntries(decoded.map(({ definition, value }) => [definition.name, value]));
}

test("the switch is told of the session as it named it itself, where its packets came from", async () => {
  expect(cutter.reaches(call)).toBe(true);
  const outcome = cutter.cut(call);
  expect(await answer("Disconnect-ACK")).toMatchObject({
    ...{ "User-Name": "ada", "Acct-Session-Id": "s-1", "NAS-IP-Address": "127.0.0.9" },
    "h323-conf-id": expect.stringContaining("8BF1D4E4"),
  });
  expect(await outcome).toEqual({ kind: "ended" });
});

test.each<[number | undefined, object, string]>([
  // Error-Cause, outcome, why
  [503, { kind: "no-call" }, "RFC 5176 §3.5: no such session there"],
  [402, { kind: "failed", why: "The switch refused it, Error-Cause 402." }, "it wants another attribute"],
  [undefined, { kind: "failed", why: "The switch refused it, and does not say why." }, "it need not say"],
])("a refusal with %s is %j (%s)", async (cause, expected) => {
  const outcome = cutter.cut(call);
  await answer("Disconnect-NAK", cause);
  expect(await outcome).toEqual(expected);
});

test("one that does not answer fails, after the request was sent again", async () => {
  expect(await cutter.cut(call)).toEqual({ kind: "failed", why: "The switch did not answer any of 3 requests." });
});

test("a call that came another way is named by its Call-ID, else by its key", async () => {
  const { handle: _handle, ...attempt } = call.attempt;
  for (const [callId, key] of [
    ["call-id", "call-id;1772352000.25"],
    [null, "call-id"],
  ] as const) {
    const outcome = cutter.cut({ ...call, attempt: { ...attempt, callId, key, sipUser: null } });
    const named = await answer("Disconnect-ACK");
    expect(named).toMatchObject({ "Acct-Session-Id": "call-id" });
    expect(named).not.toHaveProperty("User-Name");
    await outcome;
  }
});

test("a source that is no client is not reached", () => {
  expect(cutter.reaches({ ...call, sourceId: "another" })).toBe(false);
});
