import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AccessDecision } from "../../src/protocol/radius/access-decision.ts";
import type { AccessRequest } from "../../src/protocol/radius/access-request.ts";
import type { AccountingRecord } from "../../src/protocol/radius/accounting-record.ts";
import { CLIENT_PROFILES, type ClientProfileName } from "../../src/protocol/radius/client-profile.ts";
import { verifyCredential } from "../../src/protocol/radius/credential.ts";
import { ClientTable } from "../../src/server/radius/client-table.ts";
import { DIGESTS } from "../../src/server/radius/digests.ts";
import { listenRadius, type RadiusListener } from "../../src/server/radius/listen-radius.ts";
import type { RadiusHandler } from "../../src/server/radius/radius-handler.ts";
import { Responder } from "../../src/server/radius/responder.ts";
import { hasRadclient, radclient } from "./radclient.ts";
import { radiusClient } from "./radius-peer.ts";

const records: AccountingRecord[] = [];
let retries = 0;

/** Lets in who knows alice's password, for 77 seconds; refuses the rest. */
const handler: RadiusHandler = {
  async authorise({ credential }: AccessRequest): Promise<AccessDecision> {
    const verdict = verifyCredential(credential, { kind: "password", password: "secret" }, DIGESTS);
    if (verdict !== "accepted") return { kind: "reject", reason: "password-wrong", message: verdict };
    return { kind: "accept", talkS: 77, token: "session-1" };
  },
  async account(record) {
    records.push(record);
    retries -= 1;
    return retries >= 0 ? "retry-later" : "accepted";
  },
};

let responder: Responder;
let server: RadiusListener;

beforeEach(() => {
  records.length = 0;
  retries = 0;
});

afterEach(async () => server.close());

async function listen(name: ClientProfileName): Promise<void> {
  const clients = new ClientTable([radiusClient({ profile: CLIENT_PROFILES[name] })]);
  responder = new Responder({ clients, handler, onDrop: () => undefined });
  server = await listenRadius(responder, { hosts: ["127.0.0.1"], authPort: 0, acctPort: 0 });
}

const auth = (): number => server.authPort ?? 0;
const acct = (): number => server.acctPort ?? 0;
const SIGNED = "Message-Authenticator = 0x00\n";
const ACCEPTED = `Response-Packet-Type == Access-Accept
Message-Authenticator =* ANY
Session-Timeout == 77
Class == 0x73657373696f6e2d31
`;

describe.skipIf(!hasRadclient())("FreeRADIUS's radclient", () => {
  test.each<{ name: ClientProfileName; request: string; reply: string; why: string }>([
    // profile, request, reply, why
    { name: "rfc", request: 'User-Password = "secret"', reply: ACCEPTED, why: "PAP" },
    { name: "rfc", request: 'CHAP-Password = "secret"', reply: ACCEPTED, why: "CHAP" },
    {
      name: "rfc",
      request: 'User-Password = "a password of more than sixteen octets"',
      reply: 'Response-Packet-Type == Access-Reject\nMessage-Authenticator =* ANY\nReply-Message == "wrong"\n',
      why: "a wrong password, three blocks long",
    },
    {
      name: "cisco",
      request: 'User-Password = "secret"',
      reply: `${ACCEPTED}h323-return-code == "h323-return-code=0"\nh323-credit-time == "h323-credit-time=77"\n`,
      why: "Cisco's attributes, the name once more in the value",
    },
    {
      name: "cisco",
      request: "Service-Type = Call-Check",
      reply:
        'Response-Packet-Type == Access-Reject\nMessage-Authenticator =* ANY\nReply-Message == "none"\nh323-return-code == "h323-return-code=2"\n',
      why: "nothing that proves who it is",
    },
    {
      name: "quintum",
      request: 'User-Password = "secret"',
      reply: `${ACCEPTED}Quintum-h323-return-code == "0"\nQuintum-h323-credit-time == "77"\n`,
      why: "Quintum's attributes, values alone",
    },
    {
      name: "rfc",
      request: 'Proxy-State = 0x6f6e65\nProxy-State = 0x74776f\nUser-Password = "secret"',
      reply: `${ACCEPTED}Proxy-State == 0x6f6e65\nProxy-State == 0x74776f\n`,
      why: "Proxy-State comes back",
    },
    {
      name: "kamailio",
      request: `R5090-Username = "alice"
R5090-Realm = "rig.test"
R5090-Nonce = "abc123nonce"
R5090-Method = "INVITE"
R5090-URI = "sip:4930123456@127.0.0.1"
R5090-Qop = "auth"
R5090-Algorithm = "MD5"
R5090-Nonce-Count = "00000001"
R5090-CNonce = "0a4f113b"
R5090-Response = "bd1e3e6a40192a602ffa985e30137a42"`,
      reply: `${ACCEPTED}SIP-AVP == "credit_time#77"\n`,
      why: "SIP digest by RFC 5090",
    },
    {
      name: "kamailio",
      request: `Digest-User-Name = "alice"
Digest-Realm = "rig.test"
Digest-Nonce = "abc123nonce"
Digest-Method = "INVITE"
Digest-URI = "sip:4930123456@127.0.0.1"
Digest-Qop = "auth"
Digest-Algorithm = "MD5"
Digest-Nonce-Count = "00000001"
Digest-CNonce = "0a4f113b"
Digest-Response = "bd1e3e6a40192a602ffa985e30137a42"`,
      reply: `${ACCEPTED}SIP-AVP == "credit_time#77"\n`,
      why: "SIP digest by draft-sterman",
    },
  ])("of a $name client: $why", async ({ name, request, reply }) => {
    await listen(name);
    const text = `User-Name = "alice"\n${request}\n${SIGNED}`;
    const run = await radclient({ port: auth(), command: "auth", request: text, reply });
    expect(run).toMatchObject({ exitCode: 0 });
  });

  test("asks how the server is, on both ports", async () => {
    await listen("rfc");
    for (const [port, reply] of [
      [auth(), "Access-Accept"],
      [acct(), "Accounting-Response"],
    ] as const) {
      const run = await radclient({ port, command: "status", request: SIGNED });
      expect(run.output).toContain(`Received ${reply}`);
      expect(run.exitCode).toBe(0);
    }
  });

  test("with another secret gets no answer", async () => {
    await listen("rfc");
    const once = ["-r", "1", "-t", "0.2"];
    const request = `User-Name = "alice"\nUser-Password = "secret"\n${SIGNED}`;
    const run = await radclient({ port: auth(), command: "auth", secret: "other", request, options: once });
    expect(run.exitCode).toBe(1);
    expect([...responder.dropped]).toEqual([["message-authenticator-wrong", 1]]);
  });

  test("reports a call of a Cisco gateway from its start to its stop", async () => {
    await listen("cisco");
    const common = `Packet-Type = Accounting-Request
User-Name = "442071234567"
NAS-IP-Address = 127.0.0.1
Acct-Session-Id = "radc-1"
h323-conf-id = "h323-conf-id=0A0B0C0D 01020304 05060708 090A0B0C"
h323-call-origin = "h323-call-origin=answer"
h323-call-type = "h323-call-type=VoIP"
Called-Station-Id = "4930123456789"
Calling-Station-Id = "442071234567"
`;
    const request = [
      'Acct-Status-Type = Start\nCisco-AVPair = "sip-call-id=abc@10.0.0.1"',
      "Acct-Status-Type = Interim-Update\nAcct-Session-Time = 30",
      `Acct-Status-Type = Stop
Acct-Session-Time = 66
Acct-Input-Octets = 5
Acct-Input-Gigawords = 1
h323-connect-time = "h323-connect-time=08:23:04.123 UTC Sat Nov 21 2026"
h323-disconnect-time = "h323-disconnect-time=08:24:10.000 UTC Sat Nov 21 2026"
h323-disconnect-cause = "h323-disconnect-cause=10"`,
    ];
    const text = request.map((own) => `${common}${own}\n`).join("\n");
    const run = await radclient({ port: acct(), command: "auto", request: text });
    expect(run.exitCode).toBe(0);
    const conference = "0A0B0C0D 01020304 05060708 090A0B0C";
    const session = {
      ...{ sessionKey: `${conference}/radc-1`, callId: conference, leg: "answer/voip" },
      ...{ user: "442071234567", calling: "442071234567", called: "4930123456789" },
    };
    // radclient sends packets of one file without waiting: a server must not count on their order.
    const byType = Object.fromEntries(records.map((record) => [record.type, record]));
    expect(byType).toMatchObject({
      start: { ...session, talkedMs: null },
      interim: { ...session, talkedMs: 30_000 },
      stop: { ...session, talkedMs: 65_877, reportedS: 66, inputOctets: 4_294_967_301n, cause: { q850: 16 } },
    });
    expect(byType.start?.attributes.get("sip-call-id")).toBe("abc@10.0.0.1");
  });

  test("sends a record again that could not be stored, and it is the same record", async () => {
    await listen("rfc");
    retries = 1;
    const request = 'Acct-Status-Type = Stop\nAcct-Session-Id = "s-1"\nNAS-IP-Address = 127.0.0.1\n';
    const run = await radclient({ port: acct(), command: "acct", request, options: ["-r", "5", "-t", "0.2"] });
    expect(run.exitCode).toBe(0);
    expect(records.map(({ recordKey }) => recordKey)).toEqual(["stop", "stop"]);
  });

  test("sends 2,000 packets, of which at most 256 differ (by identifier): all are answered, each is worked on once", async () => {
    await listen("rfc");
    const request = 'Acct-Status-Type = Start\nAcct-Session-Id = "s-1"\nNAS-IP-Address = 127.0.0.1\n';
    const options = ["-c", "2000", "-p", "100", "-q"];
    const run = await radclient({ port: acct(), command: "acct", request, options });
    expect(run.output).toMatch(/Accepted\s+: 2000/);
    expect(records.length).toBeLessThanOrEqual(256);
  });
});
