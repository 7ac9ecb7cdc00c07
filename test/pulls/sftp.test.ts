import { readFile, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { failure, filesBelow, rowsFrom } from "../support/file-pull.ts";
import { sftpPulls } from "../support/sftp-pulls.ts";
import { hasSshServer } from "../support/ssh-server.ts";

describe.runIf(hasSshServer())("files over SFTP, from a real OpenSSH server", () => {
  const pulls = sftpPulls();

  test("fetches what is there, once, and leaves nothing in the spool", async () => {
    await pulls.put("a.csv", rowsFrom(1, 2));
    await pulls.put("b.csv", rowsFrom(2, 2));
    for (const name of [".hidden.csv", "c.csv.part", "d.csv.tmp", "f.csv.filepart", "below/e.csv"])
      await pulls.put(name, rowsFrom(9, 1));
    await pulls.put("empty.csv", "");
    await symlink(join(pulls.folder, "a.csv"), join(pulls.folder, "link.csv"));
    expect(await pulls.files.run()).toEqual({ events: ["imported a.csv", "imported b.csv"], end: { kind: "done" } });
    expect(await pulls.files.run()).toEqual({ events: [], end: { kind: "done" } });
    expect(await pulls.files.stored()).toEqual({ calls: 3, files: 2 });
    expect(await pulls.files.spooled()).toEqual([]);
  });

  test("takes only names that are asked for, in folders below where it is told to", async () => {
    await pulls.put("2026/03/cdr-1.csv", rowsFrom(1, 1));
    await pulls.put("2026/03/report.csv", rowsFrom(2, 1));
    await pulls.put("2026/04/cdr 2é.csv", rowsFrom(3, 1));
    await pulls.put("old/cdr-3.csv", rowsFrom(4, 1));
    const { events } = await pulls.files.run({ recursive: true, names: ["cdr*.csv"], ignore: ["old/*"] });
    expect(events).toEqual(["imported 2026/03/cdr-1.csv", "imported 2026/04/cdr 2é.csv"]);
  });

  test("a file that was uploaded under another name is taken when it has its own", async () => {
    await pulls.put("cdr.csv.tmp", rowsFrom(1, 2));
    expect(await pulls.files.run()).toMatchObject({ events: [] });
    await rename(join(pulls.folder, "cdr.csv.tmp"), join(pulls.folder, "cdr.csv"));
    expect(await pulls.files.run()).toMatchObject({ events: ["imported cdr.csv"] });
  });

  test("a file that still grows is left until it rests; what it looks like now is remembered from run to run", async () => {
    const resting = { settleS: 3_600 }; // longer than a run waits for it
    await pulls.put("cdr.csv", rowsFrom(1, 1));
    expect(await pulls.files.run(resting)).toMatchObject({ events: [] });
    await pulls.put("cdr.csv", rowsFrom(1, 2));
    expect(await pulls.files.run(resting)).toMatchObject({ events: [] });
    expect(await pulls.files.run({ settleS: 0 })).toMatchObject({ events: ["imported cdr.csv"] });
    expect(await pulls.files.stored()).toEqual({ calls: 2, files: 1 });
  });

  test("one that has to settle for a moment only is waited for", async () => {
    await pulls.put("cdr.csv", rowsFrom(1, 1));
    expect(await pulls.files.run({ settleS: 1 })).toMatchObject({ events: ["imported cdr.csv"] });
  });

  test("with a marker, a file is complete when its marker is there", async () => {
    await pulls.put("a.csv", rowsFrom(1, 1));
    await pulls.put("b.csv", rowsFrom(2, 1));
    await pulls.put("b.csv.ok", "");
    expect(await pulls.files.run({ marker: ".ok", after: "delete" })).toMatchObject({ events: ["imported b.csv"] });
    expect(await filesBelow(pulls.folder)).toEqual(["a.csv"]);
  });

  test.each<[object, string[], string]>([
    [{ after: "delete" }, ["sub/b.csv.part"], "gone, once the rows are committed"],
    [{ after: "rename" }, ["a.csv.done", "sub/b.csv.done", "sub/b.csv.part"], "never taken for a new file"],
    [{ after: "move", moveTo: "done" }, ["done/a.csv", "done/sub/b.csv", "sub/b.csv.part"], "folders are made"],
  ])("%o does so with the server's files: %j (%s)", async (after, left) => {
    await pulls.put("a.csv", rowsFrom(1, 1));
    await pulls.put("sub/b.csv", rowsFrom(2, 1));
    await pulls.put("sub/b.csv.part", rowsFrom(3, 1));
    const settings = { recursive: true, ...after };
    expect(await pulls.files.run(settings)).toEqual({
      ...{ events: ["imported a.csv", "imported sub/b.csv"], end: { kind: "done" } },
    });
    expect(await filesBelow(pulls.folder)).toEqual(left);
    expect(await pulls.files.run(settings)).toEqual({ events: [], end: { kind: "done" } });
  });

  test("a file that is moved takes no other's place", async () => {
    for (const first of [1, 2, 3]) {
      await pulls.put("cdr.csv", rowsFrom(first, 1));
      await pulls.files.run({ after: "move", moveTo: "done" });
    }
    expect(await filesBelow(pulls.folder)).toEqual(["done/cdr.csv", "done/cdr~2.csv", "done/cdr~3.csv"]);
    expect(await pulls.files.stored()).toEqual({ calls: 3, files: 3 });
  });

  test("keeps fetched files, where it is told to", async () => {
    const doneDir = join(pulls.files.spoolDir, "kept");
    await pulls.put("a.csv", rowsFrom(1, 1));
    await pulls.files.run({ doneDir, after: "delete" });
    expect(await readFile(join(doneDir, "a.csv"), "utf8")).toBe(rowsFrom(1, 1));
  });

  test("the same file under another name counts as the same", async () => {
    await pulls.put("a.csv", rowsFrom(1, 2));
    await pulls.files.run();
    await rename(join(pulls.folder, "a.csv"), join(pulls.folder, "b.csv"));
    expect(await pulls.files.run({ after: "delete" })).toMatchObject({ events: ["known b.csv"] });
    expect(await filesBelow(pulls.folder)).toEqual([]);
    expect(await pulls.files.stored()).toEqual({ calls: 2, files: 1 });
  });

  test("the same name with other content is another file, and rows that are stored are dropped", async () => {
    await pulls.put("cdr.csv", rowsFrom(1, 2));
    await pulls.files.run();
    await pulls.put("cdr.csv", rowsFrom(2, 3));
    expect(await pulls.files.run()).toMatchObject({ events: ["imported cdr.csv"] });
    expect(await pulls.files.stored()).toEqual({ calls: 4, files: 2 });
  });

  test("a file that is no text is refused once, left on the server, and tried again when it has changed", async () => {
    await pulls.put("a.csv", "PK\u0003\u0004\0\0\0\0\0\0binary\0\0\0");
    await pulls.put("b.csv", rowsFrom(1, 1));
    const first = await pulls.files.run({ after: "delete" });
    expect(first).toEqual({ events: ["failed a.csv file-not-text", "imported b.csv"], end: { kind: "done" } });
    expect(await pulls.files.run({ after: "delete" })).toMatchObject({ events: [] });
    expect(await filesBelow(pulls.folder)).toEqual(["a.csv"]);
    await pulls.put("a.csv", rowsFrom(2, 1));
    expect(await pulls.files.run()).toMatchObject({ events: ["imported a.csv"] });
  });

  test("a file that is larger than the pull fetches is refused", async () => {
    await pulls.put("a.csv", rowsFrom(1, 9));
    expect(await pulls.files.run({ sizeBytesMax: 500 })).toMatchObject({
      events: ["failed a.csv pulled-file-too-large"],
    });
  });

  test("many files go in parts, over several connections, each once", async () => {
    for (let n = 0; n < 50; n += 1) await pulls.put(`${String(n).padStart(3, "0")}.csv`, rowsFrom(n, 2));
    const settings = { filesMax: 30, parallel: 4 };
    expect((await pulls.files.run(settings)).events).toHaveLength(30);
    expect((await pulls.files.run(settings)).events).toHaveLength(20);
    expect((await pulls.files.run(settings)).events).toHaveLength(0);
    expect(await pulls.files.stored()).toEqual({ calls: 51, files: 50 });
  });

  test("one process at a time runs a pull", async () => {
    for (let n = 0; n < 5; n += 1) await pulls.put(`${n}.csv`, rowsFrom(n, 1));
    const runs = await Promise.all([pulls.files.run(), pulls.files.run()]);
    expect(runs.map(({ end }) => end.kind).toSorted()).toEqual(["busy", "done"]);
    expect(runs.flatMap(({ events }) => events)).toHaveLength(5);
  });

  test("a folder that is not there is a problem; one that comes later is fetched from", async () => {
    const later = { folder: join(pulls.folder, "later") };
    expect(failure((await pulls.files.run(later)).end)).toBe("pull-folder-unreadable");
    await pulls.put("later/a.csv", rowsFrom(1, 1));
    expect(await pulls.files.run(later)).toEqual({ events: ["imported a.csv"], end: { kind: "done" } });
    await rm(join(pulls.folder, "later"), { recursive: true });
    expect(failure((await pulls.files.run(later)).end)).toBe("pull-folder-unreadable");
  });
});
