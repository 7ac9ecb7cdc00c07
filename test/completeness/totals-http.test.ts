import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { totalsRoutes } from "../../src/server/completeness/routes.ts";
import { startHttp } from "../../src/server/http/http-server.ts";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { FREESWITCH_MAPPING } from "../support/switch-files.ts";
import { Site } from "./site.ts";

let db: TestDatabase;
let http: Awaited<ReturnType<typeof startHttp>>;
beforeAll(async () => {
  db = await testDatabase();
  http = await startHttp({
    host: "127.0.0.1",
    port: 0,
    db,
    log: pino({ level: "silent" }),
    routes: [totalsRoutes(db)],
  });
});
afterAll(async () => {
  await http?.close();
  await db?.drop();
});

test("a switch posts its totals with its own token, and the report compares them", async () => {
  const site = await Site.create(db);
  await site.source("sbc", "freeswitch-csv", { mapping: FREESWITCH_MAPPING });
  const { tenantId } = site.operator;
  const { token } = await issuePushToken(db, {
    tenantId,
    source: "sbc",
    revokeEarlier: false,
    actor: testerOf(tenantId),
  });
  const post = async (body: string, secret: string, query = "") => {
    const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
    const response = await fetch(`${http.url}/v1/sources/sbc/totals${query}`, { method: "POST", headers, body });
    return [response.status, await response.json()];
  };
  const body = JSON.stringify([{ period: "2026-03-10", calls: 3 }]);
  expect(await post(body, "twp_wrong")).toEqual([401, expect.objectContaining({ code: "push-unauthorised" })]);
  expect(await post("{}", token)).toEqual([422, expect.objectContaining({ code: "totals-invalid" })]);
  expect(await post(body, token, "?countedBy=noon")).toEqual([
    400,
    expect.objectContaining({ code: "request-invalid" }),
  ]);
  expect(await post(body, token)).toEqual([200, { totals: 1 }]);
  expect(await post(body, token)).toEqual([200, { totals: 1 }]);
  const { sources } = await site.report();
  expect(sources[0]?.findings).toMatchObject([{ kind: "totals-differ", count: 3 }]);
});
