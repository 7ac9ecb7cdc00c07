import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HttpServer, startHttp } from "../../src/server/http/http-server.ts";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import { PushReceiver } from "../../src/server/mediation/receive-push.ts";
import { mediationRoutes } from "../../src/server/mediation/routes.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { asSuperuser, withDatabase } from "../support/database-url.ts";
import { Operator } from "../support/operator.ts";
import { callDocument } from "./call-document.ts";
import { post, type StartedServer, startServer } from "./started-server.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

async function pushedSource() {
  const operator = await Operator.create(db);
  const source = await operator.source("fs-1", "freeswitch-json");
  await operator.flatRate(source, "0.06");
  const request = {
    tenantId: operator.tenantId,
    source: "fs-1",
    revokeEarlier: false,
    actor: testerOf(operator.tenantId),
  };
  return { operator, token: (await issuePushToken(db, request)).token };
}

const STORED = "select count(*)::int as events, coalesce(sum(talked_s), 0)::int as talked_s from usage_events";
const FILE = `select (rows = stored + duplicate + non_billable + quarantined + open) as whole, rows::int, stored::int
  from source_files`;

describe("a server that is killed", () => {
  test.each([1, 10, 60])(
    "after %i answers loses nothing that it answered; a replay stores the rest once",
    async (n) => {
      const { operator, token } = await pushedSource();
      const bodies = Array.from({ length: 200 }, (_, index) => callDocument(`leg-${index}`));
      const doomed = await startServer(db.url);
      let answered = 0;
      const enough = Promise.withResolvers<void>();
      const sent = bodies.map(async (body) => {
        const { status } = await post(doomed.url, { source: "fs-1", token, body });
        answered += 1;
        if (answered === n) enough.resolve();
        return status;
      });
      const settled = Promise.allSettled(sent);
      await enough.promise;
      await doomed.kill();
      const answers = await settled;
      const safe = answers.filter((answer) => answer.status === "fulfilled" && answer.value === 200).length;
      const { events } = await operator.figures<{ events: number }>(STORED);
      expect(events).toBeGreaterThanOrEqual(safe);

      const next = await startServer(db.url);
      const replayed = await Promise.all(bodies.map((body) => post(next.url, { source: "fs-1", token, body })));
      expect(await next.stop()).toMatchObject({ status: 0 });
      expect(replayed.filter(({ status }) => status !== 200)).toEqual([]);
      expect(replayed.filter(({ answer }) => answer.duplicate === 1)).toHaveLength(events);
      expect(await operator.figures(STORED)).toEqual({ events: 200, talked_s: 6_000 });
      expect(await operator.figures(FILE)).toMatchObject({ whole: true, stored: 200, rows: 200 + events });
    },
  );

  test("by SIGTERM answers what is under way, and ends well", async () => {
    const { operator, token } = await pushedSource();
    const server = await startServer(db.url);
    const first = await post(server.url, { source: "fs-1", token, body: callDocument("leg-first") });
    expect(first.status).toBe(200);
    const sent = Promise.allSettled(
      Array.from({ length: 50 }, (_, n) => post(server.url, { source: "fs-1", token, body: callDocument(`leg-${n}`) })),
    );
    const ended = await server.stop();
    expect(ended).toMatchObject({ status: 0 });
    const answers = await sent;
    const safe = answers.filter((answer) => answer.status === "fulfilled" && answer.value.status === 200).length;
    expect((await operator.figures<{ events: number }>(STORED)).events).toBe(1 + safe);
  });
});

describe("a database that is away", () => {
  let server: StartedServer;
  beforeAll(async () => {
    server = await startServer(db.url);
  });
  afterAll(() => server?.stop());

  test("is answered with 503 and a time to come back, and the record is taken when it is back", async () => {
    const { operator, token } = await pushedSource();
    const send = () => post(server.url, { source: "fs-1", token, body: callDocument("leg-1") });
    await openDoor(false);
    const asked = Promise.all([send(), fetch(`${server.url}/readyz`), fetch(`${server.url}/healthz`)]);
    await Promise.allSettled([asked]);
    await openDoor(true);
    const [away, ready, alive] = await asked;
    expect(away).toMatchObject({
      status: 503,
      answer: { status: 503, fix: expect.stringMatching(/^Send the request/) },
    });
    expect(JSON.stringify(away.answer)).not.toMatch(/postgres|DATABASE_URL/); // for the log, and no sender's business
    expect(away.headers.get("retry-after")).toBe("5");
    expect(away.headers.get("content-type")).toBe("application/problem+json");
    expect([ready.status, alive.status]).toEqual([503, 200]);
    expect(await ready.json()).toMatchObject({ code: "not-ready", detail: expect.stringMatching(/: database\.$/) });
    expect(await send()).toMatchObject({ status: 200, answer: { stored: 1 } });
    expect(await operator.figures(STORED)).toMatchObject({ events: 1 });
  });

  /** Ends every connection to the test's database and lets no new one in, or lets them in again. */
  async function openDoor(open: boolean): Promise<void> {
    const [, name] = /\/([^/?]+)(?:\?|$)/.exec(db.url) ?? [];
    const admin = withDatabase(db.url, "postgres");
    await asSuperuser(admin, `alter database ${name} with allow_connections ${open}`);
    if (!open)
      await asSuperuser(
        admin,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`,
      );
  }
});

describe("a request that is wrong", () => {
  let http: HttpServer;
  let receiver: PushReceiver;
  beforeAll(async () => {
    receiver = new PushReceiver(db);
    const log = pino({ level: "silent" });
    const listen = { host: "127.0.0.1", port: 0, requestMsMax: 400 };
    http = await startHttp({ ...listen, db, log, routes: [mediationRoutes(db, receiver)] });
  });
  afterAll(() => http?.close());

  test("too large a body is refused as such, and nothing is stored", async () => {
    const { operator, token } = await pushedSource();
    const answer = await post(http.url, { source: "fs-1", token, body: "x".repeat((1 << 20) + 1) });
    expect(answer).toMatchObject({ status: 413, answer: { code: "request-too-large", fix: expect.any(String) } });
    expect(await operator.figures("select count(*)::int as n from quarantine")).toEqual({ n: 0 });
  });

  test("an unreadable record that quarantine could not keep whole stays with its sender", async () => {
    const { operator, token } = await pushedSource();
    const answer = await post(http.url, { source: "fs-1", token, body: `{"variables":"${"x".repeat(70_000)}"` });
    expect(answer).toMatchObject({ status: 422, answer: { code: "push-not-kept" } });
    expect(await operator.figures("select count(*)::int as n from quarantine")).toEqual({ n: 0 });
  });

  test("an empty body holds nothing to lose", async () => {
    const { token } = await pushedSource();
    expect(await post(http.url, { source: "fs-1", token, body: "" })).toMatchObject({
      status: 400,
      answer: { code: "push-empty" },
    });
  });

  test("a body that does not come to its end is given up, and the server goes on", async () => {
    const { operator, token } = await pushedSource();
    const { hostname, port } = new URL(http.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /v1/sources/fs-1/cdrs HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-length: 1000\r\n\r\n{"va`,
    );
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\ncontent-type: application\/problem\+json\r\n/);
    expect(JSON.parse(answer.slice(answer.indexOf("{")))).toMatchObject({ code: "request-timed-out", status: 408 });
    expect(await post(http.url, { source: "fs-1", token, body: callDocument("leg-1") })).toMatchObject({ status: 200 });
    expect(await operator.figures(STORED)).toMatchObject({ events: 1 });
  });

  test("what is no HTTP gets a problem as well", async () => {
    const { hostname, port } = new URL(http.url);
    const socket = connect(Number(port), hostname);
    socket.write("hello\r\n\r\n");
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 .*"code":"request-invalid"/s);
  });

  test.each<[string, (body: Uint8Array) => Uint8Array<ArrayBuffer>]>([
    ["gzip", (body) => new Uint8Array(gzipSync(body))],
    ["deflate", (body) => new Uint8Array(deflateSync(body))],
    ["br", (body) => new Uint8Array(brotliCompressSync(body))],
  ])("a body in %s is unpacked, and no larger than a plain one may be", async (encoding, pack) => {
    const { operator, token } = await pushedSource();
    const headers = { "content-encoding": encoding };
    const body = pack(new TextEncoder().encode(callDocument("leg-1")));
    expect(await post(http.url, { source: "fs-1", token, body, headers })).toMatchObject({
      status: 200,
      answer: { stored: 1 },
    });
    const bomb = pack(new Uint8Array((1 << 20) + 1));
    expect(await post(http.url, { source: "fs-1", token, body: bomb, headers })).toMatchObject({ status: 413 });
    const plain = callDocument("leg-2");
    expect(await post(http.url, { source: "fs-1", token, body: plain, headers })).toMatchObject({
      status: 400,
      answer: { code: "request-invalid" },
    });
    // Without the header gzip shows itself; the others are binary, of which quarantine could not keep the bytes.
    const unnamed = await post(http.url, { source: "fs-1", token, body });
    const asGzip = { status: 200, answer: { duplicate: 1 } };
    if (encoding === "gzip") expect(unnamed).toMatchObject(asGzip);
    const unnamedBomb = await post(http.url, { source: "fs-1", token, body: bomb });
    if (encoding === "gzip") expect(unnamedBomb).toMatchObject({ status: 413 });
    expect(await operator.figures(STORED)).toMatchObject({ events: 1 });
  });

  test("a content encoding that nobody knows is refused", async () => {
    const { token } = await pushedSource();
    const headers = { "content-encoding": "rot13" };
    expect(await post(http.url, { source: "fs-1", token, body: "x", headers })).toMatchObject({
      status: 415,
      answer: { code: "request-encoding-unknown" },
    });
  });

  test.each([
    ["GET", "/v1/sources/fs-1/cdrs"],
    ["POST", "/v1/nothing"],
    ["GET", "/"],
  ])("%s %s is answered with a problem", async (method, path) => {
    const response = await fetch(`${http.url}${path}`, { method });
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect([response.status, await response.json()]).toMatchObject([404, { code: "route-unknown" }]);
  });

  test("an address that can't be decoded is answered with a problem", async () => {
    const response = await fetch(`${http.url}/v1/sources/%ZZ/cdrs`, { method: "POST" });
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect([response.status, await response.json()]).toMatchObject([400, { code: "request-invalid" }]);
  });

  test("more than is taken at a time is turned away unharmed", async () => {
    const { operator, token } = await pushedSource();
    const body = `${" ".repeat(1 << 19)}${callDocument("leg-1")}`;
    const source = await operator.figures<{ id: string }>("select id from sources");
    const pushed = { tenantId: operator.tenantId, sourceId: source.id };
    const post = { contentType: undefined, body: new TextEncoder().encode(body) };
    const answers = await Promise.allSettled(Array.from({ length: 200 }, () => receiver.receive(pushed, post)));
    const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason.code] : []));
    expect(new Set(refused)).toEqual(new Set(["push-overloaded"]));
    expect(await operator.figures(FILE)).toMatchObject({ whole: true, stored: 1, rows: 200 - refused.length });
    expect(token).toMatch(/^twp_/);
  });
});
