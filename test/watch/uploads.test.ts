import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Client as FtpClient } from "basic-ftp";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type FolderEvent, FolderWatch } from "../../src/server/mediation/watch-folder.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { FilePull, rowsFrom } from "../support/file-pull.ts";
import { ftpServer, hasFtpServer } from "../support/ftp-server.ts";
import { hasSshServer, sshServer } from "../support/ssh-server.ts";
import { writeTemporary } from "../support/temporary-file.ts";

/** How a switch uploads: all that the tests need of either protocol. */
interface Uploads {
  /** The folder that the uploads end in, as Tollwright sees it. */
  readonly folder: string;
  put(name: string, content: string): Promise<void>;
  append(name: string, content: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  stop(): Promise<void>;
}

async function overSftp(): Promise<Uploads> {
  const server = await sshServer();
  const batch = async (...lines: string[]) => {
    const file = await writeTemporary("batch", `cd ${server.folder}\n${lines.join("\n")}\n`);
    const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "BatchMode=yes"];
    await promisify(execFile)("sftp", [
      ...options.flatMap((option) => ["-o", option]),
      ...["-b", file, "-i", server.keyFile, "-P", String(server.port), `${server.user}@127.0.0.1`],
    ]);
  };
  return {
    folder: server.folder,
    put: async (name, content) => batch(`put ${await writeTemporary("upload", content)} ${name}`),
    // OpenSSH's client goes on with a longer file: what a switch does whose upload was cut, or whose log grew
    append: async (name, content) => batch(`reput ${await writeTemporary("upload", content)} ${name}`),
    rename: (from, to) => batch(`rename ${from} ${to}`),
    stop: () => server.stop(),
  };
}

async function overFtp(): Promise<Uploads> {
  const server = await ftpServer();
  const client = new FtpClient();
  await client.access({
    ...{ host: "127.0.0.1", port: server.port, user: server.user },
    password: "a-password-of-the-test",
  });
  await client.cd("files");
  const written = (content: string) => writeTemporary("upload", content);
  const sizes = new Map<string, number>();
  return {
    folder: server.folder,
    put: async (name, content) => {
      await client.uploadFrom(await written(content), name);
      sizes.set(name, content.length);
    },
    append: async (name, content) => {
      await client.appendFrom(await written(content.slice(sizes.get(name))), name);
    },
    rename: async (from, to) => void (await client.rename(from, to)),
    stop: async () => {
      client.close();
      await server.stop();
    },
  };
}

const WAYS = [
  ...(hasSshServer() ? [{ way: "SFTP to OpenSSH", open: overSftp }] : []),
  ...(hasFtpServer() ? [{ way: "FTP to vsftpd", open: overFtp }] : []),
];

describe.each(WAYS)("a switch that uploads over $way into a watched folder", ({ open }) => {
  let db: TestDatabase;
  let uploads: Uploads;
  let files: FilePull;

  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db?.drop());
  beforeEach(async () => {
    uploads = await open();
    files = await FilePull.create(db, {});
    return async () => {
      await uploads.stop();
      await files.remove();
    };
  });

  /** One round over the folder, and what it did. */
  async function round(): Promise<string[]> {
    const events: string[] = [];
    const report = ({ kind, path }: FolderEvent) =>
      void events.push(`${kind} ${path.slice(uploads.folder.length + 1)}`);
    const { tenantId } = files.operator;
    const folder = { tenantId, source: "fs-1", dir: uploads.folder, doneDir: null, settleS: 0 };
    await new FolderWatch(db, folder, report).once(new AbortController().signal);
    return events;
  }

  test("is read when it renames a file that is whole, and not before", async () => {
    await uploads.put("cdr.csv.part", rowsFrom(1, 30));
    expect(await round()).toEqual([]);
    await uploads.rename("cdr.csv.part", "cdr.csv");
    expect(await round()).toEqual(["imported cdr.csv"]);
    expect(await files.stored()).toEqual({ calls: 30, files: 1 });
  });

  test("has every row stored once when its upload is cut in the middle of a row and sent again", async () => {
    const whole = rowsFrom(1, 30);
    await uploads.put("cdr.csv", whole.slice(0, 1_000));
    expect(await round()).toEqual(["imported cdr.csv"]); // it rested as half a file
    await uploads.put("cdr.csv", whole);
    expect(await round()).toEqual(["imported cdr.csv"]);
    expect(await files.stored()).toEqual({ calls: 30, files: 2 });
    const waiting = "select count(*)::int as n from quarantine where state = 'waiting'";
    expect(await files.operator.figures(waiting)).toEqual({ n: 0 }); // the half row is known for one
  });

  test("has every row stored once when it appends to its file", async () => {
    await uploads.put("cdr.csv", rowsFrom(1, 10));
    await round();
    await uploads.append("cdr.csv", rowsFrom(1, 25));
    expect(await round()).toEqual(["imported cdr.csv"]);
    expect(await files.stored()).toEqual({ calls: 25, files: 2 });
  });
});
