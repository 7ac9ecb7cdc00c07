import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { peopleRoutes } from "../../src/server/people/routes.ts";
import { sessionAuthenticator } from "../../src/server/people/session-authenticator.ts";
import { ApiServer } from "../support/api-server.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";
import { Browser, makeUser, PASSWORD, peopleOf } from "../support/people.ts";
import { SoftwareAuthenticator } from "../support/software-authenticator.ts";

interface Asked {
  readonly challenge: string;
  readonly [field: string]: unknown;
}

let db: TestDatabase;
let folder: string;
let server: ApiServer;
let tenantId: string;

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-webauthn-"));
  const people = peopleOf(db, join(folder, "secrets.key"));
  server = await ApiServer.start(db, peopleRoutes(people), { authenticators: [sessionAuthenticator(people)] });
  ({ tenantId } = await Operator.create(db, { name: "Example Telecom" }));
});
afterAll(async () => {
  await server?.close();
  await db?.drop();
  await rm(folder, { recursive: true });
});

const sql = <Row extends object>(text: string, values: readonly unknown[] = []) =>
  db.transaction("owner", {}, async (tx) => (await tx.query<Row>(text, values)).rows);
const CREATE = "/v1/auth/authenticators/challenge";
const ADD = "/v1/auth/authenticators";
const ASK = "/v1/auth/second-factor/challenge";
const PROVE = "/v1/auth/second-factor/signature";

const keyFor = (url = server.url) => new SoftwareAuthenticator(new URL(url).hostname, url);
const asked = async (one: Browser, path: string, body: object = {}) =>
  (await one.send("POST", path, body)).body as Asked;

let people = 0;
/** Somebody logged in, by password alone so far. */
async function somebody(): Promise<{ readonly one: Browser; readonly email: string }> {
  people += 1;
  const email = `user-${people}@example.com`;
  await makeUser(db, tenantId, { email });
  const one = new Browser(server.url);
  await one.logIn(email);
  return { one, email };
}

async function enrol(one: Browser, key: SoftwareAuthenticator, name = "Desk"): Promise<unknown> {
  const options = await asked(one, CREATE, { password: PASSWORD });
  const { status, body } = await one.send("POST", ADD, { name, ...key.create(options) });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.recoveryCodes;
}

/** A browser of somebody who has shown the password and is asked for the second factor. */
async function halfway(email: string): Promise<Browser> {
  const one = new Browser(server.url);
  await one.logIn(email, "second-factor");
  return one;
}

describe("a security key", () => {
  test("is set up with a name, and from then on asked for; with the first one come recovery codes", async () => {
    const { one, email } = await somebody();
    const key = keyFor();
    expect(await enrol(one, key)).toHaveLength(10);
    expect((await one.send("GET", "/v1/me/second-factors")).body).toMatchObject({
      items: [{ kind: "webauthn", name: "Desk", confirmedAt: expect.any(String), lastUsedAt: null }],
    });
    const another = await halfway(email);
    expect(await another.outcome("GET", "/v1/me")).toBe("second-factor-due");
    const request = await asked(another, ASK);
    expect(request).toMatchObject({
      rpId: "127.0.0.1",
      allowCredentials: [{ id: key.credentialId, type: "public-key" }],
    });
    expect(await another.outcome("POST", PROVE, key.get(request))).toBe(200);
    expect(await another.outcome("GET", "/v1/me")).toBe(200);
  });

  test("is one of several; each of them lets in, and the one that was removed does not", async () => {
    const { one, email } = await somebody();
    const keys = [keyFor(), keyFor()] as const;
    await enrol(one, keys[0], "Desk");
    expect(await enrol(one, keys[1], "Bag")).toEqual([]);
    for (const key of keys) {
      const another = await halfway(email);
      expect(await another.outcome("POST", PROVE, key.get(await asked(another, ASK)))).toBe(200);
    }
    const { body } = await one.send("GET", "/v1/me/second-factors");
    const [desk] = body.items as { id: string }[];
    expect(await one.outcome("POST", `/v1/me/second-factors/${desk?.id}/removal`, { password: PASSWORD })).toBe(204);
    const another = await halfway(email);
    expect(await another.outcome("POST", PROVE, keys[0].get(await asked(another, ASK)))).toBe("second-factor-refused");
    expect(await another.outcome("POST", PROVE, keys[1].get(await asked(another, ASK)))).toBe(200);
  });

  test("is not set up twice, and not without the password", async () => {
    const { one } = await somebody();
    const key = keyFor();
    await enrol(one, key);
    expect(await one.outcome("POST", CREATE, {})).toBe("password-wrong");
    const options = await asked(one, CREATE, { password: PASSWORD });
    expect(options).toMatchObject({ excludeCredentials: [{ id: key.credentialId }] });
    expect(await one.outcome("POST", ADD, { name: "Again", ...key.create(options) })).toBe("second-factor-refused");
  });
});

describe("a signature is refused", () => {
  let email: string;
  let key: SoftwareAuthenticator;
  beforeAll(async () => {
    const made = await somebody();
    ({ email } = made);
    key = keyFor();
    await enrol(made.one, key);
  });
  beforeEach(() => sql("delete from log_in_failures"));

  const prove = (one: Browser, signed: object) => one.outcome("POST", PROVE, signed);

  test("the second time, though nothing else happened", async () => {
    const one = await halfway(email);
    const signed = key.get(await asked(one, ASK));
    expect(await prove(one, signed)).toBe(200);
    const another = await halfway(email);
    expect(await prove(another, signed)).toBe("second-factor-refused");
  });

  test("of another challenge, of an earlier one, of none", async () => {
    const one = await halfway(email);
    const earlier = await asked(one, ASK);
    expect(await prove(one, key.get({ challenge: "AAAA" }))).toBe("second-factor-refused");
    // A wrong answer uses the challenge up, or it could be tried again and again.
    expect(await prove(one, key.get(earlier))).toBe("second-factor-refused");
    await asked(one, ASK);
    expect(await prove(one, key.get(earlier))).toBe("second-factor-refused");
  });

  test("after five minutes", async () => {
    const one = await halfway(email);
    const signed = key.get(await asked(one, ASK));
    await sql("update webauthn_challenges set expires_at = clock_timestamp()");
    expect(await prove(one, signed)).toBe("second-factor-refused");
  });

  test("made on a page of another site, or for another host", async () => {
    const [{ rpId, origin }, foreign] = [key, "https://evil.example.net"];
    for (const pretended of [{ origin: foreign }, { rpId: "evil.example.net" }]) {
      const one = await halfway(email);
      const request = await asked(one, ASK);
      Object.assign(key, pretended);
      const signed = key.get(request);
      Object.assign(key, { rpId, origin });
      expect(await prove(one, signed)).toBe("second-factor-refused");
    }
  });

  test("of a copy: its count goes back", async () => {
    const count = key.counter;
    key.counter = 0;
    const one = await halfway(email);
    expect(await prove(one, key.get(await asked(one, ASK)))).toBe("second-factor-refused");
    key.counter = count;
    expect(await prove(one, key.get(await asked(one, ASK)))).toBe(200);
  });

  test("of somebody else's key, with a changed octet, or of no key at all", async () => {
    const other = await somebody();
    const theirs = keyFor();
    await enrol(other.one, theirs);
    const tries = [
      (request: Asked) => theirs.get(request),
      (request: Asked) => ({ ...theirs.get(request), credentialId: key.credentialId }),
      (request: Asked) => ({ ...key.get(request), signature: "AAAA" }),
      (request: Asked) => ({ ...key.get(request), authenticatorData: "AA" }),
      (request: Asked) => ({ ...key.get(request), clientDataJSON: "e30" }),
    ];
    for (const signed of tries) {
      await sql("delete from log_in_failures");
      const one = await halfway(email);
      expect(await prove(one, signed(await asked(one, ASK)))).toBe("second-factor-refused");
      expect(await one.outcome("GET", "/v1/me")).toBe("second-factor-due");
    }
  });
});

test("a key pair that was not asked for, or was made for another site, is not taken", async () => {
  const { one } = await somebody();
  const key = keyFor();
  expect(await one.outcome("POST", ADD, { name: "x", ...key.create({ challenge: "AAAA" }) })).toBe(
    "second-factor-refused",
  );
  const foreign = new SoftwareAuthenticator("127.0.0.1", "https://evil.example.net");
  const options = await asked(one, CREATE, { password: PASSWORD });
  expect(await one.outcome("POST", ADD, { name: "x", ...foreign.create(options) })).toBe("second-factor-refused");
  expect(await one.outcome("POST", ADD, { name: "x", ...key.create(options) }), "used up").toBe(
    "second-factor-refused",
  );
});
