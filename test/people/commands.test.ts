import { afterAll, beforeAll, expect, test } from "vitest";
import { AddressLists } from "../../src/server/access/address-lists.ts";
import { logIn } from "../../src/server/people/log-in.ts";
import { setPasswordByLink } from "../../src/server/people/set-password.ts";
import { tollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

const PASSWORD = "correct horse battery staple";

let db: TestDatabase;
let tenantId: string;

beforeAll(async () => {
  db = await testDatabase();
  ({ tenantId } = await Operator.create(db));
});
afterAll(() => db.drop());

const run = (words: string, stdin = "") => tollwright(words.split(" "), { db, stdin });

async function json(words: string, stdin = ""): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await run(`${words} --json`, stdin);
  expect([status, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

const enter = async (email: string, password = PASSWORD) => {
  const from = { address: "127.0.0.1", userAgent: null, deviceToken: undefined, sessionToken: undefined };
  const { session } = await logIn(db, new AddressLists(db), { tenant: null, email, password, ...from });
  return session.stage;
};

test("the first owner comes in by the link that is shown once, or by a password from standard input", async () => {
  const made = await json("user create ada@example.com --name Ada --role owner");
  expect(made).toMatchObject({ email: "ada@example.com", state: "invited", roles: ["owner"] });
  const token = /^http:\/\/localhost:8080\/set-password#([\w-]{43})$/.exec(String(made.link))?.[1] ?? "none";
  await setPasswordByLink(db, { token, password: PASSWORD, address: "127.0.0.1" });
  expect(await enter("ada@example.com")).toBe("full");
  await json("user create eve@example.com --role support --password-from -", `${PASSWORD}\n`);
  expect(await enter("eve@example.com")).toBe("full");
  const weak = await run("user create bob@example.com --role support --password-from -", "password1234\n");
  expect([weak.status, weak.stderr]).toEqual([2, expect.stringContaining("password-too-weak")]);
  expect(weak.stderr).not.toContain("password1234");
});

test("somebody is invited, listed, given other roles, locked out and let in again", async () => {
  await json("user invite grace@example.com --name Grace --role finance");
  const mails = await run("mail list");
  expect(mails.stdout).toMatch(/grace@example\.com .*you are invited +waiting/);
  expect(mails.stdout).not.toContain("set-password");
  expect((await run("user list --state invited")).stdout).toMatch(/grace@example\.com +Grace +invited +finance/);
  expect(await json("user set-roles Grace@example.com --role support --role routing")).toMatchObject({
    roles: ["routing", "support"],
  });
  expect(await json("user disable eve@example.com --reason left")).toMatchObject({ state: "disabled" });
  await expect(enter("eve@example.com")).rejects.toMatchObject({ code: "log-in-refused" });
  expect(await json("user enable eve@example.com")).toMatchObject({ state: "active" });
  expect(await enter("eve@example.com")).toBe("full");
  expect(await json("user log-out eve@example.com")).toMatchObject({ ended: 1 });
  expect(await json("user lock eve@example.com")).toMatchObject({ state: "locked" });
  const { link } = await json("user reset-password eve@example.com --show");
  expect(link).toMatch(/#[\w-]{43}$/);
  expect((await run("user disable nobody@example.com")).stderr).toContain("user-unknown");
  expect((await run("user disable ada@example.com")).stderr).toContain("last-owner");
});

test("a second factor is asked for, and roles are shown", async () => {
  expect(await json("user settings")).toMatchObject({ secondFactorRequired: false, sessionIdleS: 43_200 });
  expect(await json("user settings --second-factor required --idle 60")).toEqual({
    ...{ secondFactorRequired: true, sessionIdleS: 3_600, sessionS: 604_800 },
  });
  expect(await enter("ada@example.com")).toBe("enrolment");
  expect((await run("user roles")).stdout).toMatch(/support +accounts:read/);
  expect(await json("user reset-second-factors ada@example.com")).toMatchObject({ removed: 0 });
  const entries = await db.transaction("app", { tenantId }, (tx) =>
    tx.query("select from audit_entries where actor_name = 'cli:test' and is_security"),
  );
  expect(entries.rowCount).toBeGreaterThan(8);
});
