import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startTollwright, tollwright, tollwrightJson } from "../support/command-line.ts";
import { filesBelow, rowsFrom } from "../support/file-pull.ts";
import { sftpPulls } from "../support/sftp-pulls.ts";
import { hasSshServer } from "../support/ssh-server.ts";

describe.runIf(hasSshServer())("tollwright cdr pull", () => {
  const pulls = sftpPulls();

  const words = (...more: string[]) => ["cdr", "pull", "--tenant", `Tenant ${pulls.files.operator.tenantId}`, ...more];
  const env = () => ({ DATABASE_URL: pulls.db.url, TOLLWRIGHT_DATA_DIR: pulls.files.spoolDir });

  test("--dry-run lists what would be done, and does nothing", async () => {
    await pulls.put("a.csv", rowsFrom(1, 1));
    await pulls.put("b.csv", "");
    await pulls.files.pull({ settleS: 0, after: "delete" });
    const { document } = await tollwrightJson(words("--dry-run"), { db: pulls.db });
    expect(document).toMatchObject({
      files: [
        { source: "fs-1", pull: "cdr", path: "a.csv", sizeBytes: rowsFrom(1, 1).length, fate: "fetch", reason: null },
        { path: "b.csv", fate: "wait", reason: "it is empty" },
      ],
    });
    expect(await filesBelow(pulls.folder)).toEqual(["a.csv", "b.csv"]);
    expect(await pulls.files.operator.figures("select count(*)::int as n from pulled_files")).toEqual({ n: 0 });
    expect(await pulls.files.operator.figures("select count(*)::int as n from pulls")).toEqual({ n: 0 });
  });

  test("--status tells of a failure until it is mended", async () => {
    await pulls.files.pull({ folder: join(pulls.folder, "later") });
    const said = async () => {
      const { status, stdout } = await tollwright(words("--status"), { db: pulls.db });
      return { status, stdout };
    };
    expect(await said()).toMatchObject({ status: 0, stdout: expect.stringMatching(/fs-1 +cdr +sftp +new +never/) });
    await pulls.files.run({ folder: join(pulls.folder, "later") });
    expect(await said()).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(
        / failed .*\nfs-1\/cdr: The folder .* can't be listed: .*\[pull-folder-unreadable\]/s,
      ),
    });
    await mkdir(join(pulls.folder, "later"));
    await pulls.files.run({ folder: join(pulls.folder, "later") });
    expect(await said()).toMatchObject({ status: 0, stdout: expect.stringMatching(/ ok /) });
  });

  test("a source or pull that is not there is a problem, and so are two modes at a time", async () => {
    await pulls.files.pull();
    const codes = [];
    for (const more of [
      ["--source", "fs-2", "--once"],
      ["--pull", "no", "--status"],
      ["--once", "--dry-run"],
    ])
      codes.push(((await tollwrightJson(words(...more), { db: pulls.db })).document as { code: string }).code);
    expect(codes).toEqual(["pull-unknown", "pull-unknown", "command-line-invalid"]);
  });

  test("two processes that run the schedules fetch a file once, as it comes, and end at SIGTERM", async () => {
    await pulls.files.pull({ schedule: { everyS: 1 }, after: "delete" });
    const processes = [startTollwright(words(), env()), startTollwright(words(), env())];
    const told = Promise.any(processes.map(({ child }) => saidOf(child.stderr, "a.csv")));
    await pulls.put("a.csv", rowsFrom(1, 3));
    await told;
    for (const { child } of processes) child.kill("SIGTERM");
    const ends = await Promise.all(processes.map(({ ended }) => ended));
    const lines = ends.flatMap(({ stderr }) => stderr.split("\n")).filter((line) => line.includes("a.csv"));
    expect([ends.map(({ status }) => status), lines]).toEqual([
      [0, 0],
      [expect.stringContaining("fs-1/cdr: a.csv: 3 rows: 3 stored")],
    ]);
    expect(await pulls.files.stored()).toEqual({ calls: 3, files: 1 });
  });
});

/** Waits until a stream has said something; others read it, too. */
async function saidOf(stream: NodeJS.ReadableStream, words: string): Promise<void> {
  let said = "";
  while (!said.includes(words)) said += String((await once(stream, "data"))[0]);
}
