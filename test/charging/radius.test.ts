import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { Charging } from "../../src/server/charging/charging.ts";
import { ClientTable } from "../../src/server/radius/client-table.ts";
import { listenRadius, type RadiusListener } from "../../src/server/radius/listen-radius.ts";
import { Responder } from "../../src/server/radius/responder.ts";
import { ChargingOverRadius } from "../../src/server/switches/over-radius.ts";
import { hasRadclient, radclient } from "../radius/radclient.ts";
import { radiusClient } from "../radius/radius-peer.ts";
import { radiusUsers } from "../radius/radius-users.ts";
import { startTollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let operator: Operator;
let server: RadiusListener;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

/** Ada at .60 a minute with one unit of money, a switch that speaks RADIUS, and its calls. */
beforeEach(async () => {
  operator = await Operator.create(db);
  const { tenantId } = operator;
  await prepaidCustomer(operator, { match: { sipUser: "ada" } });
  const { id: sourceId } = await operator.source("gateway", "radius-detail");
  const responder = new Responder({
    ...{ clients: new ClientTable([radiusClient()]), onDrop: () => undefined },
    handler: new ChargingOverRadius({
      ...{ db, charging: new Charging(db), users: radiusUsers(db) },
      sourceOf: () => ({ tenantId, sourceId }),
    }),
  });
  server = await listenRadius(responder, { hosts: ["127.0.0.1"], authPort: 0, acctPort: 0 });
  return () => server.close();
});

const money = () => booksOf(operator);

const CALL = `User-Name = "ada"
Calling-Station-Id = "442071234567"
Called-Station-Id = "4930123456"
NAS-IP-Address = 127.0.0.1
`;
const SIGNED = "Message-Authenticator = 0x00\n";

/** Sends packets by FreeRADIUS's client, each answered before the next; answers its exit status. */
const ask = (own: string, reply?: string) =>
  radclient({
    port: server.authPort ?? 0,
    command: "auth",
    request: `${CALL}${own}\n${SIGNED}`,
    ...(reply !== undefined && { reply }),
  });
const tell = async (...own: string[]): Promise<void> => {
  for (const record of own) {
    const request = `${CALL}Acct-Session-Id = "s-1"\n${record}\n`;
    const run = await radclient({ port: server.acctPort ?? 0, command: "acct", request });
    expect(run).toMatchObject({ exitCode: 0 });
  }
};

const ACCEPTED = (talkS: number): string => `Response-Packet-Type == Access-Accept
Message-Authenticator =* ANY
Session-Timeout == ${talkS}
Class =* ANY
`;
const REJECTED = "Response-Packet-Type == Access-Reject\nMessage-Authenticator =* ANY\nReply-Message =* ANY\n";
const START = "Acct-Status-Type = Start\nEvent-Timestamp = 1772352100";
const STOP = "Acct-Status-Type = Stop\nAcct-Session-Time = 90\nEvent-Timestamp = 1772352190\n";

describe.skipIf(!hasRadclient())("a call over RADIUS, by FreeRADIUS's client", () => {
  test("is authorised, started, reported and stopped; a stop that comes again is the same one", async () => {
    expect(await ask('Service-Type = Call-Check\nAcct-Session-Id = "s-1"', ACCEPTED(100))).toMatchObject({
      exitCode: 0,
    });
    expect(await money()).toMatchObject({ wallet: 1, overrun: 0, held: 1, calls: 0 });
    await tell(START);
    await tell("Acct-Status-Type = Interim-Update\nAcct-Session-Time = 30");
    expect(await money()).toMatchObject({ wallet: 1, overrun: 0, held: 1, calls: 0 });
    await tell(STOP, `${STOP}Acct-Delay-Time = 7`);
    expect(await money()).toMatchObject({ wallet: 0.1, overrun: 0, held: 0, calls: 1 });
  });

  test("that only its token names is found again, and its record has the switch's own key", async () => {
    const { output } = await ask("Service-Type = Call-Check");
    const [, token] = /Class = (0x[0-9a-f]+)/.exec(output) ?? [];
    await tell(`Class = ${token}\nAcct-Status-Type = Start\nEvent-Timestamp = 1772352100`);
    await tell(`Class = ${token}\n${STOP}`);
    expect(await money()).toMatchObject({ wallet: 0.1, overrun: 0, held: 0, calls: 1 });
    expect(await operator.figures("select call_key from usage_events")).toEqual({
      call_key: expect.stringContaining("s-1"),
    });
  });

  test("without session times lasts from its start to its stop", async () => {
    await ask('Service-Type = Call-Check\nAcct-Session-Id = "s-1"');
    await tell(START, "Acct-Status-Type = Stop\nEvent-Timestamp = 1772352142");
    expect(await money()).toMatchObject({ wallet: 0.58, held: 0, calls: 1 });
  });

  test("whose packets come in any order, or whose start never comes, is charged once", async () => {
    await tell(STOP, START, STOP);
    expect(await money()).toMatchObject({ wallet: 0.1, overrun: 0, held: 0, calls: 1 });
  });

  test("that ends without a word of its length waits in quarantine", async () => {
    await tell("Acct-Status-Type = Stop\nEvent-Timestamp = 1772352142");
    expect(await money()).toMatchObject({ wallet: 1, calls: 0 });
    expect(await operator.figures("select code from quarantine")).toEqual({ code: "answer-missing" });
  });

  test("whose end is all that is told of it, and not whom it went to, waits in quarantine, once", async () => {
    const end = (talkedS: number) => `User-Name = "ada"
NAS-IP-Address = 127.0.0.1
Acct-Session-Id = "s-${talkedS}"
Acct-Status-Type = Stop
Acct-Session-Time = ${talkedS}
Event-Timestamp = 1772352190
`;
    for (const request of [end(90), `${end(90)}Acct-Delay-Time = 7\n`, end(0)])
      expect(await radclient({ port: server.acctPort ?? 0, command: "acct", request })).toMatchObject({ exitCode: 0 });
    expect(await money()).toMatchObject({ wallet: 1, calls: 0 });
    expect(await operator.figures("select count(*)::integer as n, min(code) as code from quarantine")).toEqual({
      n: 1,
      code: "called-missing",
    });
  });

  test("whose name is used again for another call waits in quarantine, and is not dropped as a repeat", async () => {
    await tell(STOP, STOP.replace("= 90", "= 45"));
    expect(await money()).toMatchObject({ wallet: 0.1, calls: 1 });
    expect(await operator.figures("select code from quarantine")).toEqual({ code: "key-reused" });
  });

  test("whose switch begins anew ends as it was last known, at once; a late stop corrects it", async () => {
    await ask('Service-Type = Call-Check\nAcct-Session-Id = "s-1"');
    await tell(START, "Acct-Status-Type = Interim-Update\nAcct-Session-Time = 30");
    const restart = (nas: string) =>
      radclient({ port: server.acctPort ?? 0, command: "acct", request: `Acct-Status-Type = Accounting-On\n${nas}\n` });
    expect(await restart("NAS-IP-Address = 127.0.0.2")).toMatchObject({ exitCode: 0 });
    expect(await money()).toMatchObject({ held: 1, open: 1, calls: 0 });
    expect(await restart("NAS-IP-Address = 127.0.0.1")).toMatchObject({ exitCode: 0 });
    expect(await money()).toMatchObject({ wallet: 0.7, held: 0, open: 0, calls: 1 });
    expect(await restart("NAS-IP-Address = 127.0.0.1\nEvent-Timestamp = 1772352200")).toMatchObject({ exitCode: 0 });
    await tell(STOP);
    expect(await money()).toMatchObject({ wallet: 0.1, held: 0, open: 0, calls: 1, seconds: 90 });
  });

  test("that nobody had answered when its switch went away leaves no record, and its hold is released", async () => {
    await ask('Service-Type = Call-Check\nAcct-Session-Id = "s-1"');
    const request = "Acct-Status-Type = Accounting-Off\nNAS-IP-Address = 127.0.0.1\n";
    const run = await radclient({ port: server.acctPort ?? 0, command: "acct", request });
    expect(run).toMatchObject({ exitCode: 0 });
    expect(await money()).toMatchObject({ wallet: 1, held: 0, open: 0, calls: 0 });
  });

  test("is refused: without money, of nobody known, by a password", async () => {
    await tell(STOP); // .90 of the money
    await ask('Service-Type = Call-Check\nAcct-Session-Id = "s-2"', ACCEPTED(10));
    for (const own of ["Service-Type = Call-Check", 'User-Password = "secret"'])
      expect(await ask(own, REJECTED)).toMatchObject({ exitCode: 0 });
    const request = CALL.replace("ada", "eve");
    const port = server.authPort ?? 0;
    const run = await radclient({ port, command: "auth", request: `${request}${SIGNED}`, reply: REJECTED });
    expect(run).toMatchObject({ exitCode: 0 });
  });

  test("is answered by `tollwright start`, which knows its clients by the sources' settings", async () => {
    const radius = {
      from: ["127.0.0.1"],
      secretFrom: { env: "TOLLWRIGHT_SECRET_GATEWAY" },
      needsMessageAuthenticator: false,
    };
    await operator.source("gateway", "radius-detail", { radius });
    const { child, ended } = startTollwright(["start"], {
      ...{ DATABASE_URL: db.url, TOLLWRIGHT_HTTP_PORT: "0", TOLLWRIGHT_SECRET_GATEWAY: "testing123" },
      ...{ TOLLWRIGHT_RADIUS_AUTH_PORT: "0", TOLLWRIGHT_RADIUS_ACCT_PORT: "0", TOLLWRIGHT_LOG_LEVEL: "warn" },
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    while (!said.includes("RADIUS on")) said += String((await once(child.stderr, "data"))[0]);
    const [, auth, acct] = /RADIUS on 127\.0\.0\.1:(\d+) .* 127\.0\.0\.1:(\d+) /.exec(said) ?? [];
    const call = `${CALL}Acct-Session-Id = "s-1"\n`;
    const asked = await radclient({ port: Number(auth), command: "auth", request: call, reply: ACCEPTED(100) });
    const told = await radclient({ port: Number(acct), command: "acct", request: `${call}${STOP}` });
    expect([asked.exitCode, told.exitCode]).toEqual([0, 0]);
    child.kill("SIGTERM");
    expect((await ended).status).toBe(0);
    expect(await money()).toMatchObject({ wallet: 0.1, overrun: 0, held: 0, calls: 1 });
  });
});
