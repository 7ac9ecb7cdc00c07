import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isCode } from "./server-binaries.ts";

/** What a running server says about itself in `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Folder of the unix socket, else the TCP host. */
  readonly host: string;
  readonly ready: boolean;
}

/**
 * The server that runs on `cluster`. `absent`: none ever, or it stopped cleanly. `stale`: the file's process is gone
 * or is another program: after a reboot, or in a new container, its number may be anybody's, and PostgreSQL itself
 * would then refuse to start.
 *
 * The lines of the file (src/include/utils/pidfile.h): pid, data directory, start time, port, socket folder, listen
 * address, shared memory key, status.
 */
export async function readPostmaster(cluster: string): Promise<Postmaster | "absent" | "stale"> {
  let text: string;
  try {
    text = await readFile(join(cluster, "postmaster.pid"), "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return "absent";
    throw error;
  }
  const [pidLine = "", , , port = "", socketDir = "", listen = "", , status = ""] = text.split("\n");
  const pid = Math.abs(Number(pidLine));
  if (pid === 0 || Number.isNaN(pid)) return "absent"; // being written this moment
  if (!(await isServer(pid, cluster))) return "stale";
  return { pid, port: Number(port), host: socketDir || listen, ready: status.trim() === "ready" };
}

async function isServer(pid: number, cluster: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isCode(error, "ESRCH")) return false;
  }
  if (process.platform !== "linux") return true;
  const [command, state] = await Promise.all([procFile(pid, "cmdline"), procFile(pid, "stat")]);
  return command.split("\0").includes(cluster) && !/\) Z /.test(state); // killed and not yet reaped: it is gone
}

const procFile = (pid: number, name: string): Promise<string> =>
  readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
