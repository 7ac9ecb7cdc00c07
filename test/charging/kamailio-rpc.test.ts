import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { now } from "../../src/clock.ts";
import { allDialogs, readKamailioDialogs } from "../../src/protocol/json-rpc/kamailio-dialog.ts";
import { Charging } from "../../src/server/charging/charging.ts";
import { chargingRoutes } from "../../src/server/charging/routes.ts";
import { type HttpServer, startHttp } from "../../src/server/http/http-server.ts";
import { JsonRpcClient } from "../../src/server/json-rpc/json-rpc-client.ts";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import type { CallToCut } from "../../src/server/switches/call-cutter.ts";
import { startKamailioRpc } from "../../src/server/switches/start-kamailio-rpc.ts";
import type { SwitchListener } from "../../src/server/switches/switch-listener.ts";
import { testerOf } from "../support/actor.ts";
import { cutsUntil } from "../support/cuts-until.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { ended, KamailioRig } from "../support/kamailio-rig.ts";
import { anyRate, Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";
import { hasKamailio } from "../support/sip.ts";

const GUIDE = new URL("../../docs/guides/kamailio-charging.md", import.meta.url);
/** For one call of any length, and a little more; the credit is for many. */
const MONEY = 20_000;
const REPORT = { unusable: expect.fail, failed: expect.fail };

let db: TestDatabase;
let operator: Operator;
let http: HttpServer;
let rig: KamailioRig;
let kamailio: SwitchListener;

/** The calls that are up, as whoever ends them knows them. */
async function openCalls(count: number): Promise<readonly CallToCut[]> {
  for (;;) {
    const { rows } = await db.session((client) =>
      client.query<CallToCut>(
        `select id, tenant_id as "tenantId", source_id as "sourceId", attempt from tollwright.sessions where state = 'open'`,
      ),
    );
    if (rows.length === count) return rows;
    await sleep(20);
  }
}

/** Until so many calls have talked for a second or more, as Kamailio counts. */
async function untilTalking(count: number): Promise<void> {
  const client = new JsonRpcClient({ url: rig.rpcUrl, authorization: null, timeoutMs: 5_000 });
  for (;;) {
    const answer = await client.command(allDialogs);
    const dialogs = answer.kind === "result" ? readKamailioDialogs(answer.result) : [];
    const untilS = now().epochMilliseconds / 1_000 - 2;
    if (dialogs.filter(({ startedAtS }) => startedAtS !== null && startedAtS <= untilS).length === count) return;
    await sleep(50);
  }
}

describe.skipIf(!hasKamailio())("calls that are ended by JSON-RPC at a Kamailio that asked by HTTP", () => {
  beforeAll(async () => {
    db = await testDatabase();
    operator = await Operator.create(db);
    const { tenantId } = operator;
    rig = await KamailioRig.create();
    const jsonRpc = { switch: "kamailio", url: rig.rpcUrl };
    await operator.source("kamailio", "kamailio-acc", { jsonRpc });
    const money = { amount: String(MONEY), credit: "1000000" };
    await prepaidCustomer(operator, { ...money, rates: [anyRate("49", "60")], match: { callingPrefix: "44" } });
    const routes = [chargingRoutes(db, new Charging(db))];
    http = await startHttp({ host: "127.0.0.1", port: 0, db, log: pino({ level: "silent" }), routes });
    const asked = { tenantId, source: "kamailio", revokeEarlier: false, actor: testerOf(tenantId) };
    const { token } = await issuePushToken(db, asked);
    await rig.start(GUIDE, [["twp_TOKEN@127.0.0.1:8080", `${token}@${new URL(http.url).host}`]]);
    kamailio = await startKamailioRpc(db, REPORT);
  });
  afterAll(async () => {
    await kamailio?.close();
    await rig?.stop();
    await http?.close();
    await db?.drop();
  });

  test("are given BYE on both sides, and their sessions end with what they talked", async () => {
    const callers = await rig.callers("wait", "4420", ["-m", "10", "-r", "10"]);
    const calls = await openCalls(10);
    await untilTalking(10);
    const outcomes = await Promise.all(calls.map((call) => kamailio.cutter?.cut(call)));
    expect(outcomes).toEqual(calls.map(() => ({ kind: "ended" })));
    await ended(callers);
    await openCalls(0);
    const { wallet, seconds, ...rest } = await booksOf(operator);
    expect(rest).toEqual({ overrun: 0, held: 0, open: 0, calls: 10 });
    expect(wallet).toBe(MONEY - seconds);
    expect(await kamailio.cutter?.cut(calls[0] as CallToCut)).toEqual({ kind: "no-call" });
  });

  test("end when the money does, the latest of them: what they talked is charged to the nano", async () => {
    const before = await booksOf(operator);
    const first = await rig.callers("wait", "4420", ["-m", "1"]);
    await openCalls(1);
    const others = await rig.callers("wait", "4421", ["-m", "3", "-r", "10"]);
    await openCalls(4);
    await untilTalking(4);
    await db.session((client) => client.query("update tollwright.accounts set credit_limit = 0"));
    expect(await cutsUntil(db, kamailio.cutter, 3)).toEqual(Array(3).fill("money-ended ended"));
    await ended(others);
    const [kept] = await openCalls(1);
    expect(await kamailio.cutter?.cut(kept as CallToCut)).toEqual({ kind: "ended" });
    await ended(first);
    await openCalls(0);
    const { wallet, overrun, seconds, held, calls } = await booksOf(operator);
    expect({ held, calls }).toEqual({ held: 0, calls: before.calls + 4 });
    expect(before.wallet - wallet + overrun).toBe(seconds - before.seconds);
  });
});
