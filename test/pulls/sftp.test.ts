import { mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { FilePull, failure, filesBelow, rowsFrom } from "../support/file-pull.ts";
import { hasSshServer, type SshServer, sshServer } from "../support/ssh-server.ts";

describe.runIf(hasSshServer())("files over SFTP, from a real OpenSSH server", () => {
  let db: TestDatabase;
  let server: SshServer;
  let files: FilePull;
  let folder: string;
  let count = 0;

  beforeAll(async () => {
    db = await testDatabase();
    server = await sshServer();
  });
  afterAll(async () => {
    await db?.drop();
    await server?.stop();
  });

  beforeEach(async () => {
    count += 1;
    folder = join(server.folder, String(count));
    await mkdir(folder);
    files = await FilePull.create(db, {
      ...{ kind: "sftp", host: "127.0.0.1", port: server.port, user: server.user, folder },
      ...{ privateKeyFrom: { file: server.keyFile }, hostKeys: [server.fingerprints.ed25519] },
    });
    return () => files.remove();
  });

  async function put(name: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }

  test("fetches what is there, once, and leaves nothing in the spool", async () => {
    await put("a.csv", rowsFrom(1, 2));
    await put("b.csv", rowsFrom(2, 2));
    for (const name of [".hidden.csv", "c.csv.part", "d.csv.tmp", "f.csv.filepart", "below/e.csv"])
      await put(name, rowsFrom(9, 1));
    await put("empty.csv", "");
    await symlink(join(folder, "a.csv"), join(folder, "link.csv"));
    expect(await files.run()).toEqual({ events: ["imported a.csv", "imported b.csv"], end: { kind: "done" } });
    expect(await files.run()).toEqual({ events: [], end: { kind: "done" } });
    expect(await files.stored()).toEqual({ calls: 3, files: 2 });
    expect(await files.spooled()).toEqual([]);
  });

  test("takes only names that are asked for, in folders below where it is told to", async () => {
    await put("2026/03/cdr-1.csv", rowsFrom(1, 1));
    await put("2026/03/report.csv", rowsFrom(2, 1));
    await put("2026/04/cdr 2é.csv", rowsFrom(3, 1));
    await put("old/cdr-3.csv", rowsFrom(4, 1));
    const { events } = await files.run({ recursive: true, names: ["cdr*.csv"], ignore: ["old/*"] });
    expect(events).toEqual(["imported 2026/03/cdr-1.csv", "imported 2026/04/cdr 2é.csv"]);
  });

  test("a file that was uploaded under another name is taken when it has its own", async () => {
    await put("cdr.csv.tmp", rowsFrom(1, 2));
    expect(await files.run()).toMatchObject({ events: [] });
    await rename(join(folder, "cdr.csv.tmp"), join(folder, "cdr.csv"));
    expect(await files.run()).toMatchObject({ events: ["imported cdr.csv"] });
  });

  test("a file that still grows is left until it rests; what it looks like now is remembered from run to run", async () => {
    const resting = { settleS: 3_600 }; // longer than a run waits for it
    await put("cdr.csv", rowsFrom(1, 1));
    expect(await files.run(resting)).toMatchObject({ events: [] });
    await put("cdr.csv", rowsFrom(1, 2));
    expect(await files.run(resting)).toMatchObject({ events: [] });
    expect(await files.run({ settleS: 0 })).toMatchObject({ events: ["imported cdr.csv"] });
    expect(await files.stored()).toEqual({ calls: 2, files: 1 });
  });

  test("one that has to settle for a moment only is waited for", async () => {
    await put("cdr.csv", rowsFrom(1, 1));
    expect(await files.run({ settleS: 1 })).toMatchObject({ events: ["imported cdr.csv"] });
  });

  test("with a marker, a file is complete when its marker is there", async () => {
    await put("a.csv", rowsFrom(1, 1));
    await put("b.csv", rowsFrom(2, 1));
    await put("b.csv.ok", "");
    expect(await files.run({ marker: ".ok", after: "delete" })).toMatchObject({ events: ["imported b.csv"] });
    expect(await filesBelow(folder)).toEqual(["a.csv"]);
  });

  test.each<[object, string[], string]>([
    [{ after: "delete" }, ["sub/b.csv.part"], "gone, once the rows are committed"],
    [{ after: "rename" }, ["a.csv.done", "sub/b.csv.done", "sub/b.csv.part"], "never taken for a new file"],
    [{ after: "move", moveTo: "done" }, ["done/a.csv", "done/sub/b.csv", "sub/b.csv.part"], "folders are made"],
  ])("%o does so with the server's files: %j (%s)", async (after, left) => {
    await put("a.csv", rowsFrom(1, 1));
    await put("sub/b.csv", rowsFrom(2, 1));
    await put("sub/b.csv.part", rowsFrom(3, 1));
    const settings = { recursive: true, ...after };
    expect(await files.run(settings)).toEqual({
      ...{ events: ["imported a.csv", "imported sub/b.csv"], end: { kind: "done" } },
    });
    expect(await filesBelow(folder)).toEqual(left);
    expect(await files.run(settings)).toEqual({ events: [], end: { kind: "done" } });
  });

  test("a file that is moved takes no other's place", async () => {
    for (const first of [1, 2, 3]) {
      await put("cdr.csv", rowsFrom(first, 1));
      await files.run({ after: "move", moveTo: "done" });
    }
    expect(await filesBelow(folder)).toEqual(["done/cdr.csv", "done/cdr~2.csv", "done/cdr~3.csv"]);
    expect(await files.stored()).toEqual({ calls: 3, files: 3 });
  });

  test("keeps fetched files, where it is told to", async () => {
    const doneDir = join(files.spoolDir, "kept");
    await put("a.csv", rowsFrom(1, 1));
    await files.run({ doneDir, after: "delete" });
    expect(await readFile(join(doneDir, "a.csv"), "utf8")).toBe(rowsFrom(1, 1));
  });

  test("the same file under another name counts as the same", async () => {
    await put("a.csv", rowsFrom(1, 2));
    await files.run();
    await rename(join(folder, "a.csv"), join(folder, "b.csv"));
    expect(await files.run({ after: "delete" })).toMatchObject({ events: ["known b.csv"] });
    expect(await filesBelow(folder)).toEqual([]);
    expect(await files.stored()).toEqual({ calls: 2, files: 1 });
  });

  test("the same name with other content is another file, and rows that are stored are dropped", async () => {
    await put("cdr.csv", rowsFrom(1, 2));
    await files.run();
    await put("cdr.csv", rowsFrom(2, 3));
    expect(await files.run()).toMatchObject({ events: ["imported cdr.csv"] });
    expect(await files.stored()).toEqual({ calls: 4, files: 2 });
  });

  test("a file that is no text is refused once, left on the server, and tried again when it has changed", async () => {
    await put("a.csv", "PK\u0003\u0004\0\0\0\0\0\0binary\0\0\0");
    await put("b.csv", rowsFrom(1, 1));
    const first = await files.run({ after: "delete" });
    expect(first).toEqual({ events: ["failed a.csv file-not-text", "imported b.csv"], end: { kind: "done" } });
    expect(await files.run({ after: "delete" })).toMatchObject({ events: [] });
    expect(await filesBelow(folder)).toEqual(["a.csv"]);
    await put("a.csv", rowsFrom(2, 1));
    expect(await files.run()).toMatchObject({ events: ["imported a.csv"] });
  });

  test("a file that is larger than the pull fetches is refused", async () => {
    await put("a.csv", rowsFrom(1, 9));
    expect(await files.run({ sizeBytesMax: 500 })).toMatchObject({ events: ["failed a.csv pulled-file-too-large"] });
  });

  test("many files go in parts, over several connections, each once", async () => {
    for (let n = 0; n < 50; n += 1) await put(`${String(n).padStart(3, "0")}.csv`, rowsFrom(n, 2));
    const settings = { filesMax: 30, parallel: 4 };
    expect((await files.run(settings)).events).toHaveLength(30);
    expect((await files.run(settings)).events).toHaveLength(20);
    expect((await files.run(settings)).events).toHaveLength(0);
    expect(await files.stored()).toEqual({ calls: 51, files: 50 });
  });

  test("one process at a time runs a pull", async () => {
    for (let n = 0; n < 5; n += 1) await put(`${n}.csv`, rowsFrom(n, 1));
    const runs = await Promise.all([files.run(), files.run()]);
    expect(runs.map(({ end }) => end.kind).toSorted()).toEqual(["busy", "done"]);
    expect(runs.flatMap(({ events }) => events)).toHaveLength(5);
  });

  test("a folder that is not there is a problem; one that comes later is fetched from", async () => {
    const later = { folder: join(folder, "later") };
    expect(failure((await files.run(later)).end)).toBe("pull-folder-unreadable");
    await put("later/a.csv", rowsFrom(1, 1));
    expect(await files.run(later)).toEqual({ events: ["imported a.csv"], end: { kind: "done" } });
    await rm(join(folder, "later"), { recursive: true });
    expect(failure((await files.run(later)).end)).toBe("pull-folder-unreadable");
  });
});
