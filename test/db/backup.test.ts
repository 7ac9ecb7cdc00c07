import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dumpSchema } from "../../scripts/schema-dump.ts";
import { type BackupProgress, backup } from "../../src/server/db/backup.ts";
import { type FrameKind, jsonFrame, writeFrames } from "../../src/server/db/backup-format.ts";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { migrate } from "../../src/server/db/migrate.ts";
import { restore } from "../../src/server/db/restore.ts";
import { createDatabase, type TestDatabase, testDatabase } from "../support/database.ts";
import { asSuperuser } from "../support/database-url.ts";

const TENANT = "00000000-0000-4000-8000-000000000001";
const SOURCE = "00000000-0000-4000-8000-000000000002";
const USAGE_ROWS = 5_000;

let db: TestDatabase;
let folder: string;
let file: string;
let files = 0;

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-backup-"));
  await db.transaction("owner", {}, fill);
});
beforeEach(() => {
  files += 1;
  file = join(folder, `${files}.backup`);
});
afterAll(async () => {
  await db.drop();
  await rm(folder, { recursive: true });
});

/** Rows that a careless copy would change: odd text, nulls, fine numbers, identity values with a gap, partitions. */
async function fill(tx: Parameters<Parameters<typeof db.transaction<"owner", void>>[2]>[0]): Promise<void> {
  await tx.query("insert into tenants (id, name, currency, time_zone, letterhead) values ($1, $2, 'USD', 'UTC', $3)", [
    TENANT,
    'Tab\t, new\nline, \\N, "quotes", шесть, 電話',
    { vat: "\\." },
  ]);
  await tx.query("insert into sources (tenant_id, id, name, format) values ($1, $2, 'switch', 'csv')", [
    TENANT,
    SOURCE,
  ]);
  await tx.query("insert into batches (tenant_id, source_id, kind) values ($1, $2, 'import'), ($1, $2, 'push')", [
    TENANT,
    SOURCE,
  ]);
  await tx.query("delete from batches where kind = 'push'");
  await tx.query(
    "select ensure_partition('usage_events', '2026-03-01'), ensure_partition('usage_events', '2026-01-01')",
  );
  const { rows } = await tx.query<{ name: string; type: string }>(`
    select attname as name, format_type(atttypid, null) as type from pg_attribute
    where attrelid = 'usage_events'::regclass and attnum > 0 and not attisdropped and attnotnull and not atthasdef`);
  const value = (type: string, name: string) => {
    if (name === "id") return "gen_random_uuid()";
    if (name === "tenant_id") return `'${TENANT}'::uuid`;
    if (type === "uuid") return `'${SOURCE}'::uuid`;
    if (type.startsWith("timestamp")) return "'2026-03-31T23:59:59.123456Z'::timestamptz - n * interval '1 second'";
    if (type === "text") return "'n' || n";
    return "n % 100";
  };
  await tx.query(`insert into usage_events (${rows.map((row) => row.name).join(", ")})
    select ${rows.map((row) => value(row.type, row.name)).join(", ")} from generate_series(1, ${USAGE_ROWS}) n`);
}

/** Every row of every table of data, as text: what two databases that hold the same have in common. */
async function contents(of: Database): Promise<Record<string, unknown>> {
  return await of.session(async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(`
      select relname as name from pg_class where relnamespace = 'tollwright'::regnamespace and relkind in ('r', 'p')
      and relname not in ('schema_migrations', 'changed_settings') order by 1`);
    const found: Record<string, unknown> = {};
    for (const { name } of tables) {
      const { rows } = await client.query(
        `select count(*) as rows, md5(string_agg(t::text, E'\\n' order by t::text)) as sum from ${name} t`,
      );
      found[name] = rows[0];
    }
    return found;
  });
}

/** Runs `work` on a new database without any schema. */
async function onEmpty<T>(work: (target: Database) => Promise<T>): Promise<T> {
  const { url, drop } = await createDatabase();
  const target = await openDatabase({ url });
  try {
    return await work(target);
  } finally {
    await target.close();
    await drop();
  }
}

const schemaExists = (target: Database) =>
  target.session(async (client) => {
    const { rows } = await client.query<{ found: boolean }>(
      "select to_regnamespace('tollwright') is not null as found",
    );
    return rows[0]?.found;
  });

test("what was backed up comes back: rows, schema, partitions, identities, guards", async () => {
  const steps: BackupProgress[] = [];
  const written = await backup(db, file, (step) => steps.push(step));
  expect(written.rows).toBe(USAGE_ROWS + 3);
  expect(steps.at(-1)).toMatchObject({ tableNo: written.tables, tables: written.tables });
  await onEmpty(async (target) => {
    expect(await restore(target, file)).toEqual(written);
    expect(await contents(target)).toEqual(await contents(db));
    expect(await dumpSchema(target)).toBe(await dumpSchema(db));
    const next = await target.transaction("ingest", {}, (tx) =>
      tx.query("insert into batches (tenant_id, source_id, kind) values ($1, $2, 'retry') returning id", [
        TENANT,
        SOURCE,
      ]),
    );
    expect(next.rows).toEqual([{ id: "3" }]); // 2 was used once and deleted: never again
  });
});

test("a backup is of one moment, whatever is written meanwhile", async () => {
  const during = { inserted: false };
  const inserts: Promise<unknown>[] = [];
  const before = await contents(db);
  await backup(db, file, () => {
    if (during.inserted) return;
    during.inserted = true;
    inserts.push(
      db.transaction("owner", {}, (tx) => tx.query("select ensure_partition('usage_events', '2020-01-01')")),
    );
    inserts.push(
      db.transaction("ingest", {}, (tx) =>
        tx.query("insert into batches (tenant_id, source_id, kind) values ($1, $2, 'retry')", [TENANT, SOURCE]),
      ),
    );
  });
  await Promise.all(inserts);
  await onEmpty(async (target) => {
    await restore(target, file);
    expect(await contents(target)).toEqual(before);
  });
});

test("an empty schema of any version is a fine place to restore into; one with rows is not", async () => {
  await backup(db, file);
  await onEmpty(async (target) => {
    await migrate(target, { untilVersion: 2 });
    await restore(target, file);
    await expect(restore(target, file)).rejects.toMatchObject({ code: "restore-target-not-empty" });
    expect((await contents(target)).usage_events).toEqual((await contents(db)).usage_events);
  });
});

test("a backup takes no other file's place", async () => {
  await writeFile(file, "mine");
  await expect(backup(db, file)).rejects.toMatchObject({ code: "backup-exists" });
  expect(await readFile(file, "utf8")).toBe("mine");
});

describe("a file that is not as it was written leaves the database untouched", () => {
  type Damage = (whole: Buffer) => Buffer;
  const flipped = (whole: Buffer, at: number) => {
    const copy = Buffer.from(whole);
    copy[at]! ^= 0x20;
    return copy;
  };
  test.each<[string, Damage]>([
    ["empty", () => Buffer.alloc(0)],
    ["another kind of file", () => Buffer.from("PK\u0003\u0004 a zip, perhaps, and long enough to be one")],
    ["cut after its first line", (whole) => whole.subarray(0, 28)],
    ["cut in the middle", (whole) => whole.subarray(0, whole.length / 2)],
    ["cut one byte short", (whole) => whole.subarray(0, -1)],
    ["one bit wrong near the start", (whole) => flipped(whole, 60)],
    ["one bit wrong in the middle", (whole) => flipped(whole, whole.length >> 1)],
    ["one bit wrong at the end", (whole) => flipped(whole, whole.length - 1)],
  ])("%s", async (_, damage) => {
    await backup(db, file);
    const damaged = `${file}.damaged`;
    await writeFile(damaged, damage(await readFile(file)));
    await onEmpty(async (target) => {
      await expect(restore(target, damaged)).rejects.toMatchObject({ code: "backup-unreadable" });
      expect(await schemaExists(target)).toBe(false);
    });
  });

  // Whole and with the right sums, but not written by `backup`: everything in it is somebody's word only.
  const [none, empty] = [{ tables: 0, rows: 0 }, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"];
  const header = { takenAt: "", serverVersion: "18", migrations: [], partitions: [], identities: [], tables: 0 };
  const oneTable = { ...header, tables: 1 };
  test.each<[string, readonly (readonly [FrameKind, object])[]]>([
    [
      "no object for a header",
      [
        ["H", []],
        ["Z", none],
      ],
    ],
    [
      "a header without migrations",
      [
        ["H", { tables: 0 }],
        ["Z", none],
      ],
    ],
    [
      "a header of no migration",
      [
        ["H", header],
        ["Z", none],
      ],
    ],
    [
      "columns that are no list",
      [
        ["H", oneTable],
        ["T", { table: "tenants", columns: "id" }],
        ["Z", none],
      ],
    ],
    [
      "no sum",
      [
        ["H", oneTable],
        ["T", { table: "tenants", columns: ["id"] }],
        ["E", {}],
        ["Z", none],
      ],
    ],
  ])("forged, with %s", async (_, frames) => {
    await writeFrames(file, Readable.from(frames.map(([kind, value]) => jsonFrame(kind, value))));
    await onEmpty(async (target) => {
      await expect(restore(target, file)).rejects.toMatchObject({ code: "backup-unreadable" });
      expect(await schemaExists(target)).toBe(false);
    });
  });

  test.each<[string, readonly string[], string]>([
    // tables                                  message
    ["none of the tables", [], "is missing"],
    ["rows for the record of migrations", ["schema_migrations"], "its table schema_migrations is not"],
    ["rows for another schema's table", ["pg_authid"], "its table pg_authid is not"],
  ])("forged, with %s", async (_, tables, said) => {
    const { rows: migrations } = await db.session((client) =>
      client.query<{ name: string; sha256: string }>("select name, sha256 from schema_migrations order by version"),
    );
    const frames = [
      jsonFrame("H", { ...header, migrations, tables: tables.length }),
      ...tables.flatMap((table) => [
        jsonFrame("T", { table, columns: ["version"] }),
        jsonFrame("E", { rows: 0, sha256: empty }),
      ]),
      jsonFrame("Z", none),
    ];
    await writeFrames(file, Readable.from(frames));
    await onEmpty(async (target) => {
      const refused = restore(target, file);
      await expect(refused).rejects.toMatchObject({ code: "backup-unreadable", what: expect.stringContaining(said) });
      expect((await contents(target)).tenants).toEqual({ rows: "0", sum: null });
    });
  });

  test.each(["nowhere.backup", "."])("or is no file at all: %s", async (name) => {
    const restored = onEmpty((target) => restore(target, join(folder, name)));
    await expect(restored).rejects.toMatchObject({ code: "backup-unreadable" });
  });
});

test("rows that the schema has no place for are refused, and none stays", async () => {
  await db.transaction("owner", {}, async (tx) => {
    await tx.query("create table private_notes (tenant_id uuid)");
    await tx.query("select protect('private_notes', 'select')");
  });
  await backup(db, file);
  await db.transaction("owner", {}, (tx) => tx.query("drop table private_notes"));
  await onEmpty(async (target) => {
    await expect(restore(target, file)).rejects.toMatchObject({
      code: "backup-unreadable",
      what: expect.stringContaining("its table private_notes is not what its schema has"),
    });
    expect((await contents(target)).tenants).toEqual({ rows: "0", sum: null });
  });
});

test("a restore whose connection is cut leaves no row, and can be tried again", async () => {
  await backup(db, file);
  await onEmpty(async (target) => {
    const cuts: Promise<unknown>[] = [];
    const cut = ({ table }: BackupProgress) => {
      if (table !== "usage_events" || cuts.length > 0) return;
      cuts.push(
        asSuperuser(
          target.url,
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and application_name = 'tollwright bulk'`,
        ),
      );
    };
    await expect(restore(target, file, cut)).rejects.toThrow();
    await Promise.all(cuts);
    expect(cuts).toHaveLength(1);
    expect((await contents(target)).usage_events).toEqual({ rows: "0", sum: null });
    await restore(target, file);
    expect(await contents(target)).toEqual(await contents(db));
  });
});

test.runIf(process.platform === "linux")("a disk that fills up is named, and no part of the file stays", async () => {
  const script = join(import.meta.dirname, "../support/backup-process.ts");
  const child = spawn("prlimit", ["--fsize=4096", process.execPath, script, db.url, file], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: "1" }, // whose files the limit is on as well
  });
  const [said] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect(JSON.parse(said)).toMatchObject({ code: "backup-not-written", what: expect.stringContaining("EFBIG") });
  expect((await readdir(folder)).filter((name) => file.endsWith(`/${name}`) || name.endsWith(".part"))).toEqual([]);
  expect((await backup(db, file)).rows).toBeGreaterThan(USAGE_ROWS);
});
