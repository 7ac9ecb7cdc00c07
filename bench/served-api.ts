import { setTimeout as sleep } from "node:timers/promises";
import { now } from "../src/clock.ts";
import type { Permission } from "../src/core/access/permission.ts";
import { systemActor } from "../src/server/access/system-actor.ts";
import type { Database } from "../src/server/db/database.ts";
import { createKey } from "../src/server/keys/create-key.ts";
import { startTollwright } from "../test/support/command-line.ts";
import type { Meter } from "./meter.ts";

/** A Tollwright that answers its API, and a key for it. */
export interface ServedApi {
  readonly url: string;
  readonly secret: string;
  /** Of `tollwright start`. */
  readonly pid: number;
}

const PERMISSIONS: readonly Permission[] = ["accounts:read", "accounts:write", "calls:export", "calls:read"];
const DAY_HOURS = 24;
const READY_WITHIN_MS = 60_000;

/** Runs `work` with `tollwright start` on a database; the meter watches it. */
export async function withServedApi<T>(
  db: Database,
  { tenantId, meter }: { readonly tenantId: string; readonly meter: Meter },
  work: (api: ServedApi) => Promise<T>,
): Promise<T> {
  const maker = { ...systemActor("bench", tenantId), permissions: new Set(PERMISSIONS) };
  const expiresAt = now().add({ hours: DAY_HOURS });
  const wanted = { name: "bench", accountId: null, permissions: PERMISSIONS, addresses: [], expiresAt };
  const { secret } = await createKey(db, maker, wanted, now());
  const { child, ended } = startTollwright(["start"], {
    ...{ DATABASE_URL: db.url, TOLLWRIGHT_HTTP_PORT: "0", TOLLWRIGHT_LOG_LEVEL: "warn" },
    TOLLWRIGHT_HTTP_REQUESTS_PER_MINUTE: "10000000", // none is refused: the server's speed is asked for
    NODE_OPTIONS: "--max-semi-space-size=64", // as bin/tollwright starts it
  });
  try {
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said += String(chunk);
    });
    const untilMs = performance.now() + READY_WITHIN_MS;
    while (!said.includes("Listening on") && performance.now() < untilMs) await sleep(20);
    const url = /Listening on (\S+)/.exec(said)?.[1];
    if (url === undefined) throw new Error(`Tollwright did not start:\n${said}`);
    const pid = child.pid ?? 0;
    meter.watch(pid);
    return await work({ url, secret, pid });
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}
