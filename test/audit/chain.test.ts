import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { uuidv7 } from "../../src/clock.ts";
import type { Actor } from "../../src/server/access/actor.ts";
import { recordAudit } from "../../src/server/audit/record-audit.ts";
import { type AuditHead, headText, parseHead } from "../../src/server/audit/seal.ts";
import { sealAudit } from "../../src/server/audit/seal-audit.ts";
import { verifyAudit } from "../../src/server/audit/verify-audit.ts";
import type { Tx } from "../../src/server/db/tx.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
let actor: Actor;

beforeEach(async () => {
  db = await testDatabase();
  actor = actorOf(await newTenant("Acme"));
});
afterEach(() => db.drop());

async function newTenant(name: string): Promise<string> {
  const id = uuidv7();
  await db.transaction("owner", {}, (tx) =>
    tx.query("insert into tenants (id, name, currency, time_zone) values ($1, $2, 'EUR', 'UTC')", [id, name]),
  );
  return id;
}

const actorOf = (tenantId: string): Actor => ({
  ...{ kind: "command-line", id: null, name: "cli:ada", tenantId, accountId: null, address: null, impersonator: null },
  permissions: new Set(),
});

const changed = (name: string) => ({
  ...{ action: "limit.changed", object: { kind: "account", id: null, name }, reason: "by letter" },
  ...{ before: { creditLimit: "1.00" }, after: { creditLimit: "2.00" } },
});

const record = (names: readonly string[], who = actor) =>
  db.transaction("app", { tenantId: who.tenantId }, (tx) => recordAudit(tx, who, names.map(changed)));

const verify = (kept: readonly AuditHead[] = []) => db.bulk("owner", {}, (tx) => verifyAudit(tx, kept));

/** The entry at a place. */
const at = (sequence: number) => `(select id from audit_entries where sequence = ${sequence})`;

/** What a superuser can do whom no trigger stops. */
const attack = (...statements: readonly string[]) =>
  db.session(async (client) => {
    await client.query("set session_replication_role = replica");
    for (const statement of statements) await client.query(statement);
    await client.query("set session_replication_role = origin");
  });

/** What verifying finds when a superuser has done that; it is undone then. */
const faultsAfter = (statements: readonly string[]) =>
  db.session(async (client) => {
    await client.query("begin; set local session_replication_role = replica");
    for (const statement of statements) await client.query(statement);
    const query = async (text: string, values: readonly unknown[] = []) => await client.query(text, [...values]);
    const { faults } = await verifyAudit({ query, prepared: (_name, text, values) => query(text, values) } as Tx);
    await client.query("rollback");
    return faults;
  });

/** Three seals of three entries each. */
async function grow(): Promise<AuditHead> {
  let head: AuditHead | undefined;
  for (const letter of ["a", "b", "c"]) {
    await record([1, 2, 3].map((number) => `${letter}${number}`));
    [head] = await sealAudit(db);
  }
  return head as AuditHead;
}

test("entries get their places in their order, tenant by tenant, and the chains hold", async () => {
  const other = actorOf(await newTenant("Bravo"));
  await record(["a", "b"]);
  await record(["x"], other);
  await record(["c"]);
  expect(await verify()).toMatchObject({ seals: 0, entries: 0, waiting: 4, faults: [] });
  expect((await sealAudit(db)).map(({ number, lastSequence }) => [number, lastSequence])).toEqual([
    [1, 3],
    [1, 1],
  ]);
  expect(await sealAudit(db)).toEqual([]);
  expect(await verify()).toMatchObject({ seals: 2, entries: 4, waiting: 0, faults: [] });
  const { rows } = await db.transaction("app", { tenantId: actor.tenantId }, (tx) =>
    tx.query("select object_name as name, sequence from audit_entries order by sequence"),
  );
  expect(rows.map(({ name, sequence }) => `${sequence} ${name}`)).toEqual(["1 a", "2 b", "3 c"]);
});

test("one whose transaction commits behind later ones is placed behind them, and none is passed over", async () => {
  const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>();
  const { promise: isWritten, resolve: written } = Promise.withResolvers<void>();
  const late = db.transaction("app", { tenantId: actor.tenantId }, async (tx) => {
    await recordAudit(tx, actor, [changed("late")]);
    written();
    await mayCommit;
  });
  await isWritten;
  await record(["quick"]);
  await sealAudit(db);
  commit();
  await late;
  await sealAudit(db);
  expect(await verify()).toMatchObject({ seals: 2, entries: 2, waiting: 0, faults: [] });
});

test("sealers at the same time make one chain", async () => {
  for (const round of [1, 2, 3]) {
    await record([`a${round}`, `b${round}`]);
    await Promise.all([sealAudit(db), sealAudit(db), sealAudit(db), record([`c${round}`])]);
  }
  await sealAudit(db);
  expect(await verify()).toMatchObject({ entries: 9, waiting: 0, faults: [] });
});

describe("whoever writes to the tables is found out", () => {
  const ATTACKS: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      "a changed entry",
      [`update audit_entries set after = '{"creditLimit":"9.00"}' where sequence = 5`],
      /entry 5 \(limit.changed, \S+\) was changed/,
    ],
    [
      "its time",
      ["update audit_entries set happened_at = happened_at + '1us' where sequence = 5"],
      /entry 5 .*changed/,
    ],
    ["who it was", ["update audit_entries set actor_name = 'cli:eve' where sequence = 1"], /entry 1 .*changed/],
    ["a removed entry", ["delete from audit_entries where sequence = 5"], /entries 5 to 5 are gone/],
    ["the first", ["delete from audit_entries where sequence = 1"], /entries 1 to 1 are gone/],
    ["the last", ["delete from audit_entries where sequence = 9"], /entries 9 to 9 are gone/],
    ["a removed seal", ["delete from audit_seals where number = 2"], /seals 2 to 2 are gone/],
    [
      "a removed seal with its entries",
      ["delete from audit_seals where number = 2", "delete from audit_entries where sequence between 4 and 6"],
      /seals 2 to 2 are gone/,
    ],
    ["the last seal", ["delete from audit_seals where number = 3"], /3 entries stand behind the last seal/],
    [
      "reordered entries",
      [
        "update audit_entries set sequence = -sequence where sequence in (5, 6)",
        "update audit_entries set sequence = 11 + sequence where sequence in (-5, -6)",
      ],
      /entry 5 .* moved to this place/,
    ],
    [
      "an entry in the place of another",
      [
        `update audit_entries set sequence = null, digest = null where sequence = 5`,
        `insert into audit_entries select (jsonb_populate_record(null::audit_entries, to_jsonb(e) ||
           jsonb_build_object('id', gen_random_uuid(), 'sequence', 5))).* from audit_entries e where sequence = 4`,
      ],
      /entry 5 .*changed/,
    ],
    [
      "one more at the end of a seal",
      [
        `insert into audit_entries select (jsonb_populate_record(null::audit_entries, to_jsonb(e) ||
           jsonb_build_object('id', gen_random_uuid(), 'sequence', 10))).* from audit_entries e where sequence = 9`,
      ],
      /1 entries stand behind the last seal/,
    ],
    [
      "a seal of his own",
      ["update audit_seals set chain = sha256('forged') where number = 2"],
      /seal 2 does not fit its entries/,
    ],
    ["when it was sealed", ["update audit_seals set sealed_at = now() where number = 1"], /seal 1 does not fit/],
  ];

  test("by what he did and where", async () => {
    await grow();
    for (const [what, statements, fault] of ATTACKS)
      expect((await faultsAfter(statements)).join("\n"), what).toMatch(fault);
    expect((await verify()).faults).toEqual([]);
  });

  test("an entry slipped in for a day long gone is sealed, and said to be younger than it says", async () => {
    await grow();
    await attack(
      `insert into audit_entries select (jsonb_populate_record(null::audit_entries, to_jsonb(e) ||
         jsonb_build_object('id',
         gen_random_uuid(), 'sequence', null, 'digest', null, 'happened_at', now() - interval '2 days'))).*
       from audit_entries e where sequence = 4`,
    );
    await sealAudit(db);
    expect((await verify()).faults.join()).toMatch(/entry 10 .* says that it is older than it is/);
  });

  test("an end that was cut off, by a head that was kept elsewhere", async () => {
    const head = await grow();
    await attack("delete from audit_seals where number = 3", "delete from audit_entries where sequence > 6");
    expect((await verify()).faults).toEqual([]);
    expect((await verify([head])).faults.join()).toMatch(/seal 3 was kept elsewhere and is not here/);
  });

  test("a chain that was written anew from one entry on, by a head that was kept elsewhere", async () => {
    const head = await grow();
    await attack(
      "delete from audit_seals",
      "update audit_entries set sequence = null, digest = null",
      `update audit_entries set reason = 'forged' where object_name = 'b2'`,
    );
    await sealAudit(db);
    for (const _ of [1, 2]) {
      await record(["more"]);
      await sealAudit(db);
    }
    expect((await verify()).faults).toEqual([]);
    expect((await verify([head])).faults.join()).toMatch(/seal 3 is not the one that was kept elsewhere/);
  });
});

describe("nobody but a superuser changes it", () => {
  const asOwner = (sql: string) => db.transaction("owner", {}, (tx) => tx.query(sql));
  const asIngest = (sql: string) => db.transaction("ingest", {}, (tx) => tx.query(sql));
  const asApp = (sql: string) => db.transaction("app", { tenantId: actor.tenantId }, (tx) => tx.query(sql));

  const REFUSED: readonly (readonly [string, (sql: string) => Promise<unknown>, RegExp])[] = [
    ["update audit_entries set reason = null", asOwner, /append-only/],
    ["update audit_entries set reason = null", asIngest, /permission denied/],
    ["update audit_entries set reason = null", asApp, /permission denied/],
    ["update audit_entries set sequence = 1, digest = sha256('') where sequence = 2", asIngest, /append-only/],
    [
      `update audit_entries set sequence = 9, digest = sha256(''), reason = 'x' where id = ${at(1)}`,
      asOwner,
      /append-only/,
    ],
    ["delete from audit_entries", asOwner, /append-only/],
    ["delete from audit_entries", asIngest, /permission denied/],
    ["delete from audit_entries", asApp, /permission denied/],
    ["truncate audit_entries", asOwner, /append-only/],
    ["update audit_seals set number = 7", asOwner, /append-only/],
    ["delete from audit_seals", asIngest, /permission denied/],
    ["truncate audit_seals", asOwner, /append-only/],
    ["insert into audit_seals select * from audit_seals", asApp, /permission denied/],
  ];

  test("not its owner, not the sealer, not a request", async () => {
    await grow();
    for (const [sql, attempt, refusal] of REFUSED) await expect(attempt(sql), sql).rejects.toThrow(refusal);
    expect((await verify()).faults).toEqual([]);
  });

  test("a tenant reads and writes its own alone", async () => {
    const other = actorOf(await newTenant("Bravo"));
    await grow();
    const seen = await db.transaction("app", { tenantId: other.tenantId }, (tx: Tx) =>
      tx.query("select from audit_entries union all select from audit_seals"),
    );
    expect(seen.rowCount).toBe(0);
    const forged = db.transaction("app", { tenantId: other.tenantId }, (tx) => recordAudit(tx, actor, [changed("x")]));
    await expect(forged).rejects.toThrow(/row-level security/);
  });
});

test("an entry is kept if and only if its change is", async () => {
  const failed = db.transaction("app", { tenantId: actor.tenantId }, async (tx) => {
    await recordAudit(tx, actor, [changed("undone")]);
    throw new Error("the change failed");
  });
  await expect(failed).rejects.toThrow("the change failed");
  expect(await verify()).toMatchObject({ waiting: 0 });
});

test("a head is a line that reads as it was written", async () => {
  const head = await grow();
  expect(parseHead(`${headText(head)}\n`)).toEqual(head);
  expect(parseHead("acme/1/1/00")).toBeNull();
});

test("what JSON of a table can't hold, and text of any script, is kept and sealed", async () => {
  const names = ["\u{1F980} \u05D0\u05D1", 'quote " and \\', "line\nbreak"];
  await db.transaction("app", { tenantId: actor.tenantId }, (tx) =>
    recordAudit(
      tx,
      actor,
      names.map((name) => ({ ...changed(name), after: { name, nul: "\u0000", lone: "\uD800" } })),
    ),
  );
  await sealAudit(db);
  expect(await verify()).toMatchObject({ entries: 3, faults: [] });
});
