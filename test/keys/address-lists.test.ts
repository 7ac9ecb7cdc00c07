import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { now, uuidv7 } from "../../src/clock.ts";
import { PERMISSIONS } from "../../src/core/access/permission.ts";
import type { Actor } from "../../src/server/access/actor.ts";
import { AddressLists } from "../../src/server/access/address-lists.ts";
import { changeAddressList, findAddressList } from "../../src/server/access/change-address-list.ts";
import { keyAuthenticator } from "../../src/server/keys/authenticate-key.ts";
import { createKey } from "../../src/server/keys/create-key.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import { tollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

let db: TestDatabase;
let operator: Operator;
let reseller: StoredAccount;
let ada: Actor;
let rita: Actor;
beforeAll(async () => {
  db = await testDatabase();
  operator = await Operator.create(db);
  reseller = await operator.account("reseller", { kind: "reseller" });
  ada = await user("ada@example.com", null);
  rita = await user("rita@example.com", reseller.id);
});
afterAll(() => db?.drop());

const HOME = "192.0.2.1";
const OFFICE = ["198.51.100.0/24", "2001:db8::/32"];

/** Somebody who is logged in. */
async function user(email: string, accountId: string | null): Promise<Actor> {
  const [id, { tenantId }] = [uuidv7(), operator];
  await db.transaction("app", { tenantId }, (tx) =>
    tx.query(
      `insert into users (tenant_id, id, account_id, email, name, language, state, roles, created_by)
       values ($1, $2, $3, $4, $4, 'en', 'active', '{owner}', 'test')`,
      [tenantId, id, accountId, email],
    ),
  );
  const permissions = new Set(PERMISSIONS);
  return {
    kind: "user",
    id,
    name: `user:${email}`,
    tenantId,
    accountId,
    permissions,
    address: HOME,
    impersonator: null,
  };
}

const from = (actor: Actor, address: string | null): Actor => ({ ...actor, address });
/** Whether somebody may come, as a process says that has just begun. */
const admits = (actor: Actor, address: string) => new AddressLists(db).admit(from(actor, address));

describe("without a list", () => {
  test("everybody comes from anywhere", async () => {
    expect(await admits(ada, HOME)).toBe(true);
    expect(await findAddressList(db, ada, { userId: null })).toEqual([]);
  });
});

describe("a list of the operator's", () => {
  test("holds for its own people and keys, not for those of accounts below it", async () => {
    const wanted = {
      accountId: null,
      permissions: ["calls:read"],
      addresses: [],
      expiresAt: now().add({ hours: 1 }),
    } as const;
    const { secret } = await createKey(db, ada, { name: "crm", ...wanted }, now());
    await changeAddressList(db, from(ada, "198.51.100.7"), { userId: null }, OFFICE);
    expect(await findAddressList(db, ada, { userId: null })).toEqual(OFFICE);
    expect(await admits(ada, HOME)).toBe(false);
    expect(await admits(ada, "198.51.100.7")).toBe(true);
    expect(await admits(ada, "2001:db8:1::7")).toBe(true);
    expect(await admits(rita, HOME)).toBe(true);
    const ask = (address: string) =>
      keyAuthenticator(
        db,
        new AddressLists(db),
      )({
        ...{ method: "GET", path: "/v1/me", address },
        headers: { authorization: `Bearer ${secret}` },
      });
    await expect(ask(HOME)).rejects.toMatchObject({ code: "key-refused" });
    expect(await ask("198.51.100.7")).toMatchObject({ name: "key:crm" });
    await changeAddressList(db, from(ada, null), { userId: null }, []);
    expect(await admits(ada, HOME)).toBe(true);
  });

  test("that would shut its author out is refused, but not at the command line", async () => {
    const lockedOut = expect.objectContaining({ code: "address-list-locks-out" });
    await expect(changeAddressList(db, ada, { userId: null }, OFFICE)).rejects.toEqual(lockedOut);
    await expect(changeAddressList(db, ada, { userId: ada.id }, OFFICE)).rejects.toEqual(lockedOut);
    expect(await changeAddressList(db, from(ada, null), { userId: ada.id }, OFFICE)).toEqual(OFFICE);
    await changeAddressList(db, from(ada, null), { userId: ada.id }, []);
  });
});

test("a user's own list holds for that user alone, beside the list of all", async () => {
  await changeAddressList(db, rita, { userId: rita.id }, [HOME]);
  expect(await admits(rita, HOME)).toBe(true);
  expect(await admits(rita, "192.0.2.2")).toBe(false);
  expect(await admits({ ...rita, id: uuidv7() }, "192.0.2.2")).toBe(true);
  await changeAddressList(db, from(rita, null), { userId: null }, OFFICE);
  expect(await admits(rita, HOME)).toBe(false);
});

test("a reseller sets lists of its own people, and of nobody beside or above", async () => {
  const unknown = expect.objectContaining({ code: "address-list-owner-unknown" });
  for (const userId of [ada.id, uuidv7()])
    await expect(changeAddressList(db, rita, { userId }, [HOME])).rejects.toEqual(unknown);
});

test.each([[["192.0.2.0/33"]], [["everywhere"]], [Array<string>(101).fill(HOME)]])(
  "%j is no list",
  async (addresses) => {
    await expect(changeAddressList(db, ada, { userId: null }, addresses)).rejects.toMatchObject({
      code: "address-list-invalid",
    });
  },
);

test("who came from elsewhere is in the audit as a security event, once however often they knock", async () => {
  const eve = await user("eve@example.com", null);
  await changeAddressList(db, from(ada, null), { userId: eve.id }, OFFICE);
  const lists = new AddressLists(db);
  for (let knock = 0; knock < 5; knock++) expect(await lists.admit(eve)).toBe(false);
  const { rows } = await db.transaction("app", { tenantId: operator.tenantId }, (tx) =>
    tx.query("select action, actor_id, is_security from audit_entries where object_id = $1 order by id", [eve.id]),
  );
  expect(rows).toEqual([
    { action: "address-list.changed", actor_id: ada.id, is_security: true },
    { action: "address.refused", actor_id: eve.id, is_security: true },
  ]);
});

test("from the command line any list is set and taken away", async () => {
  const run = async (...words: string[]) => {
    const { status, stdout, stderr } = await tollwright(["address-list", ...words], { db });
    return status === 0 ? stdout.trim() : stderr;
  };
  expect(await run("set", "--address", "192.0.2.0/24", "--address", "2001:db8::/32")).toBe(
    "From 192.0.2.0/24, 2001:db8::/32 alone.",
  );
  expect(await run("show", "--user", "ADA@example.com")).toBe("From anywhere.");
  expect(await run("set", "--account", "reseller")).toBe("From anywhere.");
  expect(await run("show", "--user", "nobody@example.com")).toContain("no such user");
  expect(await run("set")).toBe("From anywhere.");
});
