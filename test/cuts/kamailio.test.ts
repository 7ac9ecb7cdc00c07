import { once } from "node:events";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import { type FreeRadius, freeRadius, hasFreeRadius } from "../radius/freeradius.ts";
import { testerOf } from "../support/actor.ts";
import { startTollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { ended, KamailioRig } from "../support/kamailio-rig.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";
import { hasKamailio } from "../support/sip.ts";
import { writeTemporary } from "../support/temporary-file.ts";

const GUIDE = new URL("../../docs/guides/kamailio-charging.md", import.meta.url);
const LONGEST_S = 14_400;
/** For one call of any length, and a little more. */
const MONEY = 20_000;

let db: TestDatabase;
let operator: Operator;
let rig: KamailioRig;
let nas: FreeRadius;
let secretFile: string;
let running: ReturnType<typeof startTollwright>;
let url: string;
let token: string;

const post = async (verb: string, body: object): Promise<unknown> => {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(`${url}/v1/sources/kamailio/sessions/${verb}`, {
    ...{ method: "POST", headers, body: JSON.stringify(body) },
  });
  return await answer.json();
};

interface Listed {
  readonly key: string;
  readonly account: string;
  readonly held: string;
  readonly talkedS: number;
  readonly cost: string;
}

const sessions = async (): Promise<readonly Listed[]> =>
  (await tollwrightJson<{ sessions: Listed[] }>(["session", "list"], { db })).document.sessions;

/** The calls that are up, once there are so many. */
async function openCalls(count: number): Promise<readonly Listed[]> {
  for (;;) {
    const listed = await sessions();
    if (listed.length === count) return listed;
    await sleep(50);
  }
}

/** Once so many cuts are done: what was asked for, and what came of it. */
async function doneCuts(count: number) {
  for (;;) {
    const { document } = await tollwrightJson<{ cuts: Record<string, unknown>[] }>(["session", "cuts"], { db });
    const done = document.cuts.filter(({ outcome }) => outcome !== null);
    if (done.length === count) return done;
    await sleep(50);
  }
}

const sql = (text: string) => db.session((client) => client.query(text));

/** Tollwright as it runs, a Kamailio that asks it by HTTP, and FreeRADIUS as the one that ends Kamailio's calls. */
describe.skipIf(!hasKamailio() || !hasFreeRadius())("calls of Kamailio that are ended over RADIUS", () => {
  beforeAll(async () => {
    db = await testDatabase();
    operator = await Operator.create(db);
    const { tenantId } = operator;
    rig = await KamailioRig.create();
    nas = await freeRadius({ auth: 9, acct: 10 }, { rpcUrl: rig.rpcUrl });
    secretFile = await writeTemporary("secret", "testing123\n");
    await operator.source("kamailio", "kamailio-acc", {
      radius: {
        ...{ from: ["127.0.0.1"], secretFrom: { file: secretFile } },
        disconnect: { address: "127.0.0.1", port: nas.dynamicPort },
      },
      cut: { way: "radius", trunks: { deaf: "none" } },
    });
    // A second costs one: the money is enough for one call of any length, the credit for many.
    const rates = [anyRate("49", "60")];
    const money = { amount: String(MONEY), credit: "1000000" };
    await prepaidCustomer(operator, { ...money, rates, match: { callingPrefix: "44" } });
    const asked = { tenantId, source: "kamailio", revokeEarlier: false, actor: testerOf(tenantId) };
    ({ token } = await issuePushToken(db, asked));
    running = startTollwright(["start"], {
      ...{ DATABASE_URL: db.url, TOLLWRIGHT_HTTP_PORT: "0", TOLLWRIGHT_LOG_LEVEL: "warn" },
      ...{ TOLLWRIGHT_RADIUS_AUTH_PORT: "0", TOLLWRIGHT_RADIUS_ACCT_PORT: "0" },
    });
    let said = "";
    while (!said.includes("RADIUS on")) said += String((await once(running.child.stderr, "data"))[0]);
    [, url = ""] = /Listening on (\S+)/.exec(said) ?? [];
    await rig.start(GUIDE, [["twp_TOKEN@127.0.0.1:8080", `${token}@${new URL(url).host}`]]);
  });
  afterAll(async () => {
    running?.child.kill("SIGTERM");
    await running?.ended;
    await rig?.stop();
    await nas?.stop();
    if (secretFile) await rm(secretFile);
    await db?.drop();
  });

  test("when the money ends in the middle, the latest of them, on both sides; the first one talks on", async () => {
    const first = await rig.callers("wait", "4420", ["-m", "1"]);
    const [kept] = await openCalls(1);
    const others = await rig.callers("wait", "4421", ["-m", "9", "-r", "9"]);
    await openCalls(10);
    await sql("update tollwright.accounts set credit_limit = 0");
    await ended(others);
    const cuts = await doneCuts(9);
    expect(new Set(cuts.map(({ reason, way, outcome }) => `${reason} ${way} ${outcome}`))).toEqual(
      new Set(["money-ended radius ended"]),
    );
    const [left] = await openCalls(1);
    expect(left?.key).toBe(kept?.key);
    expect(left?.held).toBe(String(LONGEST_S));
    expect(left?.cost).toBe(String(left?.talkedS));
    const between = await booksOf(operator);
    expect(between).toMatchObject({ held: LONGEST_S, open: 1, calls: 9 });
    // While the calls held more than there was, those that ended could not be paid from the wallet.
    expect(between.wallet - between.overrun).toBe(MONEY - between.seconds);

    const words = ["session", "hang-up", "--session", String(kept?.key), "--why", "asked for"];
    expect(await tollwrightJson(words, { db })).toMatchObject({
      status: 0,
      document: { cuts: [{ reason: "operator", askedBy: "cli:test", why: "asked for", outcome: "ended" }] },
    });
    await ended(first);
    await openCalls(0);
    const after = await booksOf(operator);
    expect(after).toMatchObject({ held: 0, open: 0, calls: 10, overrun: between.overrun });
    expect(after.wallet - after.overrun).toBe(MONEY - after.seconds);
  });

  test("and a call that Kamailio does not have is over: what it held comes back soon", async () => {
    const asked = { key: "no-such-call", calling: "442071234567", called: "4930123456", wantedS: 60 };
    expect(await post("authorise", asked)).toMatchObject({ decision: "granted", talkS: 60 });
    const hungUp = await post("hang-up", { sessions: ["no-such-call"], why: "a test" });
    expect(hungUp).toMatchObject({ sessions: [{ key: "no-such-call" }], asked: 1 });
    const [cut] = await doneCuts(11);
    expect(cut).toMatchObject({
      key: "no-such-call",
      reason: "operator",
      askedBy: "http:kamailio",
      outcome: "no-call",
    });
    const { left } = await operator.figures<{ left: number }>(
      `select extract(epoch from expires_at - clock_timestamp())::float8 as left from sessions
       where attempt ->> 'key' = 'no-such-call'`,
    );
    expect(left).toBeLessThanOrEqual(15);
  });
});
