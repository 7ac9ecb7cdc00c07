import { once } from "node:events";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { FileServer } from "../../src/server/pulls/file-server.ts";
import { openSftp } from "../../src/server/pulls/open-sftp.ts";
import { filePuller } from "../../src/server/pulls/pull-files.ts";
import type { PullRun } from "../../src/server/pulls/puller.ts";
import type { SftpPull } from "../../src/server/pulls/sftp-settings.ts";
import { startTollwright } from "../support/command-line.ts";
import { failure, rowsFrom } from "../support/file-pull.ts";
import { pullRun } from "../support/pull-run.ts";
import { sftpPulls } from "../support/sftp-pulls.ts";
import { hasSshServer } from "../support/ssh-server.ts";

/** Rows of a file that takes several packets, and what they are stored as. */
const ROWS = 5_000;
const BYTES = rowsFrom(0, ROWS).length;

describe.runIf(hasSshServer())("transfers over SFTP that are cut", () => {
  const pulls = sftpPulls();

  test("go on from where they were cut, over new connections, and the file is imported whole", async () => {
    await pulls.put("cdr.csv", rowsFrom(0, ROWS));
    pulls.relay.cutAfter(Math.floor(BYTES * 0.45));
    expect(await pulls.files.run()).toEqual({ events: ["imported cdr.csv"], end: { kind: "done" } });
    expect(pulls.relay.connections).toBe(3); // 45 %, 45 % and the rest
    expect(await pulls.files.stored()).toEqual({ calls: ROWS, files: 1 });
    expect(await pulls.files.spooled()).toEqual([]);
  });

  test("nothing is imported of a file that stays cut; what came is kept for the next run", async () => {
    await pulls.put("cdr.csv", rowsFrom(0, ROWS));
    pulls.relay.cutAfter(Math.floor(BYTES * 0.2));
    expect(await pulls.files.run()).toEqual({ events: ["failed cdr.csv transfer-cut"], end: { kind: "done" } });
    expect(await pulls.files.stored()).toEqual({ calls: 0, files: 0 });
    expect(await pulls.files.spooled()).toEqual([expect.stringMatching(/\.part$/)]);
    expect(await pulls.files.run()).toMatchObject({ events: [] }); // it is not time to try again
    await pulls.files.retryNow();
    pulls.relay.cutAfter(Math.floor(BYTES * 0.7));
    expect(await pulls.files.run()).toMatchObject({ events: ["imported cdr.csv"] });
    expect(await pulls.files.stored()).toEqual({ calls: ROWS, files: 1 });
  });

  test("end when the server falls silent", async () => {
    await pulls.put("cdr.csv", rowsFrom(0, ROWS));
    pulls.relay.silentAfter(Math.floor(BYTES * 0.3));
    const { events, end } = await pulls.files.run({ timeoutS: 1 });
    expect([events, failure(end)]).toEqual([["failed cdr.csv transfer-cut"], "done"]);
    pulls.relay.silentAfter(null);
    await pulls.files.retryNow();
    expect(await pulls.files.run()).toMatchObject({ events: ["imported cdr.csv"] });
    expect(await pulls.files.stored()).toEqual({ calls: ROWS, files: 1 });
  });

  test("do no harm when what was cut has changed meanwhile", async () => {
    await pulls.put("cdr.csv", rowsFrom(0, ROWS));
    pulls.relay.cutAfter(Math.floor(BYTES * 0.2));
    await pulls.files.run();
    await pulls.put("cdr.csv", rowsFrom(5, ROWS + 10));
    pulls.relay.cutAfter(null);
    expect(await pulls.files.run()).toMatchObject({ events: ["imported cdr.csv"] });
    expect(await pulls.files.stored()).toEqual({ calls: ROWS + 10, files: 1 });
    expect(await pulls.files.spooled()).toEqual([]);
  });

  test("a server that is killed is a failure of the pull, until it is back", async () => {
    for (const name of ["a.csv", "b.csv"])
      await writeFile(join(pulls.folder, name), rowsFrom(name === "a.csv" ? 0 : 10, 10));
    await pulls.server.kill();
    expect(failure((await pulls.files.run()).end)).toBe("server-unreachable");
    await pulls.server.start();
    expect(await pulls.files.run()).toEqual({ events: ["imported a.csv", "imported b.csv"], end: { kind: "done" } });
    expect(await pulls.files.stored()).toEqual({ calls: 20, files: 2 });
  });

  /**
   * Runs the pull once, with `between` done each time when the folder has been listed; answers how many events there
   * were.
   */
  async function runWith(between: () => Promise<void>): Promise<number> {
    const { source, settings } = await pulls.files.pull();
    const run = await pullRun(pulls.files.operator, source, settings as SftpPull, pulls.files.spoolDir);
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
    await pulls.put("a.csv", rowsFrom(0, 5));
    await pulls.put("b.csv", rowsFrom(10, 5));
    const between = async () => {
      await rm(join(pulls.folder, "a.csv"));
      await pulls.put("b.csv", rowsFrom(10, 6));
    };
    expect(await runWith(between)).toBe(0);
    expect(await pulls.files.run()).toMatchObject({ events: ["imported b.csv"] });
    expect(await pulls.files.stored()).toEqual({ calls: 6, files: 1 });
  });

  test("a server that is killed in mid-transfer and comes back: the file is fetched whole", async () => {
    await pulls.put("cdr.csv", rowsFrom(0, ROWS));
    pulls.relay.silentAfter(Math.floor(BYTES * 0.5)); // holds the transfer until the server is dead
    const running = pulls.files.run({ timeoutS: 30 });
    while ((await pulls.files.spooled()).length === 0) await sleep(5);
    await pulls.server.kill();
    pulls.relay.silentAfter(null);
    await pulls.server.start();
    expect(await running).toEqual({ events: ["imported cdr.csv"], end: { kind: "done" } });
    expect(await pulls.files.stored()).toEqual({ calls: ROWS, files: 1 });
  });

  test("Tollwright killed in mid-transfer, and in mid-import, fetches again and stores every row once", async () => {
    const names = ["a.csv", "b.csv", "c.csv"];
    for (const [index, name] of names.entries())
      await writeFile(join(pulls.folder, name), rowsFrom(index * 2_000, 2_500));
    await pulls.files.pull({ after: "move", moveTo: "done" });
    const words = ["cdr", "pull", "--once", "--tenant", `Tenant ${pulls.files.operator.tenantId}`];
    const env = { DATABASE_URL: pulls.db.url, TOLLWRIGHT_DATA_DIR: pulls.files.spoolDir };
    pulls.relay.silentAfter(100_000); // the first file is half there
    const first = startTollwright(words, env);
    while ((await readdir(pulls.files.spoolDir, { recursive: true })).every((name) => !name.endsWith(".new")))
      await sleep(5);
    first.child.kill("SIGKILL");
    await first.ended;
    pulls.relay.silentAfter(null);
    const second = startTollwright(words, env);
    await once(second.child.stderr, "data"); // "a.csv: 2500 rows": it is imported, and may be moved or not
    second.child.kill("SIGKILL");
    await second.ended;
    expect(await startTollwright(words, env).ended).toMatchObject({ status: 0 });
    expect(await readdir(pulls.folder)).toEqual(["done"]);
    expect((await readdir(join(pulls.folder, "done"))).toSorted()).toEqual(names);
    expect(await pulls.files.stored()).toEqual({ calls: 6_500, files: 3 });
  });
});
