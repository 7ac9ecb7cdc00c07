import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { CLIENT_PROFILES } from "../../src/protocol/radius/client-profile.ts";
import type { SipSecret } from "../../src/protocol/radius/sip-digest.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { ClientTable } from "../../src/server/radius/client-table.ts";
import { listenRadius, type RadiusListener } from "../../src/server/radius/listen-radius.ts";
import { Responder } from "../../src/server/radius/responder.ts";
import { setSipUsers } from "../../src/server/sip-users/set-sip-user.ts";
import { ChargingOverRadius } from "../../src/server/switches/over-radius.ts";
import { freeRadius, hasFreeRadius } from "../radius/freeradius.ts";
import { hasRadclient, radclient } from "../radius/radclient.ts";
import { radiusClient } from "../radius/radius-peer.ts";
import { radiusUsers } from "../radius/radius-users.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let folder: string;
let operator: Operator;
let server: RadiusListener;
let responder: Responder;

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-radius-users-"));
});
afterAll(async () => {
  await db?.drop();
  await rm(folder, { recursive: true });
});

/** Alice, alice of another realm, and a trunk's customer whose calls are known by their address. */
beforeEach(async () => {
  operator = await Operator.create(db);
  const { tenantId } = operator;
  await prepaidCustomer(operator);
  await prepaidCustomer(operator, { code: "eve", match: { accountCode: "eve" } });
  const trunk = await operator.account("trunk");
  await operator.tariff("of the trunk", [anyRate("49", "0.30")], [trunk]);
  await operator.rule(trunk, { match: { address: "192.0.2.0/24" } });
  await user("alice", "ada", { kind: "password", password: "secret" });
  await user("alice", "eve", { kind: "password", password: "other" }, "eve.test");
  await user("carol", "eve", { kind: "ha1", ha1: "5ebe2294ecd0e0f08eab7690d2a6ee69" }, "rig.test");
  const { id: sourceId } = await operator.source("gateway", "radius-detail");
  const fields = { ...CLIENT_PROFILES.kamailio.fields, sourceAddress: ["framed-ip-address"] };
  responder = new Responder({
    clients: new ClientTable([radiusClient({ profile: { ...CLIENT_PROFILES.kamailio, fields } })]),
    onDrop: () => undefined,
    handler: new ChargingOverRadius({
      ...{ db, charging: new Charging(db), users: radiusUsers(db, join(folder, "key")) },
      sourceOf: () => ({ tenantId, sourceId }),
    }),
  });
  server = await listenRadius(responder, { hosts: ["127.0.0.1"], authPort: 0, acctPort: 0 });
  return () => server.close();
});

const user = (name: string, accountCode: string, secret: SipSecret, realm = "") =>
  setSipUsers(
    db,
    [{ tenantId: operator.tenantId, accountCode, name, realm, secret, actor: testerOf(operator.tenantId) }],
    join(folder, "key"),
  );

const CALL = `Calling-Station-Id = "442071234567"\nCalled-Station-Id = "4930123456"\nAcct-Session-Id = "s-1"\n`;
const ask = (request: string, reply?: string) =>
  radclient({
    port: server.authPort ?? 0,
    command: "auth",
    request: `${request.trimEnd()}\nMessage-Authenticator = 0x00\n`,
    ...(reply !== undefined && { reply }),
  });

const CALLS = (talkS: number) => `Response-Packet-Type == Access-Accept
Message-Authenticator =* ANY
Session-Timeout == ${talkS}
Class =* ANY
SIP-AVP == "credit_time#${talkS}"
`;
const IS_IN = "Response-Packet-Type == Access-Accept\nMessage-Authenticator =* ANY\n";
const IS_OUT = (message: string) =>
  `Response-Packet-Type == Access-Reject\nMessage-Authenticator =* ANY\nReply-Message == "${message}"\n`;
const NOBODYS =
  "Response-Packet-Type == Access-Reject\nMessage-Authenticator =* ANY\nReply-Message =~ 'No account rule'\n";
const WRONG = IS_OUT("Wrong user or password.");

/** The digest of alice, password secret, by the numbers of RFC 5090; made by another program. */
const DIGEST = `R5090-Username = "alice"
R5090-Realm = "rig.test"
R5090-Nonce = "abc123nonce"
R5090-Method = "INVITE"
R5090-URI = "sip:4930123456@127.0.0.1"
R5090-Qop = "auth"
R5090-Algorithm = "MD5"
R5090-Nonce-Count = "00000001"
R5090-CNonce = "0a4f113b"
R5090-Response = "bd1e3e6a40192a602ffa985e30137a42"
`;
/** MD5(HA1:nonce:nc:cnonce:qop:MD5("REGISTER:sip:rig.test")). */
const REGISTER = DIGEST.replace("INVITE", "REGISTER")
  .replace("sip:4930123456@127.0.0.1", "sip:rig.test")
  .replace("bd1e3e6a40192a602ffa985e30137a42", "eb3f82d7019759b9db64d6a3ce6bbf45");
const SHA_512 = DIGEST.replace('"MD5"', '"SHA-512"');
const STERMAN = DIGEST.replaceAll("R5090", "Digest").replace("Digest-Username", "Digest-User-Name");

/** Whose money is held. */
const payer = () =>
  operator.figures<{ code: string | null }>(
    `select (select code from accounts a join account_holds h on h.account_id = a.id where h.open_sessions > 0) as code`,
  );

describe.skipIf(!hasRadclient())("users with passwords, by FreeRADIUS's client", () => {
  test.each<[string, string, string, string | null]>([
    // why, request, reply, whose money is held
    ["PAP", `User-Name = "alice"\nUser-Password = "secret"`, CALLS(100), "ada"],
    ["PAP, of a realm", `User-Name = "alice@eve.test"\nUser-Password = "other"`, CALLS(100), "eve"],
    ["CHAP", `User-Name = "alice"\nCHAP-Password = "secret"`, CALLS(100), "ada"],
    ["digest by RFC 5090", `User-Name = "alice"\n${DIGEST}`, CALLS(100), "ada"],
    ["digest by draft-sterman", `User-Name = "alice@rig.test"\n${STERMAN}`, CALLS(100), "ada"],
    ["the digest says who it is, not User-Name", `User-Name = "carol"\n${DIGEST}`, CALLS(100), "ada"],
    ["the password of another realm", `User-Name = "alice"\nUser-Password = "other"`, WRONG, null],
    ["no such user", `User-Name = "nobody"\nUser-Password = "secret"`, WRONG, null],
    ["nor has she an empty password", `User-Name = "nobody"\nCHAP-Password = ""`, WRONG, null],
    ["an empty password is none", `User-Name = "alice"\nCHAP-Password = ""`, WRONG, null],
    ["an HA1 proves nothing by CHAP", `User-Name = "carol@rig.test"\nCHAP-Password = "secret"`, WRONG, null],
    ["another response", `User-Name = "alice"\n${DIGEST.replace("bd1e", "bd1f")}`, WRONG, null],
    ["an algorithm of nobody", `User-Name = "alice"\n${SHA_512}`, IS_OUT("algorithm-unsupported"), null],
    ["not proven: the trunk's", `User-Name = "alice"\nFramed-IP-Address = 192.0.2.7`, CALLS(14_400), "trunk"],
    ["not proven: nobody's", `User-Name = "alice"`, NOBODYS, null],
  ])("%s", async (_why, request, reply, code) => {
    expect(await ask(`${request.trimEnd()}\n${CALL}`, reply)).toMatchObject({ exitCode: 0 });
    expect(await payer()).toEqual({ code });
  });

  test("a session is hers to its end, and a stop whose start was lost as well", async () => {
    await ask(`User-Name = "alice"\n${DIGEST}${CALL}`, CALLS(100));
    const stop = (id: string) =>
      radclient({
        port: server.acctPort ?? 0,
        command: "acct",
        request: `User-Name = "alice"\n${CALL.replace("s-1", id)}Acct-Status-Type = Stop\nAcct-Session-Time = 30\n`,
      });
    expect(await stop("s-1")).toMatchObject({ exitCode: 0 });
    expect(await booksOf(operator)).toMatchObject({ wallet: 1.7, held: 0, open: 0, calls: 1 });
  });

  test.skipIf(!hasFreeRadius())("the same through FreeRADIUS as a proxy, which finds its way back", async () => {
    const proxy = await freeRadius({ auth: server.authPort ?? 0, acct: server.acctPort ?? 0 });
    onTestFinished(() => proxy.stop());
    const call = `${CALL}NAS-IP-Address = 10.0.0.1\n`; // behind a proxy it says which switch it is
    const proofs = [`User-Password = "secret"\n`, `CHAP-Password = "secret"\n`, DIGEST, STERMAN];
    for (const proof of proofs) {
      const request = `User-Name = "alice"\n${proof}${call}Proxy-State = 0x6f75746572\n`;
      const reply = `${CALLS(100)}Proxy-State == 0x6f75746572\n`;
      const run = await radclient({ port: proxy.authPort, command: "auth", request, reply });
      expect([proof, run]).toMatchObject([proof, { exitCode: 0 }]);
    }
    const wrong = `User-Name = "alice"\nUser-Password = "other"\n${CALL}`;
    expect((await radclient({ port: proxy.authPort, command: "auth", request: wrong })).output).toContain(
      "Wrong user or password.",
    );
    const record = (type: string, more = "") => `User-Name = "alice"\n${call}Acct-Status-Type = ${type}\n${more}`;
    for (const request of [
      record("Interim-Update", "Acct-Session-Time = 60\n"),
      record("Interim-Update", "Acct-Session-Time = 30\n"),
      record("Stop", "Acct-Session-Time = 90\nAcct-Delay-Time = 2\n"),
      record("Start"),
      record("Stop", "Acct-Session-Time = 90\nAcct-Delay-Time = 9\n"),
    ])
      expect(await radclient({ port: proxy.acctPort, command: "acct", request })).toMatchObject({ exitCode: 0 });
    expect(await booksOf(operator)).toMatchObject({ wallet: 1.1, held: 0, calls: 1, seconds: 90 });
  });

  test("a guesser is locked out, and nobody else; each try is counted", async () => {
    const guess = (address: string, password: string) =>
      ask(`User-Name = "alice"\nUser-Password = "${password}"\nFramed-IP-Address = ${address}`);
    const tries = await Promise.all(Array.from({ length: 14 }, (_, index) => guess("203.0.113.9", `guess ${index}`)));
    expect(tries.every(({ output }) => output.includes("Received Access-Reject"))).toBe(true);
    expect(Object.fromEntries(responder.dropped)).toEqual({ "password-wrong": 10, "locked-out": 4 });
    expect((await guess("203.0.113.9", "secret")).output).toContain("Too many wrong passwords");
    expect((await guess("203.0.113.10", "secret")).output).toContain("Received Access-Accept");
  });

  test.each([
    ["PAP without a called number", `User-Name = "alice"\nUser-Password = "secret"`],
    ["a digest of another method than INVITE", `User-Name = "alice"\n${REGISTER}${CALL}`],
  ])("%s is a registration: it opens no session", async (_what, request) => {
    expect(await ask(request, IS_IN)).toMatchObject({ exitCode: 0 });
    expect(await payer()).toEqual({ code: null });
  });
});
