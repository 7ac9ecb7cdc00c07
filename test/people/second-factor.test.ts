import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { changeLogInSettings } from "../../src/server/people/change-log-in-settings.ts";
import { INITIAL_LOG_IN_SETTINGS } from "../../src/server/people/log-in-settings.ts";
import { resetSecondFactors } from "../../src/server/people/reset-second-factors.ts";
import { peopleRoutes } from "../../src/server/people/routes.ts";
import { sessionAuthenticator } from "../../src/server/people/session-authenticator.ts";
import type { User } from "../../src/server/people/user.ts";
import { ApiServer } from "../support/api-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { Browser, codeOf, makeUser, operatorActor, PASSWORD, peopleOf } from "../support/people.ts";

let db: TestDatabase;
let folder: string;
let server: ApiServer;
let tenantId: string;
let user: User;
let count = 0;

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-people-"));
  const people = peopleOf(db, join(folder, "secrets.key"));
  server = await ApiServer.start(db, peopleRoutes(people), { authenticators: [sessionAuthenticator(people)] });
  ({ tenantId } = await Operator.create(db));
});
afterAll(async () => {
  await server.close();
  await db.drop();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await sql("delete from log_in_failures");
  user = await makeUser(db, tenantId, { email: `user${++count}@example.com` });
});

const sql = <Row extends object>(text: string, values: readonly unknown[] = []) =>
  db.transaction("owner", {}, async (tx) => (await tx.query<Row>(text, values)).rows);
/** Waits that have begun do not end during the test, however slow the machine is. */
const holdWaits = () =>
  sql("update log_in_failures set waits_until = waits_until + interval '1 hour' where waits_until > failed_at");
const prove = (one: Browser, code: string, kind = "totp") =>
  one.outcome("POST", "/v1/auth/second-factor", { kind, code });
/** As if the codes so far had been of an hour ago. */
const later = () => sql("update user_second_factors set last_step = last_step - 120");

async function begin(one: Browser): Promise<{ readonly id: string; readonly uri: string }> {
  const wanted = { kind: "totp", name: "Phone", password: PASSWORD };
  const { status, body } = await one.send("POST", "/v1/auth/second-factors", wanted);
  expect(status).toBe(201);
  return body as { id: string; uri: string };
}

/** Sets up an app; the session stays. */
async function enrol(one: Browser): Promise<{ readonly uri: string; readonly codes: readonly string[] }> {
  const { id, uri } = await begin(one);
  const { body } = await one.send("POST", `/v1/auth/second-factors/${id}/confirmation`, { code: codeOf(uri) });
  await later();
  return { uri, codes: body.recoveryCodes as string[] };
}

const enrolled = async () => {
  const one = new Browser(server.url);
  await one.logIn(user.email);
  return { one, ...(await enrol(one)) };
};

/** Logged in as far as the second factor. */
async function half(): Promise<Browser> {
  const one = new Browser(server.url);
  await one.logIn(user.email, "second-factor");
  return one;
}

test("an app is set up, asked for from then on, and its code lets in once", async () => {
  const { one, uri } = await enrolled();
  expect(uri).toMatch(/^otpauth:\/\/totp\/Tenant.*algorithm=SHA1&digits=6&period=30/);
  expect(await one.outcome("GET", "/v1/me"), "the session goes on").toBe(200);
  const [first, second] = [await half(), await half()];
  const before = first.cookies.get("tollwright");
  expect(await first.outcome("GET", "/v1/me"), "the password alone opens nothing").toBe("second-factor-due");
  const code = codeOf(uri);
  expect(await prove(first, code)).toBe(200);
  expect(first.cookies.get("tollwright"), "under another token").not.toBe(before);
  expect(await first.outcome("GET", "/v1/me")).toBe(200);
  expect(await prove(second, code), "the same code again").toBe("second-factor-refused");
  const [stored] = await sql<{ secret: Buffer }>("select secret from user_second_factors where user_id = $1", [
    user.id,
  ]);
  const secret = new URL(uri).searchParams.get("secret") ?? "none";
  expect(stored?.secret.toString("latin1")).not.toContain(secret);
});

test("one that was never shown to work is asked for by nobody", async () => {
  const one = new Browser(server.url);
  await one.logIn(user.email);
  const { id, uri } = await begin(one);
  await new Browser(server.url).logIn(user.email);
  const wrong = codeOf(uri, 20);
  expect(await one.outcome("POST", `/v1/auth/second-factors/${id}/confirmation`, { code: wrong })).toBe(
    "second-factor-refused",
  );
  await new Browser(server.url).logIn(user.email);
});

test.each<[number, string | number]>([
  [-2, "second-factor-refused"],
  [-1, 200],
  [0, 200],
  [1, 200],
  [2, "second-factor-refused"],
])("a code %i steps from now: %s", async (steps, outcome) => {
  const { uri } = await enrolled();
  expect(await prove(await half(), codeOf(uri, steps))).toBe(outcome);
});

test("codes are guessed slowly, in all sessions together", async () => {
  const { uri } = await enrolled();
  const browsers: Browser[] = [];
  while (browsers.length < 10) browsers.push(await half());
  const guesses = await Promise.all(browsers.map((one) => prove(one, codeOf(uri, 50))));
  expect(guesses.filter((outcome) => outcome === "second-factor-refused").length).toBeLessThanOrEqual(9);
  const last = await half();
  await holdWaits();
  expect(await prove(last, codeOf(uri))).toBe("log-in-throttled");
});

test("a recovery code lets in once, however it is written, and its owner hears of it", async () => {
  const { codes } = await enrolled();
  expect(new Set(codes).size).toBe(10);
  const [code = ""] = codes;
  expect(await prove(await half(), code.toUpperCase().replaceAll("-", " "), "recovery-code")).toBe(200);
  expect(await prove(await half(), code, "recovery-code")).toBe("second-factor-refused");
  const mails = await sql<{ body: string }>("select body from mails where recipient = $1", [user.email]);
  expect(mails.map(({ body }) => body).join()).toContain("There are 9 left");
});

test("a recovery code of somebody else is none", async () => {
  const { codes } = await enrolled();
  user = await makeUser(db, tenantId, { email: `user${++count}@example.com` });
  await enrolled();
  expect(await prove(await half(), codes[0] ?? "", "recovery-code")).toBe("second-factor-refused");
});

describe("where the operator asks for a second factor", () => {
  const require = (secondFactorRequired: boolean) =>
    changeLogInSettings(db, operatorActor(tenantId), { ...INITIAL_LOG_IN_SETTINGS, secondFactorRequired });

  test("who has none can set one up and nothing else, also who was logged in before", async () => {
    const before = new Browser(server.url);
    await before.logIn(user.email);
    await require(true);
    try {
      const one = new Browser(server.url);
      await one.logIn(user.email, "enrolment");
      for (const who of [before, one]) {
        expect(await who.outcome("GET", "/v1/users")).toBe("second-factor-due");
        expect(await who.outcome("PUT", "/v1/me/password", { present: PASSWORD, password: "x" })).toBe(
          "second-factor-due",
        );
      }
      await enrol(one);
      expect(await one.outcome("GET", "/v1/users")).toBe(200);
      const { body } = await one.send("GET", "/v1/me/second-factors");
      const [factor] = body.items as { id: string }[];
      const removal = `/v1/me/second-factors/${factor?.id}/removal`;
      expect(await one.outcome("POST", removal, { password: PASSWORD })).toBe("second-factor-needed");
    } finally {
      await require(false);
    }
  });
});

test("a thief of the session neither adds nor removes a factor without the password", async () => {
  const { one } = await enrolled();
  const { body } = await one.send("GET", "/v1/me/second-factors");
  expect(body).toMatchObject({ items: [{ kind: "totp", name: "Phone" }], recoveryCodes: 10 });
  const [factor] = body.items as { id: string }[];
  const removal = `/v1/me/second-factors/${factor?.id}/removal`;
  expect(await one.outcome("POST", removal, { password: "wrong" })).toBe("password-wrong");
  expect(await one.outcome("POST", removal, {})).toBe("password-wrong");
  expect(await one.outcome("POST", "/v1/auth/second-factors", { kind: "totp", name: "Mine" })).toBe("password-wrong");
  expect(await one.outcome("POST", "/v1/me/recovery-codes", { password: "wrong" })).toBe("password-wrong");
  expect(await one.outcome("POST", removal, { password: PASSWORD })).toBe(204);
  await new Browser(server.url).logIn(user.email);
});

test("who has lost everything is let in again by somebody who manages users", async () => {
  const { one } = await enrolled();
  expect(await resetSecondFactors(db, operatorActor(tenantId), user.id, "lost the phone, seen in person")).toBe(1);
  expect(await one.outcome("GET", "/v1/me")).toBe("log-in-over");
  await new Browser(server.url).logIn(user.email);
});
