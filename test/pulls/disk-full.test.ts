import { execFileSync } from "node:child_process";
import { mkdtemp, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FileServer } from "../../src/server/pulls/file-server.ts";
import { openSftp } from "../../src/server/pulls/open-sftp.ts";
import { filePuller } from "../../src/server/pulls/pull-files.ts";
import type { PullRun } from "../../src/server/pulls/puller.ts";
import type { SftpPull } from "../../src/server/pulls/sftp-settings.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { FilePull, failure, filesBelow, rowsFrom } from "../support/file-pull.ts";
import { pullRun } from "../support/pull-run.ts";
import { hasSshServer, type SshServer, sshServer } from "../support/ssh-server.ts";

const MB = 1_048_576;
const ROWS = 10_000; // more than a megabyte

/** Whether a small disk can be made here; says so when not. */
function canMount(): boolean {
  if (process.getuid?.() === 0) return true;
  process.stderr.write("not run: a full disk can be tried by root only, who may mount one\n");
  return false;
}

/** A disk of its own size, in memory. */
async function smallDisk(sizeMb: number): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "tollwright-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMb}m`, "tmpfs", folder]);
  return {
    folder,
    remove: async () => {
      execFileSync("umount", [folder]);
      await rmdir(folder);
    },
  };
}

describe.runIf(hasSshServer() && canMount())("a disk without room for what is fetched", () => {
  let db: TestDatabase;
  let server: SshServer;
  let files: FilePull;

  beforeAll(async () => {
    db = await testDatabase();
    server = await sshServer();
    files = await FilePull.create(db, {
      ...{ kind: "sftp", host: "127.0.0.1", port: server.port, user: server.user, folder: server.folder },
      ...{ privateKeyFrom: { file: server.keyFile }, hostKeys: [server.fingerprints.ed25519] },
    });
    await writeFile(join(server.folder, "cdr.csv"), rowsFrom(0, ROWS));
  });
  afterAll(async () => {
    await files?.remove();
    await db?.drop();
    await server?.stop();
  });

  test("is a problem before anything is written, while 64 MB would not stay free", async () => {
    const disk = await smallDisk(32);
    try {
      expect(failure((await files.run({}, { spoolDir: disk.folder })).end)).toBe("spool-not-written");
      expect(await filesBelow(disk.folder)).toEqual([]);
    } finally {
      await disk.remove();
    }
  });

  test("and one that others fill meanwhile: what came is given up for room, and fetched when there is some", async () => {
    const disk = await smallDisk(70);
    const filler = join(disk.folder, "of others");
    try {
      const { source, settings } = await files.pull();
      const run = await pullRun(files.operator, source, settings as SftpPull, join(disk.folder, "spool"));
      const open = async (opened: PullRun<SftpPull>): Promise<FileServer> => {
        const server = await openSftp(opened);
        return {
          name: server.name,
          list: (recursive) => server.list(recursive),
          look: (path) => server.look(path),
          fetch: async (...request) => {
            await writeFile(filler, Buffer.alloc(69.5 * MB));
            return await server.fetch(...request);
          },
          move: (...paths) => server.move(...paths),
          remove: (path) => server.remove(path),
          close: () => server.close(),
        };
      };
      await expect(filePuller(open).run(run)).rejects.toMatchObject({ code: "spool-not-written" });
      expect(await filesBelow(disk.folder)).toEqual(["of others"]);
      expect(await files.stored()).toEqual({ calls: 0, files: 0 });
      await rm(filler);
      expect(await files.run({}, { spoolDir: disk.folder })).toMatchObject({ events: ["imported cdr.csv"] });
      expect(await files.stored()).toEqual({ calls: ROWS, files: 1 });
    } finally {
      await disk.remove();
    }
  });
});
