import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AccessDecision } from "../../src/protocol/radius/access-decision.ts";
import type { AccessRequest } from "../../src/protocol/radius/access-request.ts";
import type { AccountingRecord } from "../../src/protocol/radius/accounting-record.ts";
import { checkReply } from "../../src/protocol/radius/authenticity.ts";
import { CLIENT_PROFILES } from "../../src/protocol/radius/client-profile.ts";
import { verifyCredential } from "../../src/protocol/radius/credential.ts";
import { decodeAttributes } from "../../src/protocol/radius/decode-attributes.ts";
import { decodePacket } from "../../src/protocol/radius/decode-packet.ts";
import { codeName } from "../../src/protocol/radius/packet.ts";
import { ClientTable } from "../../src/server/radius/client-table.ts";
import { DIGESTS } from "../../src/server/radius/digests.ts";
import type { DropNotice } from "../../src/server/radius/drop-report.ts";
import { listenRadius, type RadiusListener } from "../../src/server/radius/listen-radius.ts";
import type { RadiusClient } from "../../src/server/radius/radius-client.ts";
import { Responder } from "../../src/server/radius/responder.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { mutatedPacket } from "./mutated-packet.ts";
import { hasIpv6, RadiusPeer, radiusClient, requestOctets, SECRET } from "./radius-peer.ts";

/** Answers when the test says so, or at once. */
class Decider {
  readonly asked: AccessRequest[] = [];
  readonly records: AccountingRecord[] = [];
  decision: AccessDecision | Promise<AccessDecision> = { kind: "accept", talkS: 90 };
  stored: "accepted" | "retry-later" = "accepted";
  failure: Error | null = null;

  async authorise(request: AccessRequest): Promise<AccessDecision> {
    this.asked.push(request);
    if (this.failure !== null) throw this.failure;
    return this.decision;
  }

  async account(record: AccountingRecord): Promise<"accepted" | "retry-later"> {
    this.records.push(record);
    return this.stored;
  }
}

let decider: Decider;
let responder: Responder;
let server: RadiusListener;
let peer: RadiusPeer;
let notices: DropNotice[];

async function listen(client: Partial<RadiusClient> = {}, limits = {}): Promise<void> {
  decider = new Decider();
  notices = [];
  responder = new Responder({
    ...{ handler: decider, limits, onDrop: (notice) => notices.push(notice) },
    clients: new ClientTable([radiusClient(client)]),
  });
  server = await listenRadius(responder, { hosts: ["127.0.0.1"], authPort: 0, acctPort: 0 });
}

beforeEach(async () => {
  peer = await RadiusPeer.open();
});

afterEach(async () => {
  await server.close();
  await peer.close();
});

const auth = (): number => server.authPort ?? 0;
const acct = (): number => server.acctPort ?? 0;
const statusRequest = (identifier: number) => requestOctets({ name: "Status-Server", identifier });

/** "Access-Accept 1" and its attributes, after its signatures were checked. */
function read(reply: Uint8Array, request: Uint8Array, profile = CLIENT_PROFILES.rfc): string[] {
  const packet = decodePacket(reply);
  if (packet.kind === "fault") throw new Error(packet.reason);
  const fault = checkReply(packet, {
    ...{ secret: SECRET, digests: DIGESTS, requestAuthenticator: request.subarray(4, 20) },
    needsMessageAuthenticator: false,
  });
  const attributes = decodeAttributes(packet.attributes, profile.dictionary);
  return [
    `${codeName(packet.code)} ${packet.identifier}${fault === undefined ? "" : `: ${fault}`}`,
    ...attributes.map(({ definition, value }) =>
      definition.name === "Message-Authenticator"
        ? definition.name
        : `${definition.name}=${value instanceof Uint8Array ? Buffer.from(value).toString() : value}`,
    ),
  ];
}

describe("an Access-Request", () => {
  test("is decided once, and told with the Message-Authenticator first and Proxy-State last, in order", async () => {
    await listen();
    decider.decision = { kind: "accept", talkS: 3_600, interimS: 60, token: "s-1", message: "hello" };
    const request = requestOctets({
      ...{ name: "Access-Request", password: "secret" },
      attributes: [
        ["User-Name", "alice"],
        ["Called-Station-Id", "4930123456"],
        ["Proxy-State", "one"],
        ["Proxy-State", "two"],
      ],
    });
    const reply = await peer.ask(request, auth());
    expect(read(reply, request)).toEqual([
      ...["Access-Accept 1", "Message-Authenticator", "Session-Timeout=3600", "Acct-Interim-Interval=60"],
      ...["Class=s-1", "Reply-Message=hello", "Proxy-State=one", "Proxy-State=two"],
    ]);
    expect(decider.asked).toMatchObject([
      { user: "alice", called: "4930123456", credential: { kind: "password", password: "secret" } },
    ]);
  });

  test("that comes again gets the same octets, and is not decided again", async () => {
    await listen();
    const request = requestOctets({ name: "Access-Request", attributes: [["User-Name", "alice"]] });
    const first = await peer.ask(request, auth());
    decider.decision = { kind: "reject", reason: "credit-exhausted" };
    expect(await peer.ask(request, auth())).toEqual(first);
    expect(decider.asked).toHaveLength(1);
  });

  test("that comes again while the first is in work is not worked on twice", async () => {
    await listen();
    const later = Promise.withResolvers<AccessDecision>();
    decider.decision = later.promise;
    const request = requestOctets({ name: "Access-Request", attributes: [["User-Name", "alice"]] });
    peer.send(request, auth());
    peer.send(request, auth());
    await peer.ask(statusRequest(9), auth()); // by now both have come
    later.resolve({ kind: "accept", talkS: 5 });
    expect(read(await peer.next(), request)[0]).toBe("Access-Accept 1");
    expect(decider.asked).toHaveLength(1);
    expect(responder.dropped.get("repeated-in-work")).toBe(1);
  });

  test("with the identifier of another, at once after it, is another request (a proxy does that)", async () => {
    await listen();
    const one = requestOctets({ name: "Access-Request", attributes: [["User-Name", "alice"]] });
    const nonce = new Uint8Array(16).fill(8);
    const two = requestOctets({ name: "Access-Request", attributes: [["User-Name", "bob"]], nonce });
    await peer.ask(one, auth());
    await peer.ask(two, auth());
    expect(decider.asked.map(({ user }) => user)).toEqual(["alice", "bob"]);
  });

  test("of a client whose authenticators never change gets no other user's answer", async () => {
    await listen();
    const one = requestOctets({ name: "Access-Request", attributes: [["User-Name", "alice"]] });
    const two = requestOctets({ name: "Access-Request", attributes: [["User-Name", "bob"]] });
    await peer.ask(one, auth());
    await peer.ask(two, auth());
    expect(decider.asked.map(({ user }) => user)).toEqual(["alice", "bob"]);
  });

  test("is refused with Cisco's return code to a Cisco gateway", async () => {
    await listen({ profile: CLIENT_PROFILES.cisco });
    decider.decision = { kind: "reject", reason: "credit-exhausted", message: "no money" };
    const request = requestOctets({ name: "Access-Request", attributes: [["User-Name", "alice"]] });
    expect(read(await peer.ask(request, auth()), request)).toEqual([
      ...["Access-Reject 1", "Message-Authenticator", "Reply-Message=no money", "h323-return-code=h323-return-code=6"],
    ]);
  });

  test("sent again under another identifier is the same request; a second attempt is not", async () => {
    await listen();
    const attempt = (identifier: number, nonce: number) =>
      requestOctets({ name: "Access-Request", identifier, nonce: new Uint8Array(16).fill(nonce) });
    for (const octets of [attempt(1, 1), attempt(2, 1), attempt(3, 2)]) await peer.ask(octets, auth());
    const [first, again, second] = decider.asked.map(({ requestKey }) => requestKey);
    expect(again).toBe(first);
    expect(second).not.toBe(first);
  });

  test("of which too many are in work is refused at once, or dropped, as the client has it", async () => {
    await listen({}, { inWorkMax: 1 });
    const later = Promise.withResolvers<AccessDecision>();
    decider.decision = later.promise;
    const first = requestOctets({ name: "Access-Request", attributes: [["User-Name", "alice"]] });
    const second = requestOctets({ name: "Access-Request", identifier: 2 });
    peer.send(first, auth());
    expect(read(await peer.ask(second, auth()), second)).toEqual([
      ...["Access-Reject 2", "Message-Authenticator", "Reply-Message=service-unavailable"],
    ]);
    responder.clients = new ClientTable([radiusClient({ whenBusy: "drop" })]);
    peer.send(requestOctets({ name: "Access-Request", identifier: 3 }), auth());
    const status = statusRequest(4);
    expect(read(await peer.ask(status, auth()), status)[0]).toBe("Access-Accept 4");
    later.resolve({ kind: "accept", talkS: 1 });
    expect(read(await peer.next(), first)[0]).toBe("Access-Accept 1");
    expect(responder.dropped.get("busy")).toBe(2);
    expect(decider.asked).toHaveLength(1);
  });

  test("whose handler fails gets no answer, and is worked on again when it comes again", async () => {
    await listen();
    decider.failure = new Error("the database is away");
    const request = requestOctets({ name: "Access-Request" });
    peer.send(request, auth());
    await peer.ask(statusRequest(9), auth());
    decider.failure = null;
    decider.decision = { kind: "accept", talkS: null };
    expect(read(await peer.ask(request, auth()), request)).toEqual(["Access-Accept 1", "Message-Authenticator"]);
    expect(notices).toMatchObject([{ reason: "handler-failed", error: new Error("the database is away") }]);
  });

  test("is not answered with an attribute that the client's dictionary does not have", async () => {
    await listen();
    decider.decision = { kind: "accept", talkS: 1, attributes: [["No-Such-Name", "x"]] };
    peer.send(requestOctets({ name: "Access-Request" }), auth());
    await peer.ask(statusRequest(9), auth());
    expect(notices).toMatchObject([{ reason: "reply-not-writable", error: { attribute: "No-Such-Name" } }]);
  });

  test("has its digest verified by the password that we know", async () => {
    await listen();
    // Computed apart: MD5(MD5(alice:rig.test:wonderland):n:00000001:c:auth:MD5(INVITE:sip:1@h)).
    const md5 = (text: string) => Buffer.from(DIGESTS.md5(Buffer.from(text))).toString("hex");
    const response = md5(`${md5("alice:rig.test:wonderland")}:n:00000001:c:auth:${md5("INVITE:sip:1@h")}`);
    const request = requestOctets({
      name: "Access-Request",
      attributes: [
        ["User-Name", "alice@rig.test"],
        ["Digest-Username", "alice"],
        ["Digest-Realm", "rig.test"],
        ["Digest-Nonce", "n"],
        ["Digest-Method", "INVITE"],
        ["Digest-URI", "sip:1@h"],
        ["Digest-Qop", "auth"],
        ["Digest-Nonce-Count", "00000001"],
        ["Digest-CNonce", "c"],
        ["Digest-Response", response],
      ],
    });
    await peer.ask(request, auth());
    const [asked] = decider.asked;
    const verdict = (password: string) =>
      verifyCredential(asked?.credential ?? { kind: "none" }, { kind: "password", password }, DIGESTS);
    expect([verdict("wonderland"), verdict("looking-glass")]).toEqual(["accepted", "wrong"]);
  });
});

test("ports that another program has are a problem, and nothing stays open", async () => {
  await listen();
  const options = { hosts: ["127.0.0.1"], authPort: 0, acctPort: acct() };
  await expect(listenRadius(responder, options)).rejects.toMatchObject({ code: "radius-not-listening" });
});

test.skipIf(!hasIpv6())("each address of a machine is listened on, and answers", async () => {
  await listen({ ranges: ["127.0.0.1", "::1"] });
  const both = await listenRadius(responder, { hosts: ["::1", "127.0.0.1"], authPort: 0, acctPort: null });
  const six = await RadiusPeer.open("::1");
  const request = statusRequest(3);
  six.send(request, both.authPort ?? 0, "::1");
  expect(read(await six.next(), request)[0]).toBe("Access-Accept 3");
  expect(both.acctPort).toBeNull();
  await six.close();
  await both.close();
});

describe("an accounting record", () => {
  const stop = (own: object = {}) =>
    requestOctets({
      name: "Accounting-Request",
      attributes: [
        ["Acct-Status-Type", "Stop"],
        ["Acct-Session-Id", "s-1"],
        ["NAS-IP-Address", "10.0.0.1"],
        ["Acct-Session-Time", 65],
        ["Proxy-State", "p"],
      ],
      ...own,
    });

  test("is acknowledged when it is stored, without a Message-Authenticator", async () => {
    await listen();
    const request = stop();
    expect(read(await peer.ask(request, acct()), request)).toEqual(["Accounting-Response 1", "Proxy-State=p"]);
    expect(decider.records).toMatchObject([{ type: "stop", sessionKey: "10.0.0.1/s-1", talkedMs: 65_000 }]);
  });

  test("that could not be stored gets no answer, and is stored when it comes again", async () => {
    await listen();
    decider.stored = "retry-later";
    const request = stop();
    peer.send(request, acct());
    await peer.ask(statusRequest(9), acct());
    decider.stored = "accepted";
    expect(read(await peer.ask(request, acct()), request)[0]).toBe("Accounting-Response 1");
    expect(decider.records).toHaveLength(2);
  });

  test("sent again with a delay is the same record", async () => {
    await listen();
    await peer.ask(stop(), acct());
    const attributes = [
      ["Acct-Status-Type", "Stop"],
      ["Acct-Session-Id", "s-1"],
      ["NAS-IP-Address", "10.0.0.1"],
      ["Acct-Session-Time", 65],
      ["Acct-Delay-Time", 3],
    ] as const;
    await peer.ask(stop({ identifier: 2, attributes }), acct());
    const [first, second] = decider.records;
    expect(second).toMatchObject({ recordKey: first?.recordKey, contentDigest: first?.contentDigest, delayS: 3 });
  });

  test("of which too many are in work gets no answer: the client keeps it", async () => {
    await listen({}, { inWorkMax: 0 });
    peer.send(stop(), acct());
    const status = statusRequest(2);
    expect(read(await peer.ask(status, acct()), status)).toEqual(["Accounting-Response 2"]);
    expect(responder.dropped.get("busy")).toBe(1);
  });

  test("of a tunnel is acknowledged and none of ours; one without a session is dropped", async () => {
    await listen();
    const tunnel = requestOctets({ name: "Accounting-Request", attributes: [["Acct-Status-Type", 9]] });
    expect(read(await peer.ask(tunnel, acct()), tunnel)[0]).toBe("Accounting-Response 1");
    peer.send(requestOctets({ name: "Accounting-Request", attributes: [["Acct-Status-Type", "Start"]] }), acct());
    await peer.ask(statusRequest(9), acct());
    expect(responder.dropped.get("session-missing")).toBe(1);
    expect(decider.records).toEqual([]);
  });
});

describe("what is not to be answered", () => {
  const accounting = (own: object) => requestOctets({ name: "Accounting-Request", ...own });
  const access = (own: object) => requestOctets({ name: "Access-Request", ...own });
  const otherSecret = new TextEncoder().encode("other");

  test.each<[string, () => Uint8Array, "auth" | "acct", string, string]>([
    // reason, what is sent, where, why
    ["too-short", () => Buffer.from("hello"), "auth", "garbage", "no packet"],
    ["length-above-maximum", () => Buffer.alloc(60_000, 0xff), "auth", "garbage", "a datagram of 60 kB"],
    ["code-unexpected", () => accounting({}), "auth", "accounting", "at the other port"],
    ["code-unexpected", () => access({}), "acct", "access", "at the other port"],
    ["authenticator-wrong", () => accounting({ secret: otherSecret }), "acct", "accounting", "another secret"],
    ["message-authenticator-wrong", () => access({ secret: otherSecret }), "auth", "access", "another secret"],
    [
      "message-authenticator-missing",
      () => access({ hasMessageAuthenticator: false }),
      "auth",
      "access",
      "could be answered by a forger",
    ],
    [
      "message-authenticator-twice",
      () => access({ raw: [{ type: 80, value: new Uint8Array(16) }] }),
      "auth",
      "access",
      "one of them is wrong",
    ],
  ])("%s", async (reason, octets, port) => {
    await listen();
    const to = port === "auth" ? auth() : acct();
    peer.send(octets(), to);
    const status = statusRequest(9);
    expect(read(await peer.ask(status, to), status)[0]).toMatch(/ 9$/);
    expect([...responder.dropped]).toEqual([[reason, 1]]);
    expect([decider.asked, decider.records]).toEqual([[], []]);
  });

  test("a client that never signs its requests is answered where its settings say so", async () => {
    await listen({ needsMessageAuthenticator: false });
    const request = access({ hasMessageAuthenticator: false });
    expect(read(await peer.ask(request, auth()), request).slice(0, 2)).toEqual([
      "Access-Accept 1",
      "Message-Authenticator",
    ]);
  });

  test("2,000 mutated packets from a client leave the server answering", async () => {
    await listen();
    const random = new SeededRandom(7);
    for (let sent = 0; sent < 2_000; sent += 1) {
      peer.send(mutatedPacket(random), random.once(2) ? auth() : acct());
      if (sent % 100 === 0) await setImmediate(); // the kernel's room for datagrams is not what is tested
    }
    const other = await RadiusPeer.open();
    const status = statusRequest(9);
    expect(read(await other.ask(status, auth()), status)[0]).toBe("Access-Accept 9");
    expect(read(await other.ask(status, acct()), status)[0]).toBe("Accounting-Response 9");
    await other.close();
    expect(responder.dropped.get("handler-failed")).toBeUndefined();
  });

  test("a flood from nobody is counted, told once, and costs no work", async () => {
    await listen({ ranges: ["10.0.0.0/8"] });
    for (let sent = 0; sent < 500; sent += 1) peer.send(access({}), auth());
    await vi.waitFor(() => expect(responder.dropped.get("client-unknown")).toBe(500));
    expect(notices).toEqual([{ reason: "client-unknown", address: "127.0.0.1", times: 1, error: undefined }]);
    expect(decider.asked).toEqual([]);
  });
});
