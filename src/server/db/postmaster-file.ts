import { chown, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isCode } from "./server-binaries.ts";

/** What a running server says about itself in `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Folder of the unix socket, else the TCP host. */
  readonly host: string;
  /** False while it starts, recovers or shuts down. */
  readonly ready: boolean;
}

/** Above any number a process can have (2²² on Linux). */
const NO_PID = 2_147_483_647;

/**
 * The server that runs on `cluster`; `none` when there is none, and a new one may be started. `foreign`: the file
 * names a process that is another program: see {@link disownForeign}.
 *
 * The lines of the file (PostgreSQL's src/include/utils/pidfile.h): pid, data directory, start time, port, socket
 * folder, listen address, shared memory key, status.
 */
export async function readPostmaster(cluster: string): Promise<Postmaster | "none" | "foreign"> {
  const text = await readFile(pidFile(cluster), "utf8").catch((error: unknown) => {
    if (isCode(error, "ENOENT")) return "";
    throw error;
  });
  const [pidLine = "", , , port = "", socketDir = "", listen = "", , status = ""] = text.split("\n");
  const pid = Number(pidLine);
  if (!(pid > 0) || !processExists(pid)) return "none"; // a dead server's file is PostgreSQL's own to replace
  if (!(await isServer(pid, cluster))) return "foreign";
  return { pid, port: Number(port), host: socketDir || listen, ready: status.trim() === "ready" };
}

/**
 * Makes a file that names another program's process name no process, so that PostgreSQL takes it for what it is.
 *
 * After a reboot, or in a new container, a dead server's number may be anybody's; and a killed server stays a zombie
 * where process 1 reaps no orphans, as in many containers. PostgreSQL would refuse to start for ever. The file is
 * not removed: by its shared memory key PostgreSQL sees whether children of the dead server still write.
 * Call it under the start lock only.
 */
export async function disownForeign(cluster: string): Promise<void> {
  const path = pidFile(cluster);
  const { uid, gid } = await stat(cluster);
  const [, ...rest] = (await readFile(path, "utf8")).split("\n");
  const mended = `${path}.mended`;
  await writeFile(mended, [NO_PID, ...rest].join("\n"), { mode: 0o600 });
  await chown(mended, uid, gid);
  await rename(mended, path);
}

const pidFile = (cluster: string): string => join(cluster, "postmaster.pid");

/** Whether a process has this number, whoever's it is; a zombie counts. */
export function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !isCode(error, "ESRCH");
  }
}

async function isServer(pid: number, cluster: string): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""); // a zombie's is empty
  return commandLine.split("\0").includes(cluster);
}
