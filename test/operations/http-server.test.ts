import { once } from "node:events";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { request as plainRequest } from "node:http";
import { request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect as connectTls, type TLSSocket } from "node:tls";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type HttpOptions, type HttpServer, startHttp } from "../../src/server/http/http-server.ts";
import { Readiness } from "../../src/server/http/readiness.ts";
import { HttpTls, type TlsReport } from "../../src/server/http/tls-files.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { TestAuthority } from "../support/test-authority.ts";

let db: TestDatabase;
let authority: TestAuthority;
let folder: string;

beforeAll(async () => {
  db = await testDatabase();
  authority = new TestAuthority();
  folder = await mkdtemp(join(tmpdir(), "tollwright-http-"));
});
afterAll(async () => {
  authority.remove();
  await rm(folder, { recursive: true });
  await db?.drop();
});

async function serve(options: Partial<HttpOptions> = {}): Promise<HttpServer> {
  const log = pino({ level: "silent" });
  const http = await startHttp({ host: "127.0.0.1", port: 0, db, log, routes: [], ...options });
  onTestFinished(() => http.close());
  return http;
}

const NO_REPORT: TlsReport = { renewed: () => undefined, failed: (error) => expect.fail(String(error)) };
const portOf = ({ url }: HttpServer): number => Number(new URL(url).port);

describe("every answer", () => {
  const failing = async (app: Parameters<HttpOptions["routes"][number]>[0]) => {
    app.get("/fails", async () => {
      throw new Error("inside");
    });
    app.get("/waits", async () => await new Promise(() => undefined));
  };

  test.each<[string, string, number, string]>([
    // method, path, status, why
    ["GET", "/healthz", 200, "one that is well"],
    ["GET", "/nothing", 404, "one of no route"],
    ["GET", "/fails", 500, "a fault of our own"],
    ["GET", "/%ZZ", 400, "what fails before any route"],
    ["OPTIONS", "/healthz", 404, "another method"],
  ])("of %s %s has the headers that browsers need (%i)", async (method, path, status) => {
    const http = await serve({ routes: [failing] });
    const response = await fetch(`${http.url}${path}`, { method });
    expect(response.status).toBe(status);
    const { headers } = response;
    expect(headers.get("content-security-policy")).toMatch(/default-src 'none'; frame-ancestors 'none'/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("strict-transport-security")).toBeNull();
    for (const name of ["server", "x-powered-by"]) expect(headers.get(name)).toBeNull();
    expect(await response.text()).not.toContain("inside");
  });

  test("to what is no HTTP has them, too", async () => {
    const socket = connect(portOf(await serve()), "127.0.0.1");
    socket.write("hello\r\n\r\n");
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 [\s\S]*x-content-type-options: nosniff\r\n/);
  });

  test("comes to who sends as slowly as possible, and then the connection ends", async () => {
    const socket = connect(portOf(await serve({ requestMsMax: 200 })), "127.0.0.1");
    socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\n");
    const drip = setInterval(() => socket.writable && socket.write("x-a: b\r\n"), 20);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
  });

  test("to headers without an end says so", async () => {
    const socket = connect(portOf(await serve()), "127.0.0.1");
    socket.write(`GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: ${"x".repeat(20_000)}`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 [\s\S]*its headers are too long/);
  });
});

describe("a host that nobody knows", () => {
  test.each<[string, string, number, string]>([
    // host, path, status, why
    ["billing.example.com", "/nothing", 404, "known"],
    ["BILLING.example.com:8443", "/nothing", 404, "as anybody writes it, with a port"],
    ["[::1]:8080", "/nothing", 404, "an address"],
    ["evil.example", "/nothing", 421, "somebody else's name for this machine"],
    ["billing.example.com.evil.example", "/nothing", 421, "one that begins like ours"],
    ["evil.example", "/healthz", 200, "balancers ask by any name"],
  ])("%s is answered at %s with %i (%s)", async (host, path, status) => {
    const http = await serve({ names: ["billing.example.com", "[::1]"] });
    const asked = plainRequest(`${http.url}${path}`, { headers: { host } }).end();
    const [answer] = await once(asked, "response");
    answer.resume();
    expect(answer.statusCode).toBe(status);
  });
});

describe("readiness", () => {
  test("names what is missing, and nothing from inside", async () => {
    const readiness = new Readiness([() => "outage", () => null, async () => "database"]);
    const response = await fetch(`${(await serve({ readiness })).url}/readyz`);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    expect(await response.json()).toMatchObject({
      code: "not-ready",
      detail: expect.stringMatching(/: outage, database\.$/),
    });
  });

  test("ends with the process, while that still answers", async () => {
    const readiness = new Readiness([]);
    const { url } = await serve({ readiness });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    readiness.end();
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ code: "not-ready" });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

describe("a server that closes", () => {
  test("finishes what it has begun, ends the connection with it, and lets nobody new in", async () => {
    const answer = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const slow = async (app: Parameters<HttpOptions["routes"][number]>[0]) => {
      app.get("/slow", async () => {
        begun.resolve();
        return { said: await answer.promise };
      });
    };
    const http = await serve({ routes: [slow] });
    const asked = fetch(`${http.url}/slow`);
    await begun.promise;
    const closed = http.close();
    await expect
      .poll(() =>
        fetch(http.url).then(
          () => "open",
          () => "closed",
        ),
      )
      .toBe("closed");
    answer.resolve("done");
    const answered = await asked;
    expect(answered.headers.get("connection")).toBe("close");
    expect(await answered.json()).toEqual({ said: "done" });
    await closed;
  });
});

/** A certificate in files that can be replaced. */
async function certified(host: string) {
  const files = { httpTlsCert: join(folder, `${host}.cert`), httpTlsKey: join(folder, `${host}.key`), httpTlsCa: null };
  const put = async (from: ReturnType<TestAuthority["certify"]>) => {
    await copyFile(from.keyFile, files.httpTlsKey);
    await copyFile(from.certFile, files.httpTlsCert);
  };
  await put(authority.certify(host));
  return { files, put };
}

async function secureSocket(http: HttpServer, options: object = {}): Promise<TLSSocket> {
  const socket = connectTls({
    host: "127.0.0.1",
    port: portOf(http),
    ca: authority.ca,
    servername: "a.test",
    ...options,
  });
  await once(socket, "secureConnect");
  onTestFinished(() => void socket.destroy());
  return socket;
}

describe("HTTP within TLS", () => {
  test("is HTTP 1.1 with a year of nothing else, and plain HTTP is not answered", async () => {
    const { files } = await certified("a.test");
    const http = await serve({ tls: await HttpTls.open(files, NO_REPORT) });
    expect(http.url).toMatch(/^https:/);
    const asked = request(`${http.url}/healthz`, { ca: authority.ca, servername: "a.test" }).end();
    const [answer] = await once(asked, "response");
    expect(answer.headers["strict-transport-security"]).toMatch(/max-age=31536000/);
    expect(JSON.parse(await text(answer))).toEqual({ status: "ok" });
    await expect(fetch(http.url.replace("https", "http"))).rejects.toThrow();
  });

  test("is spoken by nothing older than TLS 1.2", async () => {
    const { files } = await certified("a.test");
    const http = await serve({ tls: await HttpTls.open(files, NO_REPORT) });
    const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    await expect(secureSocket(http, old)).rejects.toThrow();
    expect((await secureSocket(http, { maxVersion: "TLSv1.2" })).getProtocol()).toBe("TLSv1.2");
  });

  test("takes a new certificate up, and open connections stay", async () => {
    const { files, put } = await certified("a.test");
    const renewed = Promise.withResolvers<string>();
    const tls = await HttpTls.open(files, { ...NO_REPORT, renewed: renewed.resolve, failed: () => undefined });
    const http = await serve({ tls, tlsLookMs: 10 });
    const before = await secureSocket(http);
    const first = before.getPeerCertificate().serialNumber;
    await put(authority.certify("a.test"));
    expect(await renewed.promise).toMatch(/GMT$/);
    expect((await secureSocket(http)).getPeerCertificate().serialNumber).not.toBe(first);
    before.write("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    expect(await text(before)).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("keeps the old certificate where the new one can't be used", async () => {
    const { files } = await certified("a.test");
    const failed = Promise.withResolvers<unknown>();
    const http = await serve({
      tls: await HttpTls.open(files, { ...NO_REPORT, failed: failed.resolve }),
      tlsLookMs: 10,
    });
    await copyFile(authority.certify("b.test").keyFile, files.httpTlsKey); // a key without its certificate
    expect(String(await failed.promise)).toMatch(/TOLLWRIGHT_HTTP_TLS_CERT/);
    expect((await secureSocket(http)).authorized).toBe(true);
  });

  test("asks for a client's certificate where an authority is named", async () => {
    const { files } = await certified("a.test");
    const http = await serve({ tls: await HttpTls.open({ ...files, httpTlsCa: authority.caFile }, NO_REPORT) });
    const ask = async (options: object) => {
      const socket = await secureSocket(http, options);
      socket.on("error", () => undefined); // it may be reset instead of closed
      socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
      return await text(socket).catch(() => "");
    };
    const { cert, key } = authority.certify("client.test");
    expect(await ask({ cert, key })).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask({})).toBe("");
  });

  test("does not begin with half of its settings", async () => {
    const { files } = await certified("a.test");
    const half = HttpTls.open({ ...files, httpTlsKey: null }, NO_REPORT);
    await expect(half).rejects.toMatchObject({ code: "tls-file-unreadable" });
  });
});
