import { appendFile, chmod, chown, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { FilePull, failure, filesBelow, rowsFrom } from "../support/file-pull.ts";
import { type FtpServer, ftpServer, hasFtpServer } from "../support/ftp-server.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

/** A file of the server, which the login may read, rename and delete. */
async function put(server: FtpServer, name: string, text: string): Promise<void> {
  const path = join(server.folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chown(dirname(path), server.uid, -1);
}

const settingsFor = (server: FtpServer) => ({
  ...{ kind: "ftp", host: "127.0.0.1", port: server.port, user: server.user },
  ...{ passwordFrom: { file: server.passwordFile }, folder: "files" },
});

describe.runIf(hasFtpServer()).each(["none", "explicit", "implicit"] as const)("a real vsftpd, TLS %s", (tls) => {
  let server: FtpServer;
  let files: FilePull;

  beforeAll(async () => {
    server = await ftpServer({ tls });
    const secured = { kind: "ftps", caFile: server.caFile, implicit: tls === "implicit" };
    files = await FilePull.create(db, { ...settingsFor(server), ...(tls !== "none" && secured) });
  });
  afterAll(async () => {
    await files?.remove();
    await server?.stop();
  });

  test("gives its files once, and has them moved away when their rows are committed", async () => {
    await put(server, "a.csv", rowsFrom(1, 2));
    await put(server, "below/b c.csv", rowsFrom(3, 1));
    await put(server, "d.csv.part", rowsFrom(9, 1));
    const settings = { recursive: true, after: "move", moveTo: "done" };
    expect(await files.run(settings)).toEqual({
      ...{ events: ["imported a.csv", "imported below/b c.csv"], end: { kind: "done" } },
    });
    expect(await filesBelow(server.folder)).toEqual(["d.csv.part", "done/a.csv", "done/below/b c.csv"]);
    await put(server, "a.csv", rowsFrom(5, 2));
    expect(await files.run(settings)).toMatchObject({ events: ["imported a.csv"] });
    expect(await filesBelow(server.folder)).toContain("done/a~2.csv");
    expect(await files.stored()).toEqual({ calls: 5, files: 3 });
  });
});

describe.runIf(hasFtpServer())("over FTP", () => {
  let server: FtpServer;
  let files: FilePull;

  beforeEach(async () => {
    server = await ftpServer({ rateBytes: 400_000 });
    files = await FilePull.create(db, settingsFor(server));
    return async () => {
      await files.remove();
      await server.stop();
    };
  });

  test("a file that the login may not read fails, and the others go on; so does one it may not delete", async () => {
    await put(server, "a.csv", rowsFrom(1, 1));
    await put(server, "b.csv", rowsFrom(2, 1));
    await chmod(join(server.folder, "a.csv"), 0o600); // it is root's
    const { events, end } = await files.run();
    expect([events, end]).toEqual([["failed a.csv pulled-file-refused", "imported b.csv"], { kind: "done" }]);
    await chmod(join(server.folder, "a.csv"), 0o644);
    await chmod(server.folder, 0o555);
    await files.retryNow();
    const second = await files.run({ after: "delete" });
    expect(second.events).toContain("imported a.csv");
    expect(second.events).toContain("failed a.csv pulled-file-refused"); // its rows are committed all the same
    await chmod(server.folder, 0o755);
    await files.retryNow();
    await files.run({ after: "delete" });
    expect(await filesBelow(server.folder)).toEqual([]);
    expect(await files.stored()).toEqual({ calls: 2, files: 2 });
  });

  test("a log is read on from where it ended, in whole lines; a rotated one from its start", async () => {
    const appends = { appends: true, names: ["Master.csv*"] };
    await put(server, "Master.csv", rowsFrom(1, 20));
    const log = join(server.folder, "Master.csv");
    expect(await files.run(appends)).toMatchObject({ events: ["imported Master.csv"] });
    expect(await files.run(appends)).toMatchObject({ events: [] });
    const [half, rest] = [rowsFrom(21, 1).slice(0, 40), rowsFrom(21, 1).slice(40)];
    await appendFile(log, half);
    expect(await files.run(appends)).toMatchObject({ events: [] }); // no line is whole
    await appendFile(log, rest + rowsFrom(22, 4) + half);
    expect(await files.run(appends)).toMatchObject({ events: ["imported Master.csv"] });
    expect(await files.stored()).toEqual({ calls: 25, files: 2 });
    expect(await files.operator.figures("select sum(rows)::int as rows from source_files")).toEqual({ rows: 25 });
    await appendFile(log, "");
    await rename(log, `${log}.1`);
    await put(server, "Master.csv", rowsFrom(100, 40));
    expect((await files.run(appends)).events).toEqual(["imported Master.csv", "imported Master.csv.1"]);
    expect(await files.stored()).toEqual({ calls: 65, files: 4 });
  });

  test("a server killed in mid-transfer, and back: the file is fetched on from there, every row once", async () => {
    await put(server, "cdr.csv", rowsFrom(0, 5_000)); // more than a second at the server's rate
    const running = files.run({ timeoutS: 5 });
    while (!(await filesBelow(files.spoolDir)).some((name) => name.endsWith(".new"))) await sleep(5);
    await sleep(300); // some of it has come
    await server.kill();
    await server.start();
    const { events, end } = await running;
    expect([events, failure(end)]).toEqual([["imported cdr.csv"], "done"]);
    expect(await files.stored()).toEqual({ calls: 5_000, files: 1 });
  });

  test("a server that is gone is a failure of the pull, until it is back", async () => {
    await put(server, "a.csv", rowsFrom(1, 1));
    await server.kill();
    expect(failure((await files.run()).end)).toBe("server-unreachable");
    await server.start();
    expect(await files.run()).toMatchObject({ events: ["imported a.csv"] });
  });
});
