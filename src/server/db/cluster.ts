import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { databaseDirIncompatible, databaseStartFailed } from "./database-problems.ts";
import { giveTo, type ServerAccount } from "./server-account.ts";
import { isCode, type ServerBinaries } from "./server-binaries.ts";
import { serverEnvironment } from "./server-environment.ts";

/** The embedded server's only login of its own making. */
export const SUPERUSER = "tollwright";

/** An initialised data directory. */
export interface Cluster {
  /** Absolute path of PGDATA. */
  readonly dir: string;
  /** Folder of the server's log and socket. */
  readonly home: string;
  /** Password of {@link SUPERUSER}, kept in a file only the server's account and root can read. */
  readonly password: string;
}

const PASSWORD_FILE = "tollwright.password";

/**
 * The cluster under `home`, made by initdb when there is none: UTF-8, locale C (so that text sorts by code point on
 * every machine and an operating-system upgrade can't corrupt an index), data checksums, passwords by SCRAM.
 * It is made beside its place and renamed, so two processes may both try and a killed initdb leaves nothing behind.
 */
export async function ensureCluster(args: {
  home: string;
  account: ServerAccount | undefined;
  binaries: ServerBinaries;
  log: (line: string) => void;
}): Promise<Cluster> {
  const dir = join(args.home, "cluster");
  const version = await readFile(join(dir, "PG_VERSION"), "utf8").catch(absent);
  if (version === undefined) await initialise({ ...args, dir });
  else if (Number(version) !== args.binaries.major)
    throw databaseDirIncompatible({ cluster: dir, found: version.trim(), needed: args.binaries.major });
  return { dir, home: args.home, password: await readFile(join(dir, PASSWORD_FILE), "utf8") };
}

function absent(error: unknown): undefined {
  if (isCode(error, "ENOENT")) return undefined;
  throw error;
}

async function initialise(args: {
  home: string;
  dir: string;
  account: ServerAccount | undefined;
  binaries: ServerBinaries;
  log: (line: string) => void;
}): Promise<void> {
  args.log(`Making the database in ${args.dir}.`);
  const work = await mkdtemp(join(args.home, "initdb-"));
  try {
    const [made, passwordFile] = [join(work, basename(args.dir)), join(work, PASSWORD_FILE)];
    await mkdir(made, { mode: 0o700 });
    await writeFile(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
    await giveTo(work, args.account);
    await runInitdb(args.binaries, made, passwordFile, args.account);
    await rename(passwordFile, join(made, PASSWORD_FILE));
    await rename(made, args.dir).catch((error: unknown) => {
      if (!isCode(error, "ENOTEMPTY", "EEXIST", "EPERM")) throw error; // another process was first: use its cluster
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function runInitdb(
  binaries: ServerBinaries,
  dir: string,
  passwordFile: string,
  account: ServerAccount | undefined,
): Promise<void> {
  const options = ["--encoding=UTF8", "--locale=C", "--data-checksums", "--auth=scram-sha-256"];
  try {
    await promisify(execFile)(
      binaries.initdb,
      ["-D", dir, `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, ...options],
      { cwd: "/", env: serverEnvironment(), ...(account && { uid: account.uid, gid: account.gid }) },
    );
  } catch (cause) {
    const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : String(cause);
    throw databaseStartFailed({
      what: `The built-in database could not be made in ${dir}: ${said}`,
      fix: "Mend what the message names (often a full disk or a folder without write permission) and start again.",
      cause,
    });
  }
}
