import { once } from "node:events";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FileServer } from "../../src/server/pulls/file-server.ts";
import { openSftp } from "../../src/server/pulls/open-sftp.ts";
import { filePuller } from "../../src/server/pulls/pull-files.ts";
import type { PullRun } from "../../src/server/pulls/puller.ts";
import type { SftpPull } from "../../src/server/pulls/sftp-settings.ts";
import { startTollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { FilePull, failure, rowsFrom } from "../support/file-pull.ts";
import { pullRun } from "../support/pull-run.ts";
import { hasSshServer, type SshServer, sshServer } from "../support/ssh-server.ts";
import { type TcpRelay, tcpRelay } from "../support/tcp-relay.ts";

/** Rows of a file that takes several packets, and what they are stored as. */
const ROWS = 5_000;
const BYTES = rowsFrom(0, ROWS).length;

describe.runIf(hasSshServer())("transfers over SFTP that are cut", () => {
  let db: TestDatabase;
  let server: SshServer;
  let relay: TcpRelay;
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
    relay = await tcpRelay(server.port);
    files = await FilePull.create(db, {
      ...{ kind: "sftp", host: "127.0.0.1", port: relay.port, user: server.user, folder },
      ...{ privateKeyFrom: { file: server.keyFile }, hostKeys: [server.fingerprints.ed25519] },
    });
    return async () => {
      await relay.stop();
      await files.remove();
    };
  });

  test("go on from where they were cut, over new connections, and the file is imported whole", async () => {
    await writeFile(join(folder, "cdr.csv"), rowsFrom(0, ROWS));
    relay.cutAfter(Math.floor(BYTES * 0.45));
    expect(await files.run()).toEqual({ events: ["imported cdr.csv"], end: { kind: "done" } });
    expect(relay.connections).toBe(3); // 45 %, 45 % and the rest
    expect(await files.stored()).toEqual({ calls: ROWS, files: 1 });
    expect(await files.spooled()).toEqual([]);
  });

  test("nothing is imported of a file that stays cut; what came is kept for the next run", async () => {
    await writeFile(join(folder, "cdr.csv"), rowsFrom(0, ROWS));
    relay.cutAfter(Math.floor(BYTES * 0.2));
    expect(await files.run()).toEqual({ events: ["failed cdr.csv transfer-cut"], end: { kind: "done" } });
    expect(await files.stored()).toEqual({ calls: 0, files: 0 });
    expect(await files.spooled()).toEqual([expect.stringMatching(/\.part$/)]);
    expect(await files.run()).toMatchObject({ events: [] }); // it is not time to try again
    await files.retryNow();
    relay.cutAfter(Math.floor(BYTES * 0.7));
    expect(await files.run()).toMatchObject({ events: ["imported cdr.csv"] });
    expect(await files.stored()).toEqual({ calls: ROWS, files: 1 });
  });

  test("end when the server falls silent", async () => {
    await writeFile(join(folder, "cdr.csv"), rowsFrom(0, ROWS));
    relay.silentAfter(Math.floor(BYTES * 0.3));
    const { events, end } = await files.run({ timeoutS: 1 });
    expect([events, failure(end)]).toEqual([["failed cdr.csv transfer-cut"], "done"]);
    relay.silentAfter(null);
    await files.retryNow();
    expect(await files.run()).toMatchObject({ events: ["imported cdr.csv"] });
    expect(await files.stored()).toEqual({ calls: ROWS, files: 1 });
  });

  test("do no harm when what was cut has changed meanwhile", async () => {
    await writeFile(join(folder, "cdr.csv"), rowsFrom(0, ROWS));
    relay.cutAfter(Math.floor(BYTES * 0.2));
    await files.run();
    await writeFile(join(folder, "cdr.csv"), rowsFrom(5, ROWS + 10));
    relay.cutAfter(null);
    expect(await files.run()).toMatchObject({ events: ["imported cdr.csv"] });
    expect(await files.stored()).toEqual({ calls: ROWS + 10, files: 1 });
    expect(await files.spooled()).toEqual([]);
  });

  test("a server that is killed is a failure of the pull, until it is back", async () => {
    for (const name of ["a.csv", "b.csv"]) await writeFile(join(folder, name), rowsFrom(name === "a.csv" ? 0 : 10, 10));
    await server.kill();
    expect(failure((await files.run()).end)).toBe("server-unreachable");
    await server.start();
    expect(await files.run()).toEqual({ events: ["imported a.csv", "imported b.csv"], end: { kind: "done" } });
    expect(await files.stored()).toEqual({ calls: 20, files: 2 });
  });

  /**
   * Runs the pull once, with `between` done each time when the folder has been listed; answers how many events there
   * were.
   */
  async function runWith(between: () => Promise<void>): Promise<number> {
    const { source, settings } = await files.pull();
    const run = await pullRun(files.operator, source, settings as SftpPull, files.spoolDir);
    const open = async (pullRunOfTest: PullRun<SftpPull>): Promise<FileServer> => {
      const server = await openSftp(pullRunOfTest);
      return {
        name: server.name,
        list: async (recursive) => {
          const listed = await server.list(recursive);
          await between();
          return listed;
        },
        look: (path) => server.look(path),
        fetch: (...request) => server.fetch(...request),
        move: (...paths) => server.move(...paths),
        remove: (path) => server.remove(path),
        close: () => server.close(),
      };
    };
    await filePuller(open).run(run);
    return run.events.length;
  }

  test("a file that goes between being listed and fetched is no fault; one that grows is left for later", async () => {
    await writeFile(join(folder, "a.csv"), rowsFrom(0, 5));
    await writeFile(join(folder, "b.csv"), rowsFrom(10, 5));
    const between = async () => {
      await rm(join(folder, "a.csv"));
      await writeFile(join(folder, "b.csv"), rowsFrom(10, 6));
    };
    expect(await runWith(between)).toBe(0);
    expect(await files.run()).toMatchObject({ events: ["imported b.csv"] });
    expect(await files.stored()).toEqual({ calls: 6, files: 1 });
  });

  test("a server that is killed in mid-transfer and comes back: the file is fetched whole", async () => {
    await writeFile(join(folder, "cdr.csv"), rowsFrom(0, ROWS));
    relay.silentAfter(Math.floor(BYTES * 0.5)); // holds the transfer until the server is dead
    const running = files.run({ timeoutS: 30 });
    while ((await files.spooled()).length === 0) await sleep(5);
    await server.kill();
    relay.silentAfter(null);
    await server.start();
    expect(await running).toEqual({ events: ["imported cdr.csv"], end: { kind: "done" } });
    expect(await files.stored()).toEqual({ calls: ROWS, files: 1 });
  });

  test("Tollwright killed in mid-transfer, and in mid-import, fetches again and stores every row once", async () => {
    const names = ["a.csv", "b.csv", "c.csv"];
    for (const [index, name] of names.entries()) await writeFile(join(folder, name), rowsFrom(index * 2_000, 2_500));
    await files.pull({ after: "move", moveTo: "done" });
    const words = ["cdr", "pull", "--once", "--tenant", `Tenant ${files.operator.tenantId}`];
    const env = { DATABASE_URL: db.url, TOLLWRIGHT_DATA_DIR: files.spoolDir };
    relay.silentAfter(100_000); // the first file is half there
    const first = startTollwright(words, env);
    while ((await readdir(files.spoolDir, { recursive: true })).every((name) => !name.endsWith(".new"))) await sleep(5);
    first.child.kill("SIGKILL");
    await first.ended;
    relay.silentAfter(null);
    const second = startTollwright(words, env);
    await once(second.child.stderr, "data"); // "a.csv: 2500 rows": it is imported, and may be moved or not
    second.child.kill("SIGKILL");
    await second.ended;
    expect(await startTollwright(words, env).ended).toMatchObject({ status: 0 });
    expect(await readdir(folder)).toEqual(["done"]);
    expect((await readdir(join(folder, "done"))).toSorted()).toEqual(names);
    expect(await files.stored()).toEqual({ calls: 6_500, files: 3 });
  });
});
