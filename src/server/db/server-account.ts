import { execFileSync } from "node:child_process";
import { chmod, lchown, lstat, mkdir, mkdtemp, readdir, realpath, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { databaseStartFailed } from "./database-problems.ts";

/** The operating-system account that the server runs as, when it is not our own: PostgreSQL refuses to run as root. */
export interface ServerAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Where the server lives (`home`, absolute, owned by the account) and whom it runs as (`undefined`: as ourselves). */
export interface ServerHome {
  readonly home: string;
  readonly account: ServerAccount | undefined;
}

/** Where the server's files go when the account can't reach the data folder, as under /root. */
const HOME_OUTSIDE = "/var/lib/tollwright";

/**
 * Chooses and makes the server's home: `<dataDir>/postgres`, mode 0700. A data folder that is made here is its owner's
 * alone; one that is there keeps its mode.
 *
 * As root the home belongs to an unprivileged account: the one that owns an existing home, else `postgres`, else
 * `nobody`. When that account can't reach `dataDir` (/root is 0700), the home is a new folder under
 * /var/lib/tollwright and `<dataDir>/postgres` is a link to it.
 *
 * @throws Problem `database-start-failed` when an existing home belongs to someone else.
 */
export async function serverHome(dataDir: string, log: (line: string) => void): Promise<ServerHome> {
  const isRoot = process.getuid?.() === 0;
  // As root the server's account has to pass through; it lists nothing.
  await mkdir(dataDir, { recursive: true, mode: isRoot ? 0o711 : 0o700 });
  const link = join(await realpath(dataDir), "postgres");
  const existing = await stat(link).catch(() => undefined);
  if (!isRoot) {
    if (existing && process.getuid && existing.uid !== process.getuid()) throw homeOfAnother(link, existing.uid);
    await mkdir(link, { recursive: true, mode: 0o700 });
    return { home: link, account: undefined };
  }
  if (existing && existing.uid !== 0) return { home: await realpath(link), account: accountOf(existing) };
  const account = namedAccount("postgres") ?? namedAccount("nobody") ?? { name: "nobody", uid: 65_534, gid: 65_534 };
  if (await canReach(dirname(link), account)) {
    await mkdir(link, { recursive: true, mode: 0o700 });
    await giveTo(link, account);
    return { home: link, account };
  }
  return { home: await homeOutside(link, account, log), account };
}

async function homeOutside(link: string, account: ServerAccount, log: (line: string) => void): Promise<string> {
  await mkdir(HOME_OUTSIDE, { recursive: true, mode: 0o755 });
  const home = await mkdtemp(join(HOME_OUTSIDE, "postgres-"));
  await chmod(home, 0o700);
  await giveTo(home, account);
  try {
    await symlink(home, link);
  } catch {
    await rm(home, { recursive: true }); // another process chose first
    return await realpath(link);
  }
  log(`The database's account "${account.name}" can't reach ${dirname(link)}, so its files are in ${home}.`);
  return home;
}

/** Whether `account` may pass every folder above `path`, and enter or run what is there. */
export async function canReach(path: string, account: ServerAccount | undefined): Promise<boolean> {
  if (!account) return true;
  const mayPass = (entry: { uid: number; gid: number; mode: number }) => {
    const bits = entry.uid === account.uid ? entry.mode >> 6 : entry.gid === account.gid ? entry.mode >> 3 : entry.mode;
    return (bits & 0o1) !== 0;
  };
  for (let step = resolve(path); ; step = dirname(step)) {
    if (!mayPass(await stat(step))) return false;
    if (step === dirname(step)) return true;
  }
}

/** Makes `account` the owner of `path` and all below it. */
export async function giveTo(path: string, account: ServerAccount | undefined): Promise<void> {
  if (!account) return;
  await lchown(path, account.uid, account.gid);
  if (!(await lstat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await giveTo(join(path, name), account);
}

function namedAccount(name: string): ServerAccount | undefined {
  try {
    const id = (flag: string) => Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: "pipe" }));
    return { name, uid: id("-u"), gid: id("-g") };
  } catch {
    return undefined; // no such account on this machine
  }
}

const accountOf = ({ uid, gid }: { uid: number; gid: number }): ServerAccount => ({ name: `uid ${uid}`, uid, gid });

function homeOfAnother(home: string, uid: number) {
  return databaseStartFailed({
    what: `The database folder ${home} belongs to another account (uid ${uid}).`,
    fix: `Start Tollwright as that account or as root, or give it another data folder with TOLLWRIGHT_DATA_DIR.`,
  });
}
