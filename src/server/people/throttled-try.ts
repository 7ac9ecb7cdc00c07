import { createHash } from "node:crypto";
import { type Throttle, waitAfter } from "../../core/access/throttle.ts";
import { addressKey, parseAddress } from "../../core/tenancy/address-range.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { type Failures, lockFailures, saveFailures } from "./failure-store.ts";
import { logInThrottled } from "./problems.ts";

const [MINUTE_S, HOUR_S, DAY_S] = [60, 3_600, 86_400];

/** Who guesses one person's secret gets some hundred tries a day. */
const PERSON: Throttle = { freeFailures: 5, waitSMax: 15 * MINUTE_S, forgottenAfterS: DAY_S };
/** An office behind one address mistypes more often than one person. */
const ADDRESS: Throttle = { freeFailures: 50, waitSMax: 5 * MINUTE_S, forgottenAfterS: HOUR_S };
/** Mails that strangers can have sent to somebody. */
const MAILS: Throttle = { freeFailures: 3, waitSMax: HOUR_S, forgottenAfterS: DAY_S };
export const FAILURES_KEPT_S = DAY_S;

/** Something that is tried, by whose failures the next try waits. */
export interface Tried {
  readonly key: Buffer;
  readonly throttle: Throttle;
}

const tried = (throttle: Throttle, ...what: readonly string[]): Tried => ({
  key: createHash("sha256").update(JSON.stringify(what)).digest(),
  throttle,
});

/** The password of whoever has this address, as it was typed: whether there is such a person does not matter. */
export const passwordOf = (tenant: string, email: string): Tried =>
  tried(PERSON, "password", tenant.toLowerCase(), email.trim().toLowerCase());

/** The same in a browser that its owner has logged in with: strangers' failures do not slow them down. */
export const passwordOnDevice = (deviceHash: Buffer): Tried => tried(PERSON, "device", deviceHash.toString("hex"));

/** A secret that somebody is asked for who is known already: the second factor, the present password. */
export const secretOf = (userId: string, kind: "second-factor" | "present-password"): Tried =>
  tried(PERSON, kind, userId);

/** Mails to an address, asked for by strangers. */
export const mailsTo = (tenant: string, email: string): Tried =>
  tried(MAILS, "mails", tenant.toLowerCase(), email.trim().toLowerCase());

/** Everything from one address; of IPv6 the 64 bits that one customer of a provider has. */
export function triesFrom(address: string, kind: "password" | "mails"): Tried {
  const words = parseAddress(address);
  const place = words === undefined ? address : String(addressKey(words, words.length === 1 ? 32 : 64));
  return tried(ADDRESS, kind, "from", place);
}

/**
 * Counts a try as failed before it is made, so that many at once are no way round; what succeeds is given back. A try
 * that has to wait is not counted: who waits is let in in the end, whatever others do.
 *
 * Errors: Problem `log-in-throttled`, and nothing was counted.
 */
export async function countTry(db: Database, tries: readonly Tried[]): Promise<void> {
  await db.transaction("ingest", {}, async (tx) => {
    const keys = tries.map(({ key }) => key);
    const { nowMs, failures } = await lockFailures(tx, keys);
    const waitMs = Math.max(...failures.map(({ waitsUntil }) => waitsUntil - nowMs));
    if (waitMs > 0) throw logInThrottled({ seconds: Math.ceil(waitMs / 1_000) });
    for (const [index, known] of failures.entries()) {
      const { throttle } = tries[index] as Tried;
      await saveFailures(tx, afterFailure(known, throttle, nowMs));
    }
  });
}

function afterFailure({ key, failures, failedAt }: Failures, throttle: Throttle, nowMs: EpochMs): Failures {
  const isOld = nowMs - failedAt > throttle.forgottenAfterS * 1_000;
  const count = isOld ? 1 : failures + 1;
  return { key, failures: count, failedAt: nowMs, waitsUntil: epochMs(nowMs + waitAfter(count, throttle) * 1_000) };
}

/**
 * Takes back a try that succeeded: all failures of what it was (`whole`), and of the others this one alone, since who
 * succeeds in one place may guess in another.
 */
export async function giveTryBack(db: Database, whole: Tried, others: readonly Tried[] = []): Promise<void> {
  await db.transaction("ingest", {}, async (tx) => {
    const { nowMs, failures } = await lockFailures(
      tx,
      [whole, ...others].map(({ key }) => key),
    );
    for (const [index, known] of failures.entries())
      await saveFailures(tx, {
        ...known,
        failures: index === 0 ? 0 : Math.max(known.failures - 1, 0),
        waitsUntil: nowMs,
      });
  });
}
