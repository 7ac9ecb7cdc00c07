import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { type TestDatabase, testDatabase } from "./database.ts";
import { FilePull } from "./file-pull.ts";
import { type SshServer, sshServer } from "./ssh-server.ts";
import { type TcpRelay, tcpRelay } from "./tcp-relay.ts";

/** What a test has that pulls over SFTP. */
export interface SftpPulls {
  readonly db: TestDatabase;
  readonly server: SshServer;
  /** Stands between the pull and the server. */
  readonly relay: TcpRelay;
  /** The test's own folder on the server. */
  readonly folder: string;
  readonly files: FilePull;
  /** Writes a file of that folder. */
  put(name: string, text: string): Promise<void>;
}

/** One OpenSSH server and database for the tests of a `describe`, a folder and an operator for each of them. */
export function sftpPulls(): SftpPulls {
  let count = 0;
  const put = async (name: string, text: string) => {
    await mkdir(dirname(join(pulls.folder, name)), { recursive: true });
    await writeFile(join(pulls.folder, name), text);
  };
  const pulls = { put } as { -readonly [Property in keyof SftpPulls]: SftpPulls[Property] };
  beforeAll(async () => {
    pulls.db = await testDatabase();
    pulls.server = await sshServer();
  });
  afterAll(async () => {
    await pulls.db?.drop();
    await pulls.server?.stop();
  });
  beforeEach(async () => {
    count += 1;
    const { db, server } = pulls;
    pulls.folder = join(server.folder, String(count));
    await mkdir(pulls.folder);
    pulls.relay = await tcpRelay(server.port);
    pulls.files = await FilePull.create(db, {
      ...{ kind: "sftp", host: "127.0.0.1", port: pulls.relay.port, user: server.user, folder: pulls.folder },
      ...{ privateKeyFrom: { file: server.keyFile }, hostKeys: [server.fingerprints.ed25519] },
    });
    return async () => {
      await pulls.relay.stop();
      await pulls.files.remove();
    };
  });
  return pulls;
}
