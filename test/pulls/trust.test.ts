import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Problem } from "../../src/core/problem.ts";
import { findPulls } from "../../src/server/pulls/find-pulls.ts";
import type { PullRunEnd } from "../../src/server/pulls/run-pull.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { FilePull, failure, rowsFrom } from "../support/file-pull.ts";
import { type FtpServer, ftpServer, hasFtpServer } from "../support/ftp-server.ts";
import { hasSshServer, type SshServer, sshServer } from "../support/ssh-server.ts";
import { writeTemporary } from "../support/temporary-file.ts";

const ANOTHER_KEY = `SHA256:${"A".repeat(43)}`;
const ANOTHER_CERTIFICATE = Array.from({ length: 32 }, () => "AB").join(":");

let db: TestDatabase;
let files: FilePull;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());
afterEach(() => files?.remove());

const said = (end: PullRunEnd): string =>
  end.kind === "failed" && end.error instanceof Problem ? end.error.message : `no failure: ${end.kind}`;

describe.runIf(hasSshServer())("an SSH server", () => {
  let server: SshServer;
  beforeAll(async () => {
    server = await sshServer();
    await writeFile(join(server.folder, "a.csv"), rowsFrom(1, 1));
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    files = await FilePull.create(db, {
      ...{ kind: "sftp", host: "127.0.0.1", port: server.port, user: server.user, folder: server.folder },
      privateKeyFrom: { file: server.keyFile },
    });
  });

  test("whose key nobody has written down is refused, with its fingerprint", async () => {
    const { end } = await files.run();
    expect(failure(end)).toBe("server-not-trusted");
    expect(said(end)).toMatch(/ shows the host key SHA256:[\w+/]{43}, and nothing says that this is right\./);
    expect(Object.values(server.fingerprints).some((fingerprint) => said(end).includes(fingerprint))).toBe(true);
  });

  test("that shows another key than the one written down is refused, and both are named", async () => {
    const { end } = await files.run({ hostKeys: [ANOTHER_KEY] });
    expect(failure(end)).toBe("server-not-trusted");
    expect(said(end)).toContain(`and not ${ANOTHER_KEY}`);
  });

  test.each(["ed25519", "ecdsa", "rsa"] as const)("may be known by its %s key", async (kind) => {
    const { events } = await files.run({ hostKeys: [ANOTHER_KEY, server.fingerprints[kind]] });
    expect(events).toEqual(["imported a.csv"]);
  });

  test("is trusted on first use where the settings say so; another one after that is not", async () => {
    expect(await files.run({ trustFirst: true })).toMatchObject({ events: ["imported a.csv"] });
    const [pull] = await findPulls(db, files.operator.tenantId);
    expect(Object.values(server.fingerprints)).toContain(pull?.stored?.pinned);
    await db.transaction("app", { tenantId: files.operator.tenantId }, (tx) =>
      tx.query("update pulls set pinned = $1", [ANOTHER_KEY]),
    );
    expect(failure((await files.run({ trustFirst: true })).end)).toBe("server-not-trusted");
  });

  test("that refuses the login says so; the next try is later, and what is stored names no secret", async () => {
    const secret = await writeTemporary("password", "a secret password\n");
    const settings = { privateKeyFrom: undefined, passwordFrom: { file: secret }, trustFirst: true };
    const first = await files.run(settings);
    expect(failure(first.end)).toBe("server-login-refused");
    const second = await files.run(settings);
    expect([first.end, second.end]).toMatchObject([{ retryS: 30 }, { retryS: 60 }]);
    const kept = await files.operator.figures(
      "select (select json_agg(p) from pulls p)::text || (select json_agg(s) from sources s)::text as text",
    );
    expect(JSON.stringify(kept)).not.toContain("a secret password");
  });

  test.each<[object, string, string]>([
    [{ privateKeyFrom: { file: "/nowhere/key" } }, "there is no such file", "a file that is not there"],
    [{ passwordFrom: { env: "TOLLWRIGHT_SECRET_NOT_SET" } }, "TOLLWRIGHT_SECRET_NOT_SET: it is not set", "a variable"],
    [{ privateKeyFrom: { file: "/etc/hostname" } }, "private key", "a file that is no key"],
  ])("is not asked with a secret that can't be read: %o: %s (%s)", async (settings, reason) => {
    const { end } = await files.run({ hostKeys: [server.fingerprints.ed25519], ...settings });
    expect(failure(end)).toBe("pull-secret-missing");
    expect(said(end)).toContain(reason);
  });
});

describe.runIf(hasFtpServer())("an FTP server with TLS", () => {
  let server: FtpServer;
  beforeAll(async () => {
    server = await ftpServer({ tls: "explicit" });
    await mkdir(join(server.folder, "sub"));
    await writeFile(join(server.folder, "a.csv"), rowsFrom(1, 1));
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    files = await FilePull.create(db, {
      ...{ kind: "ftps", host: "127.0.0.1", port: server.port, user: server.user },
      ...{ passwordFrom: { file: server.passwordFile }, folder: "files" },
    });
  });

  test("whose authority is not known is refused, with the certificate's fingerprint", async () => {
    const { end } = await files.run();
    expect(failure(end)).toBe("server-certificate-refused");
    expect(said(end)).toContain(server.fingerprint);
  });

  test("is known by its authority, for the name in its certificate only", async () => {
    const { caFile } = server;
    expect(failure((await files.run({ caFile, serverName: "cdr.example.com" })).end)).toBe(
      "server-certificate-refused",
    );
    expect(await files.run({ caFile, serverName: "localhost" })).toMatchObject({ events: ["imported a.csv"] });
  });

  test("may be known by its certificate alone", async () => {
    expect(failure((await files.run({ certificates: [ANOTHER_CERTIFICATE] })).end)).toBe("server-not-trusted");
    const certificates = [ANOTHER_CERTIFICATE, server.fingerprint.toLowerCase()];
    expect(await files.run({ certificates })).toMatchObject({ events: ["imported a.csv"] });
  });

  test("is trusted on first use where the settings say so; another one after that is not", async () => {
    expect(await files.run({ trustFirst: true })).toMatchObject({ events: ["imported a.csv"] });
    await db.transaction("app", { tenantId: files.operator.tenantId }, (tx) =>
      tx.query("update pulls set pinned = $1", [ANOTHER_CERTIFICATE]),
    );
    expect(failure((await files.run({ trustFirst: true })).end)).toBe("server-not-trusted");
  });

  test("that refuses the login, or the folder, says so", async () => {
    const passwordFrom = { file: await writeTemporary("password", "wrong\n") };
    const trust = { certificates: [server.fingerprint] };
    expect(failure((await files.run({ ...trust, passwordFrom })).end)).toBe("server-login-refused");
    expect(failure((await files.run({ ...trust, folder: "nowhere" })).end)).toBe("pull-folder-unreadable");
  });

  test("is not spoken to in the clear", async () => {
    expect(failure((await files.run({ kind: "ftp" })).end)).not.toBe("done");
    const plain = await ftpServer();
    try {
      expect(failure((await files.run({ port: plain.port, certificates: [server.fingerprint] })).end)).toBe(
        "server-unreachable",
      );
    } finally {
      await plain.stop();
    }
  });
});
