import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Charging } from "../../src/server/charging/charging.ts";
import { chargingRoutes } from "../../src/server/charging/routes.ts";
import { examine } from "../../src/server/doctor/doctor.ts";
import { type HttpServer, startHttp } from "../../src/server/http/http-server.ts";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { freePort } from "../support/free-port.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { type Books, booksOf, pay } from "../support/prepaid-customer.ts";
import { ServerProcess } from "../support/server-process.ts";
import { hasKamailio, SCENARIOS, sipp } from "../support/sip.ts";

const GUIDE = new URL("../../docs/guides/kamailio-charging.md", import.meta.url);

let db: TestDatabase;
let operator: Operator;
let source: Source;
let http: HttpServer;
let dir: string;
const servers: ServerProcess[] = [];
let kamailio: ServerProcess;
const ports = { sip: 0, called: 0 };

const scenarioFile = (name: keyof typeof SCENARIOS): string => join(dir, `${name}.xml`);

/** The configuration of the guide, with the addresses of this test. */
async function guidesConfiguration(token: string): Promise<string> {
  const [, text = ""] = /```kamailio\n([\s\S]*?)```/.exec(await readFile(GUIDE, "utf8")) ?? [];
  return text
    .replace("twp_TOKEN@127.0.0.1:8080", `${token}@${new URL(http.url).host}`)
    .replace("sip:127.0.0.1:5070", `sip:127.0.0.1:${ports.called}`)
    .replace("udp:127.0.0.1:5060", `udp:127.0.0.1:${ports.sip}`)
    .replace("children=8", "children=4");
}

/** Makes calls from numbers that begin with `calling`; every one of them has to go as its scenario says. */
async function call(
  scenario: keyof typeof SCENARIOS,
  called: string,
  calling: string,
  args: readonly string[],
): Promise<void> {
  const numbers = ["-s", called, "-key", "calling", calling];
  const callers = sipp(scenarioFile(scenario), await freePort(), [...numbers, ...args, `127.0.0.1:${ports.sip}`]);
  servers.push(callers);
  expect([await callers.ended(), callers.said.slice(-2_000)]).toEqual([0, expect.anything()]);
}

/** The books once so many calls are in them; reports come a moment after the calls. */
async function moneyAfter(calls: number): Promise<Books> {
  for (;;) {
    const money = await booksOf(operator);
    if (money.calls >= calls) return money;
    await sleep(50);
  }
}

describe.skipIf(!hasKamailio())("calls through Kamailio, with the configuration of its guide", () => {
  beforeAll(async () => {
    db = await testDatabase();
    operator = await Operator.create(db);
    const { tenantId } = operator;
    const accounts = [];
    for (const [code, amount] of [
      ["rich", "1000000"],
      ["poor", "3"],
    ] as const) {
      accounts.push(await operator.account(code, { payment: "prepaid" }));
      await pay(operator, amount, { code });
    }
    await operator.tariff("a second costs one", [anyRate("49", "60")], accounts);
    const [rich, poor] = accounts;
    if (!rich || !poor) throw new Error("two accounts");
    source = await operator.source("kamailio", "kamailio-acc");
    await operator.rules([
      [rich, { sourceId: source.id }],
      [poor, { sourceId: source.id, match: { callingPrefix: "4421" } }],
    ]);
    const log = pino({ level: "silent" });
    http = await startHttp({ host: "127.0.0.1", port: 0, db, log, routes: [chargingRoutes(db, new Charging(db))] });
    const { token } = await issuePushToken(db, {
      tenantId,
      source: "kamailio",
      revokeEarlier: false,
      actor: testerOf(tenantId),
    });
    dir = await mkdtemp(join(tmpdir(), "tollwright-kamailio-"));
    await mkdir(join(dir, "run"));
    for (const [name, text] of Object.entries(SCENARIOS)) await writeFile(join(dir, `${name}.xml`), text);
    [ports.sip, ports.called] = [await freePort(), await freePort()];
    await writeFile(join(dir, "kamailio.cfg"), await guidesConfiguration(token));
    servers.push(sipp(scenarioFile("answer"), ports.called));
    const args = ["-f", join(dir, "kamailio.cfg"), "-DD", "-E", "-m", "64", "-M", "8", "-Y", join(dir, "run")];
    kamailio = new ServerProcess("/usr/sbin/kamailio", args);
    servers.push(kamailio);
    await kamailio.says(/Listening on/);
  });
  afterAll(async () => {
    for (const server of servers) await server.kill();
    await http?.close();
    if (dir) await rm(dir, { recursive: true });
    await db?.drop();
  });

  test("calls that hang up are charged for what they talked, once", async () => {
    await call("talk", "4930123456", "4420", ["-m", "10", "-r", "10", "-d", "2000"]);
    const { wallet, seconds, ...rest } = await moneyAfter(10);
    expect(rest).toEqual({ overrun: 0, held: 0, open: 0, calls: 10 });
    expect(seconds).toBeGreaterThanOrEqual(20);
    expect(wallet).toBe(1_000_003 - seconds);
  });

  test("a call is cut when the money ends, and the next one is refused with 402", async () => {
    const before = await booksOf(operator);
    await call("wait", "4930123456", "4421", ["-m", "1"]);
    const after = await moneyAfter(before.calls + 1);
    const talked = after.seconds - before.seconds;
    expect(talked).toBeGreaterThanOrEqual(2); // three seconds are granted, and Kamailio cuts on whole ones
    expect(before.wallet + before.overrun - (after.wallet - after.overrun)).toBe(talked);
    expect(after.held).toBe(0);
    if (talked < 3) return;
    await call("refused", "4930123456", "4421", ["-m", "3", "-r", "10"]);
    expect(await booksOf(operator)).toEqual(after);
  });

  test("reports wait while Tollwright lets nobody in, and come when it does", async () => {
    const before = await booksOf(operator);
    const revoke = (at: string) =>
      db.session((client) => client.query(`update tollwright.push_tokens set revoked_at = ${at}`));
    const talking = call("talk", "4930123456", "4420", ["-m", "5", "-r", "10", "-d", "7000"]);
    while ((await booksOf(operator)).open < 5) await sleep(50);
    await revoke("now()"); // in force before the calls have ended: a token is looked up every five seconds
    await talking;
    expect((await booksOf(operator)).calls).toBe(before.calls);
    await kamailio.says(/answered 401/);
    await revoke("null");
    expect(await moneyAfter(before.calls + 5)).toMatchObject({ calls: before.calls + 5, held: 0 });
  });

  test("the log of the same calls finds them there", async () => {
    const { rows } = await db.session((client) =>
      client.query<{ key: string; answered: string; ended: string }>(
        `select call_key as key, to_char(answered_at, 'YYYY-MM-DD HH24:MI:SS') as answered,
           to_char(ended_at, 'YYYY-MM-DD HH24:MI:SS') as ended from tollwright.usage_events order by started_at limit 10`,
      ),
    );
    const lines = rows.flatMap(({ key, answered, ended }) => {
      const [callId, fromTag, toTag] = key.split(";");
      const dialog = `"${callId}","${fromTag}","${toTag}","200","OK"`;
      return [
        `"INVITE",${dialog},"${answered}","442000","4930123456"`,
        `"BYE",${dialog},"${ended}","442000","4930123456"`,
      ];
    });
    const header = "method,callid,from_tag,to_tag,sip_code,sip_reason,time,src_user,dst_user";
    const { counts } = await operator.importText(source, "acc.csv", `${[header, ...lines].join("\n")}\n`);
    expect(counts).toMatchObject({ rows: 20, duplicate: 20, stored: 0, quarantined: 0 });
  });

  test("the books are right", async () => {
    const { checks } = await db.bulk("owner", {}, (tx) => examine(tx));
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  });
});
