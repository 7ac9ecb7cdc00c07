import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hash } from "@node-rs/argon2";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { changeUser } from "../../src/server/people/change-user.ts";
import { peopleRoutes } from "../../src/server/people/routes.ts";
import { sessionAuthenticator } from "../../src/server/people/session-authenticator.ts";
import type { User } from "../../src/server/people/user.ts";
import { ApiServer } from "../support/api-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { Browser, makeUser, operatorActor, PASSWORD, peopleOf } from "../support/people.ts";

let db: TestDatabase;
let folder: string;
let server: ApiServer;
let tenantId: string;
let ada: User;

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-people-"));
  const people = peopleOf(db, join(folder, "secrets.key"));
  server = await ApiServer.start(db, peopleRoutes(people), { authenticators: [sessionAuthenticator(people)] });
  ({ tenantId } = await Operator.create(db, { name: "Example Telecom" }));
  ada = await makeUser(db, tenantId);
});
afterAll(async () => {
  await server.close();
  await db.drop();
  await rm(folder, { recursive: true });
});
beforeEach(() => sql("delete from log_in_failures"));

const sql = <Row extends object>(text: string, values: readonly unknown[] = []) =>
  db.transaction("owner", {}, async (tx) => (await tx.query<Row>(text, values)).rows);
const browser = (headers: Readonly<Record<string, string>> = {}) => new Browser(server.url, headers);
const tryWith = (one: Browser, email: string, password: string) =>
  one.outcome("POST", "/v1/auth/log-in", { email, password });
/** Waits that have begun do not end during the test, however slow the machine is. */
const holdWaits = () =>
  sql("update log_in_failures set waits_until = waits_until + interval '1 hour' where waits_until > failed_at");
const setState = (id: string, state: string) => sql("update users set state = $2 where id = $1", [id, state]);

test("whoever logs in is known by a cookie that scripts can't read, and by nothing else", async () => {
  const one = browser();
  const { headers } = await one.send("POST", "/v1/auth/log-in", { email: " ADA@example.com", password: PASSWORD });
  const [session, device] = headers.getSetCookie();
  expect(session).toMatch(/^tollwright=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/);
  expect(device).toMatch(/^tollwright-device=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=34560000$/);
  const { body } = await one.send("GET", "/v1/me");
  expect(body).toMatchObject({ kind: "user", name: "user:ada@example.com", user: { id: ada.id, state: "active" } });
  expect(await browser().outcome("GET", "/v1/me")).toBe("not-signed-in");
  const stored = await sql<{ text: string }>(
    "select s::text as text from user_sessions s union all select d::text from known_devices d",
  );
  for (const token of one.cookies.values()) expect(JSON.stringify(stored)).not.toContain(token);
});

test("where it is not this machine, cookies are for this host and TLS alone", async () => {
  const people = peopleOf(db, join(folder, "secrets.key"), "https://billing.example.com");
  const behindProxy = await ApiServer.start(db, peopleRoutes(people), {
    authenticators: [sessionAuthenticator(people)],
  });
  try {
    const one = new Browser(behindProxy.url, { origin: "https://billing.example.com" });
    await one.logIn();
    expect([...one.cookies.keys()]).toEqual(["__Host-tollwright", "__Host-tollwright-device"]);
    const { headers } = await one.send("POST", "/v1/auth/log-in", { email: ada.email, password: PASSWORD });
    for (const line of headers.getSetCookie()) expect(line).toMatch(/; Secure$/);
    const planted = new Browser(behindProxy.url, { origin: "https://billing.example.com" });
    planted.cookies.set("tollwright", one.cookies.get("__Host-tollwright") ?? "");
    expect(await planted.outcome("GET", "/v1/me"), "a name that another host may set").toBe("not-signed-in");
  } finally {
    await behindProxy.close();
  }
});

describe("who is refused hears the same, for the same work", () => {
  test.each<[string, string, string, string | null]>([
    ["a wrong password", "ada@example.com", "wrong horse battery staple", null],
    ["somebody unknown", "eve@example.com", PASSWORD, null],
    ["no address at all", "'; drop table users; --", PASSWORD, null],
    ["who is disabled", "ada@example.com", PASSWORD, "disabled"],
    ["who is locked", "ada@example.com", PASSWORD, "locked"],
    ["who has no password yet", "ada@example.com", PASSWORD, "invited"],
  ])("%s", async (_who, email, password, state) => {
    if (state !== null) await setState(ada.id, state);
    const { status, body } = await browser().send("POST", "/v1/auth/log-in", { email, password });
    await setState(ada.id, "active");
    const { requestId, ...said } = body as { requestId: string };
    const other = await browser().send("POST", "/v1/auth/log-in", { email: "nobody@example.com", password: "x" });
    const { requestId: another, ...saidToOthers } = other.body as { requestId: string };
    expect({ status, said }).toEqual({ status: 401, said: saidToOthers });
    expect(requestId).not.toBe(another);
  });

  test("the audit knows why, and has no password", async () => {
    await tryWith(browser(), ada.email, "wrong horse battery staple");
    const [last] = await sql<{ text: string }>(
      "select a::text as text from audit_entries a where action = 'user.log-in-refused' order by happened_at desc limit 1",
    );
    expect(last?.text).toContain(`{""why"":""password""}`);
    expect(last?.text).not.toContain("horse");
  });
});

describe("guessing", () => {
  test("waits after five failures, many at once included, and who waits is not counted", async () => {
    const tries = await Promise.all(
      Array.from({ length: 30 }, () => tryWith(browser(), ada.email, "a wrong password")),
    );
    const counted = tries.filter((outcome) => outcome === "log-in-refused").length;
    expect(counted).toBeLessThanOrEqual(10);
    expect(tries.filter((outcome) => outcome === "log-in-throttled")).toHaveLength(30 - counted);
    await holdWaits();
    const { status, headers, body } = await browser().send("POST", "/v1/auth/log-in", {
      email: ada.email,
      password: PASSWORD,
    });
    expect([status, (body as { code: string }).code]).toEqual([429, "log-in-throttled"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("unknown people are throttled just so", async () => {
    for (let count = 1; count <= 6; count++) await tryWith(browser(), "eve@example.com", "a wrong password");
    await holdWaits();
    expect(await tryWith(browser(), "Eve@Example.com", "a wrong password")).toBe("log-in-throttled");
  });

  test("strangers do not keep the owner out of a browser that they have used before", async () => {
    const own = browser();
    await own.logIn();
    for (let count = 1; count <= 6; count++) await tryWith(browser(), ada.email, "a wrong password");
    await holdWaits();
    expect(await tryWith(browser(), ada.email, PASSWORD), "a strange browser waits").toBe("log-in-throttled");
    await own.logIn();
  });

  test("failures are forgotten once somebody gets in, and a wait ends", async () => {
    for (let count = 1; count <= 6; count++) await tryWith(browser(), ada.email, "a wrong password");
    await sql("update log_in_failures set waits_until = clock_timestamp()");
    await browser().logIn();
    const [row] = await sql<{ most: number }>("select max(failures) as most from log_in_failures");
    expect(row?.most, "those of the address alone stay").toBe(6);
    expect(await tryWith(browser(), ada.email, "a wrong password")).toBe("log-in-refused");
  });
});

describe("a session", () => {
  test("is one that nobody had before: a planted cookie is worth nothing, and an old one ends", async () => {
    const one = browser();
    one.cookies.set("tollwright", "A".repeat(43));
    await one.logIn();
    const first = one.cookies.get("tollwright") ?? "";
    expect(first).not.toBe("A".repeat(43));
    await one.logIn();
    const thief = browser();
    thief.cookies.set("tollwright", first);
    expect(await thief.outcome("GET", "/v1/me")).toBe("log-in-over");
    expect(await one.outcome("GET", "/v1/me")).toBe(200);
  });

  test.each<[string, string]>([
    ["unused for too long", "seen_at = seen_at - make_interval(secs => idle_s + 1)"],
    ["too old", "expires_at = clock_timestamp()"],
  ])("is over when it is %s", async (_why, change) => {
    const one = browser();
    await one.logIn();
    await sql(`update user_sessions set ${change} where user_id = $1`, [ada.id]);
    expect(await one.outcome("GET", "/v1/me")).toBe("log-in-over");
  });

  test("ends everywhere else, in one place, or by logging out", async () => {
    await sql("delete from user_sessions");
    const [desk, phone, tablet] = [browser(), browser({ "user-agent": "Phone" }), browser()];
    for (const one of [desk, phone, tablet]) await one.logIn();
    const { body } = await desk.send("GET", "/v1/me/sessions");
    const items = body.items as { id: string; isThis: boolean; userAgent: string; address: string }[];
    expect(items.map(({ isThis }) => isThis).sort()).toEqual([false, false, true]);
    const ofPhone = items.find(({ userAgent }) => userAgent === "Phone");
    expect(ofPhone?.address).toBe("127.0.0.1");
    expect((await desk.send("DELETE", `/v1/me/sessions/${ofPhone?.id}`)).body).toEqual({ ended: 1 });
    expect(await phone.outcome("GET", "/v1/me")).toBe("log-in-over");
    expect((await desk.send("DELETE", "/v1/me/sessions")).body).toEqual({ ended: 1 });
    expect(await tablet.outcome("GET", "/v1/me")).toBe("log-in-over");
    expect(await desk.outcome("POST", "/v1/auth/log-out")).toBe(204);
    expect(desk.cookies.has("tollwright")).toBe(false);
    expect(await sql("select from user_sessions")).toEqual([]);
  });

  test("of somebody else is not theirs to end", async () => {
    const grace = await makeUser(db, tenantId, { email: "grace@example.com", name: "Grace" });
    const [hers, his] = [browser(), browser()];
    await hers.logIn(grace.email);
    await his.logIn();
    const { body } = await his.send("GET", "/v1/me/sessions");
    const [session] = body.items as { id: string }[];
    expect((await hers.send("DELETE", `/v1/me/sessions/${session?.id}`)).body).toEqual({ ended: 0 });
    expect(await his.outcome("GET", "/v1/me")).toBe(200);
  });

  test("ends at once for who is disabled, and may do less at once whose roles change", async () => {
    const mary = await makeUser(db, tenantId, { email: "mary@example.com", name: "Mary" });
    const one = browser();
    await one.logIn(mary.email);
    expect(await one.outcome("GET", "/v1/users")).toBe(200);
    await changeUser(db, operatorActor(tenantId), mary.id, { roles: ["support"] });
    expect(await one.outcome("GET", "/v1/users")).toBe("permission-missing");
    await changeUser(db, operatorActor(tenantId), mary.id, { state: "disabled" });
    expect(await one.outcome("GET", "/v1/me")).toBe("log-in-over");
  });
});

describe("a page of another site", () => {
  test.each<[string, Record<string, string>, string | number]>([
    ["of our own", {}, 200],
    ["of our own, in a browser without fetch metadata", { "sec-fetch-site": "" }, 200],
    ["of another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }, "foreign-page"],
    ["of another site, in an old browser", { origin: "https://evil.example", "sec-fetch-site": "" }, "foreign-page"],
    ["of another host of the domain", { "sec-fetch-site": "same-site" }, "foreign-page"],
    ["of a sandbox", { origin: "null" }, "foreign-page"],
    ["that says nothing", { origin: "", "sec-fetch-site": "" }, "foreign-page"],
  ])("changes nothing with our cookie: %s", async (_what, headers, outcome) => {
    const one = browser();
    await one.logIn();
    expect(await one.outcome("PATCH", "/v1/me", { name: "Ada L" }, headers)).toBe(outcome);
  });

  test("can't log its visitor in as somebody else, while a program that says nothing can", async () => {
    const foreign = browser({ origin: "https://evil.example", "sec-fetch-site": "cross-site" });
    expect(await tryWith(foreign, ada.email, PASSWORD)).toBe("foreign-page");
    expect(await tryWith(browser({ origin: "", "sec-fetch-site": "" }), ada.email, PASSWORD)).toBe(200);
  });
});

test("a hash of another cost is made anew when its owner logs in, and is none of anybody else's", async () => {
  const old = await hash(PASSWORD, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
  await sql("update user_passwords set hash = $2 where user_id = $1", [ada.id, old]);
  await browser().logIn();
  const [row] = await sql<{ hash: string }>("select hash from user_passwords where user_id = $1", [ada.id]);
  expect(row?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  await browser().logIn();
});

test("among several operators the name says which; without it nobody is let in", async () => {
  const other = await Operator.create(db, { name: "Other Telecom" });
  await makeUser(db, other.tenantId, { name: "Another Ada" });
  const one = browser();
  expect(await tryWith(one, ada.email, PASSWORD)).toBe("log-in-refused");
  const named = { email: ada.email, password: PASSWORD, tenant: "other telecom" };
  expect(await one.outcome("POST", "/v1/auth/log-in", named)).toBe(200);
  expect((await one.send("GET", "/v1/me")).body).toMatchObject({ tenantId: other.tenantId });
  expect(await one.outcome("POST", "/v1/auth/log-in", { ...named, tenant: "No Telecom" })).toBe("log-in-refused");
});
