import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PERMISSIONS } from "../../src/core/access/permission.ts";
import { changeUser } from "../../src/server/people/change-user.ts";
import { peopleRoutes } from "../../src/server/people/routes.ts";
import { sessionAuthenticator } from "../../src/server/people/session-authenticator.ts";
import { ApiServer } from "../support/api-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { Browser, makeUser, operatorActor, PASSWORD, peopleOf } from "../support/people.ts";

const NEW_PASSWORD = "another horse, another staple";

let db: TestDatabase;
let folder: string;
let server: ApiServer;
let operator: Operator;
let tenantId: string;
let owner: Browser;
let resellers: readonly [string, string];

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-people-"));
  const people = peopleOf(db, join(folder, "secrets.key"));
  server = await ApiServer.start(db, peopleRoutes(people), { authenticators: [sessionAuthenticator(people)] });
  operator = await Operator.create(db);
  ({ tenantId } = operator);
  const [one, two] = [await operator.account("one"), await operator.account("two")];
  resellers = [one.id, two.id];
  await makeUser(db, tenantId);
  owner = new Browser(server.url);
  await owner.logIn();
});
afterAll(async () => {
  await server.close();
  await db.drop();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await sql("delete from log_in_failures");
});

const sql = <Row extends object>(text: string, values: readonly unknown[] = []) =>
  db.transaction("owner", {}, async (tx) => (await tx.query<Row>(text, values)).rows);

/** What stands behind # in the newest mail to somebody. */
async function tokenFor(email: string): Promise<string> {
  const [mail] = await sql<{ body: string }>(
    "select body from mails where recipient = $1 order by queued_at desc limit 1",
    [email],
  );
  return /https:\/\/billing\.example\.com\/set-password#([\w-]{43})/.exec(mail?.body ?? "")?.[1] ?? "none";
}

const mailsTo = async (email: string) => (await sql("select from mails where recipient = $1", [email])).length;
const invite = (by: Browser, wanted: object) =>
  by.send("POST", "/v1/users", { name: "Somebody", roles: ["support"], ...wanted });
const setByLink = (token: string, password = NEW_PASSWORD) =>
  new Browser(server.url).outcome("POST", "/v1/auth/password", { token, password });

/** Somebody of that account with these roles, logged in. */
async function loggedIn(email: string, roles: readonly string[], accountId: string | null = null) {
  const user = await makeUser(db, tenantId, { email, roles, accountId });
  const browser = new Browser(server.url);
  await browser.logIn(email);
  return { user, browser, patch: patchOf(browser) };
}

const patchOf = (browser: Browser) => (id: string, change: object) =>
  browser.outcome("PATCH", `/v1/users/${id}`, change, { "if-match": "*" });

describe("an invitation", () => {
  test("is a link that works once, and lets in by the password that was chosen", async () => {
    const { status, body } = await invite(owner, { email: "Grace@Example.com", name: "Grace" });
    expect([status, body]).toMatchObject([201, { email: "grace@example.com", state: "invited", roles: ["support"] }]);
    const token = await tokenFor("grace@example.com");
    expect(await setByLink(token, "password1234"), "a weak one leaves the link good").toBe("password-too-weak");
    expect(await setByLink(token, "graceatexample")).toBe("password-too-weak");
    expect(await Promise.all([setByLink(token), setByLink(token)]).then((all) => all.sort())).toEqual([
      204,
      "link-over",
    ]);
    expect(await setByLink(token)).toBe("link-over");
    await new Browser(server.url).logIn("grace@example.com", "full", NEW_PASSWORD);
    const stored = await sql<{ text: string }>("select t::text as text from user_tokens t");
    expect(JSON.stringify(stored)).not.toContain(token);
  });

  test("is over after its time, and replaced by the next", async () => {
    const { body } = await invite(owner, { email: "late@example.com" });
    const first = await tokenFor("late@example.com");
    expect(await owner.outcome("POST", `/v1/users/${body.id}/password-link`)).toBe(204);
    const second = await tokenFor("late@example.com");
    expect(await setByLink(first)).toBe("link-over");
    await sql("update user_tokens set expires_at = clock_timestamp()");
    expect(await setByLink(second)).toBe("link-over");
  });

  test.each<[object, string]>([
    [{ email: "ada@example.com" }, "user-email-taken"],
    [{ email: "no address" }, "user-invalid"],
    [{ email: "x@example.com\r\nBcc: eve@example.net" }, "user-invalid"],
    [{ email: "a@example.com", name: " Ada" }, "user-invalid"],
    [{ email: "a@example.com", roles: ["night-desk"] }, "role-unknown"],
    [{ email: "a@example.com", accountId: "00000000-0000-4000-8000-000000000000" }, "key-account-unknown"],
    [{ email: "a@example.com", state: "active" }, "request-invalid"],
    [{ email: "a@example.com", permissions: ["money:write"] }, "request-invalid"],
    [{ email: "a@example.com", tenantId: "00000000-0000-4000-8000-000000000000" }, "request-invalid"],
  ])("%j is refused: %s", async (wanted, code) => {
    const mails = await sql("select from mails");
    expect((await invite(owner, wanted)).body.code).toBe(code);
    expect(await sql("select from mails"), "and no mail leaves").toHaveLength(mails.length);
  });
});

describe("a forgotten password", () => {
  const ask = (email: string) => new Browser(server.url).send("POST", "/v1/auth/password-reset", { email });

  test("is set anew by mail, whatever sessions there are; who asks learns nothing", async () => {
    const { user, browser } = await loggedIn("forgetful@example.com", ["support"]);
    const [known, unknown] = [await ask("Forgetful@example.com"), await ask("nobody@example.com")];
    expect([known.status, known.body]).toEqual([unknown.status, unknown.body]);
    expect(await mailsTo("nobody@example.com")).toBe(0);
    expect(await setByLink(await tokenFor(user.email))).toBe(204);
    expect(await browser.outcome("GET", "/v1/me")).toBe("log-in-over");
    await new Browser(server.url).logIn(user.email, "full", NEW_PASSWORD);
  });

  test("is set anew by who is locked, and by nobody who is disabled", async () => {
    const { user } = await loggedIn("locked@example.com", ["support"]);
    await patchOf(owner)(user.id, { state: "locked" });
    await ask(user.email);
    const [link, mails] = [await tokenFor(user.email), await mailsTo(user.email)];
    await patchOf(owner)(user.id, { state: "disabled" });
    expect(await setByLink(link)).toBe("link-over");
    await ask(user.email);
    expect(await mailsTo(user.email)).toBe(mails);
    await patchOf(owner)(user.id, { state: "locked" });
    await ask(user.email);
    expect(await setByLink(await tokenFor(user.email))).toBe(204);
    await new Browser(server.url).logIn(user.email, "full", NEW_PASSWORD);
  });

  test("can't be used to flood somebody with mails", async () => {
    await invite(owner, { email: "flooded@example.com" });
    const asked = await Promise.all(Array.from({ length: 12 }, () => ask("flooded@example.com")));
    expect(asked.filter(({ status }) => status === 202).length).toBeLessThanOrEqual(8);
    expect(await mailsTo("flooded@example.com")).toBeLessThanOrEqual(9);
    const unknown = await Promise.all(Array.from({ length: 12 }, () => ask("no-one@example.com")));
    expect(unknown.filter(({ status }) => status === 429).length, "the same for strangers").toBeGreaterThanOrEqual(4);
  });
});

test("who changes the password is logged out everywhere else, and goes on under another token", async () => {
  const { user, browser } = await loggedIn("careful@example.com", ["support"]);
  const other = new Browser(server.url);
  await other.logIn(user.email);
  const before = browser.cookies.get("tollwright");
  const put = (present: string, password: string) => browser.outcome("PUT", "/v1/me/password", { present, password });
  expect(await put("wrong", NEW_PASSWORD)).toBe("password-wrong");
  expect(await put(PASSWORD, "short")).toBe("password-too-weak");
  expect(await put(PASSWORD, NEW_PASSWORD)).toBe(204);
  expect(browser.cookies.get("tollwright")).not.toBe(before);
  expect(await browser.outcome("GET", "/v1/me")).toBe(200);
  expect(await other.outcome("GET", "/v1/me")).toBe("log-in-over");
  await new Browser(server.url).logIn(user.email, "full", NEW_PASSWORD);
});

describe("nobody gets at more than they have", () => {
  test("by a role that they give, define or have", async () => {
    const permissions = ["users:read", "users:write", "calls:read"];
    expect(await owner.outcome("POST", "/v1/roles", { name: "team-lead", permissions })).toBe(201);
    const { user, browser, patch } = await loggedIn("lead@example.com", ["team-lead"]);
    const { user: desk } = await loggedIn("desk@example.com", ["team-lead"]);
    expect((await invite(browser, { email: "b@example.com", roles: ["owner"] })).body.code).toBe(
      "permissions-exceeded",
    );
    expect(await patch(desk.id, { roles: ["finance"] })).toBe("permissions-exceeded");
    expect(await patch(user.id, { roles: ["owner"] })).toBe("own-user-protected");
    expect(await patch(user.id, { state: "active" })).toBe("own-user-protected");
    expect(await patch(user.id, { email: "other@example.com" })).toBe("own-user-protected");
    expect(await patch(user.id, { name: "A lead" })).toBe(200);
    expect(await browser.outcome("PATCH", "/v1/me", { roles: ["owner"] })).toBe("request-invalid");
    const { body } = await browser.send("GET", "/v1/roles");
    const [role] = body.own as { id: string }[];
    const put = (wanted: readonly string[]) => browser.outcome("PUT", `/v1/roles/${role?.id}`, { permissions: wanted });
    expect(await put([...permissions, "money:write"])).toBe("permissions-exceeded");
    expect(await put(["everything"])).toBe("request-invalid");
    expect(await browser.outcome("POST", "/v1/roles", { name: "mine", permissions: PERMISSIONS })).toBe(
      "permissions-exceeded",
    );
    expect(await browser.outcome("DELETE", `/v1/roles/${role?.id}`)).toBe("role-in-use");
    expect(await put(["users:read", "users:write"])).toBe(200);
    expect((await browser.send("GET", "/v1/me")).body.permissions).toEqual(["users:read", "users:write"]);
  });

  test("by another's address or password: who has more than they have is not theirs to change", async () => {
    const { body } = await owner.send("POST", "/v1/roles", {
      name: "clerk",
      permissions: ["users:read", "users:write"],
    });
    expect(body.name).toBe("clerk");
    const { browser, patch } = await loggedIn("clerk@example.com", ["clerk"]);
    const { user: victim } = await loggedIn("victim@example.com", ["owner"]);
    expect(await patch(victim.id, { email: "clerk+1@example.com" })).toBe("user-outranks");
    expect(await patch(victim.id, { state: "disabled" })).toBe("user-outranks");
    expect(await browser.outcome("POST", `/v1/users/${victim.id}/password-link`)).toBe("user-outranks");
    expect(await browser.outcome("DELETE", `/v1/users/${victim.id}/second-factors`)).toBe("user-outranks");
    expect(await browser.outcome("DELETE", `/v1/users/${victim.id}/sessions`)).toBe("user-outranks");
  });

  test("or at accounts that they do not see", async () => {
    const [one, two] = resellers;
    const { browser, patch } = await loggedIn("one@example.com", ["owner"], one);
    const { user: stranger } = await loggedIn("two@example.com", ["owner"], two);
    const { body } = await browser.send("GET", "/v1/users");
    expect((body.items as { email: string }[]).map(({ email }) => email)).toEqual(["one@example.com"]);
    expect(await browser.outcome("GET", `/v1/users/${stranger.id}`)).toBe("user-unknown");
    expect(await patch(stranger.id, { name: "Mine" })).toBe("user-unknown");
    expect((await invite(browser, { email: "c@example.com", accountId: two })).body.code).toBe("key-account-unknown");
    expect((await invite(browser, { email: "d@example.com" })).body).toMatchObject({ accountId: one });
    expect(await browser.outcome("GET", "/v1/log-in-settings")).toBe("operator-only");
    const role = { name: "team-lead", permissions: ["calls:read"] };
    expect(await browser.outcome("POST", "/v1/roles", role), "names are each account's own").toBe(201);
    expect((await invite(owner, { email: "e@example.com", roles: ["team-lead"], accountId: two })).body.code).toBe(
      "role-unknown",
    );
  });
});

test("a change of what was changed meanwhile is refused", async () => {
  const { user } = await loggedIn("changed@example.com", ["support"]);
  const { headers } = await owner.send("GET", `/v1/users/${user.id}`);
  const etag = headers.get("etag") ?? "";
  const patch = () => owner.outcome("PATCH", `/v1/users/${user.id}`, { name: "Other" }, { "if-match": etag });
  expect([await patch(), await patch()]).toEqual([200, "version-changed"]);
});

test("whatever becomes of users is in the audit as a security event", async () => {
  const rows = await sql<{ action: string }>(
    "select distinct action from audit_entries where is_security and object_kind in ('user', 'role') order by action",
  );
  expect(rows.map(({ action }) => action)).toEqual(
    expect.arrayContaining([
      ...["role.changed", "role.created", "user.changed", "user.created", "user.invited", "user.logged-in"],
      ...["user.password-changed", "user.password-reset-asked", "user.password-set"],
    ]),
  );
});

test("the last owner who can log in stays one, also when two go at once", async () => {
  const lone = await Operator.create(db);
  const make = (email: string) => makeUser(db, lone.tenantId, { email });
  const [first, second] = [await make("first@example.org"), await make("second@example.org")];
  const actor = operatorActor(lone.tenantId);
  const outcomes = await Promise.allSettled([
    changeUser(db, actor, first.id, { state: "disabled" }),
    changeUser(db, actor, second.id, { roles: ["support"] }),
  ]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const refused = outcomes.find((outcome) => outcome.status === "rejected");
  expect(refused?.reason).toMatchObject({ code: "last-owner" });
});
