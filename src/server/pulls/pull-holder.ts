import { hostname } from "node:os";
import { uuidv7 } from "../../clock.ts";
import { processExists } from "../db/postmaster-file.ts";

/** Tells this process from one of the same number that ran before it, as number 1 of a container does. */
const NONCE = uuidv7();

/** This process, as the holder of a pull. */
export const holderOfThisProcess = (): string => `${hostname()}/${process.pid}/${NONCE}`;

/** Whether a holder was a process of this machine that has gone: nobody has to wait for its time to end. */
export function isDeadHolder(holder: string): boolean {
  const [host, pid, nonce] = holder.split("/");
  if (host !== hostname() || nonce === NONCE) return false;
  return Number(pid) === process.pid || !processExists(Number(pid));
}
