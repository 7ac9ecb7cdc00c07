import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type Connection, createConnection } from "mysql2/promise";

const run = promisify(execFile);

/** Debian's account for the server, which refuses to run as root. */
const ACCOUNT = "mysql";
const PASSWORD = "p@ss/word";
const START_TRIES_MAX = 300;

export interface MariadbServer {
  readonly port: number;
  /** Connection string of a user who may only read the database `switch`. */
  readonly url: string;
  /** A connection of the switch itself, which writes to the database `switch`. */
  connect(): Promise<Connection>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  stop(): Promise<void>;
}

/** A MariaDB of its own in a temporary folder. With `tls`, PEM files of its key and certificate. */
export async function mariadbServer(tls?: { readonly key: string; readonly cert: string }): Promise<MariadbServer> {
  const root = await mkdtemp(join(tmpdir(), "tollwright-mariadb-"));
  const [dataDir, socket] = [join(root, "data"), join(root, "socket")];
  await mkdir(dataDir);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await giveToAccount(root, dataDir);
  const port = await freePort();
  await run("mariadb-install-db", [
    ...[`--datadir=${dataDir}`, "--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal"],
    ...(isRoot ? [`--user=${ACCOUNT}`] : []),
  ]);
  const tlsWords = tls ? await tlsFiles(root, tls, isRoot) : [];
  const words = [
    ...["--no-defaults", `--datadir=${dataDir}`, `--socket=${socket}`, `--port=${port}`, "--bind-address=127.0.0.1"],
    ...["--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M", `--pid-file=${join(root, "pid")}`],
    ...(isRoot ? [`--user=${ACCOUNT}`] : []),
    ...tlsWords,
  ];
  let child = spawn("mariadbd", words, { stdio: "ignore" });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  const server: MariadbServer = {
    port,
    url: `mysql://reader:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/switch`,
    connect: () => createConnection({ socketPath: socket, user: "root", database: "switch", multipleStatements: true }),
    kill,
    start: async () => {
      child = spawn("mariadbd", words, { stdio: "ignore" });
      await ready(socket);
    },
    stop: async () => {
      await kill();
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  try {
    await prepare(await ready(socket));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

async function giveToAccount(...paths: string[]): Promise<void> {
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number((await run("id", [flag, ACCOUNT])).stdout)),
  );
  for (const path of paths) await chown(path, uid ?? 0, gid ?? 0);
}

async function tlsFiles(
  root: string,
  { key, cert }: { key: string; cert: string },
  isRoot: boolean,
): Promise<string[]> {
  const files = [join(root, "key.pem"), join(root, "cert.pem")] as const;
  await writeFile(files[0], key);
  await writeFile(files[1], cert);
  for (const file of files) await chmod(file, 0o600);
  if (isRoot) await giveToAccount(...files);
  return [`--ssl-key=${files[0]}`, `--ssl-cert=${files[1]}`];
}

/** The user whom docs/guides/pull-tables.md makes. */
async function prepare(admin: Connection): Promise<void> {
  await admin.query("create database `switch`");
  await admin.query(`create user reader@'%' identified by '${PASSWORD}'`);
  await admin.query("grant select on `switch`.* to reader@'%'");
  await admin.end();
}

async function ready(socketPath: string): Promise<Connection> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await createConnection({ socketPath, user: "root" });
    } catch (error) {
      if (tries === START_TRIES_MAX) throw error;
      await sleep(50);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
