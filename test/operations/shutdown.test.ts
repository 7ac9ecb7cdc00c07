import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { issuePushToken } from "../../src/server/mediation/push-token.ts";
import { callDocument } from "../mediation-http/call-document.ts";
import { testerOf } from "../support/actor.ts";
import { startTollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { booksOf, prepaidCustomer } from "../support/prepaid-customer.ts";

let db: TestDatabase;
let folder: string;

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-shutdown-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await db?.drop();
});

/** A switch of Ada's, with its token. */
async function site(settings: object = {}) {
  const operator = await Operator.create(db);
  await prepaidCustomer(operator);
  await operator.source("fs-1", "freeswitch-json", settings);
  const { tenantId } = operator;
  const order = { tenantId, source: "fs-1", revokeEarlier: false, actor: testerOf(tenantId) };
  return { operator, token: (await issuePushToken(db, order)).token };
}

async function started(env: Readonly<Record<string, string>> = {}) {
  const { child, ended } = startTollwright(["start"], {
    ...{ DATABASE_URL: db.url, TOLLWRIGHT_DATA_DIR: folder, TOLLWRIGHT_HTTP_PORT: "0", ...env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await expect.poll(() => said, { timeout: 60_000 }).toMatch(/^Listening on /m);
  const url = /^Listening on (\S+)$/m.exec(said)?.[1] ?? "";
  const stopping = () => expect.poll(() => said, { timeout: 20_000 }).toMatch(/^Stopping\./m);
  return { child, ended, url, stopping, said: () => said };
}

/** The head of a post, and what is left of its body to be sent. */
async function halfSent(url: string, token: string, path: string, body: string): Promise<[Socket, rest: string]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  const head = [
    `POST /v1/sources/fs-1/${path} HTTP/1.1`,
    ...[`host: ${hostname}`, `authorization: Bearer ${token}`, "content-type: application/json"],
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body.slice(0, 10)}`);
  return [socket, body.slice(10)];
}

describe("a process that is told to end", () => {
  test("finishes a post and a call that are under way, lets nobody new in, and ends well", async () => {
    const { operator, token } = await site();
    const { child, ended, url, stopping } = await started();
    const [post, restOfPost] = await halfSent(url, token, "cdrs", callDocument("leg-1"));
    const call = JSON.stringify({ key: "c-1", calling: "442071234567", called: "4930123456", accountCode: "ada" });
    const [asked, restOfCall] = await halfSent(url, token, "sessions/authorise", call);
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200); // its requests before are taken
    child.kill("SIGTERM");
    await stopping();
    await expect
      .poll(() =>
        fetch(`${url}/readyz`).then(
          ({ status }) => status,
          () => "refused",
        ),
      )
      .toBe("refused");
    post.write(restOfPost);
    asked.write(restOfCall);
    expect(await text(post)).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close[\s\S]*"rows":1/i);
    expect(await text(asked)).toMatch(/^HTTP\/1\.1 200 [\s\S]*"decision":"granted"/);
    expect((await ended).status).toBe(0);
    expect(await booksOf(operator)).toMatchObject({ open: 1 });
  });

  test("says that it is not ready while it drains, and takes requests all the same", async () => {
    const { token } = await site();
    const { child, ended, url, stopping } = await started({ TOLLWRIGHT_DRAIN_S: "2" });
    child.kill("SIGTERM");
    await stopping();
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { detail: expect.stringContaining("stopping") }]);
    const headers = { authorization: `Bearer ${token}` };
    const post = await fetch(`${url}/v1/sources/fs-1/cdrs`, { method: "POST", headers, body: callDocument("leg-2") });
    expect(post.status).toBe(200);
    expect((await ended).status).toBe(0);
  });

  test("finishes the file that is being imported, and leaves the others to the next process", async () => {
    const dir = join(folder, "incoming");
    await mkdir(dir);
    const { operator } = await site({ folder: { dir, doneDir: join(folder, "done"), settleS: 0 } });
    for (const file of ["a", "b"])
      await writeFile(
        join(dir, `${file}.json`),
        Array.from({ length: 2_000 }, (_, n) => callDocument(`${file}-${n}`)).join("\n"),
      );
    const first = await started();
    const files = () =>
      operator.figures<{ begun: number; rows: number }>(
        "select count(*)::int as begun, coalesce(sum(rows), 0)::int as rows from source_files",
      );
    await expect.poll(async () => (await files()).begun, { timeout: 60_000, interval: 10 }).toBe(1);
    first.child.kill("SIGTERM");
    expect((await first.ended).status).toBe(0);
    expect(await files()).toEqual({ begun: 1, rows: 2_000 });
    const second = await started();
    await expect.poll(files, { timeout: 60_000 }).toEqual({ begun: 2, rows: 4_000 });
    second.child.kill("SIGTERM");
    expect((await second.ended).status).toBe(0);
  });

  test("waits no longer than it is allowed to, and names what was left", async () => {
    const { token } = await site();
    const { child, ended, url, stopping } = await started({ TOLLWRIGHT_SHUTDOWN_S: "1" });
    const [post] = await halfSent(url, token, "cdrs", callDocument("leg-3"));
    post.on("error", () => undefined); // it is reset when the process goes
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
    child.kill("SIGTERM");
    await stopping();
    const { status, stderr } = await ended;
    expect(stderr).toMatch(/Not finished within 1 s, and broken off: requests over HTTP, posted records, charging/);
    expect(status).toBe(143);
  });

  test("ends at once when it is told again", async () => {
    const { token } = await site();
    const { child, ended, url, stopping } = await started({ TOLLWRIGHT_SHUTDOWN_S: "600" });
    const [post] = await halfSent(url, token, "cdrs", callDocument("leg-4"));
    post.on("error", () => undefined);
    child.kill("SIGTERM");
    await stopping();
    child.kill("SIGTERM");
    expect((await ended).status).toBe(143);
  });
});
