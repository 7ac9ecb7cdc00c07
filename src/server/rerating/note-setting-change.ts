import { type EpochMs, fromInstant } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import { firstDifference, insertChange, isPast } from "./setting-change-store.ts";

/*
 * Those who change a setting that prices calls note it here, in the same transaction, where it reaches into the past:
 * calls that were charged before may have another price since. `suggestReratings` lists what it would change.
 */

/** A tariff has a new version, whose rates are written. */
export async function noteTariffVersion(
  tx: Tx,
  tenantId: string,
  { tariffId, number, epoch }: { readonly tariffId: string; readonly number: number; readonly epoch: number },
): Promise<void> {
  if (number === 1) return; // nothing was charged at it
  const from = await firstDifference(tx, tariffId, number);
  if (from === undefined || (from !== null && !(await isPast(tx, from)))) return;
  const since = from !== null && from > 0 ? from : null; // rates without a date begin in 1970
  await insertChange(tx, tenantId, { kind: "tariff", tariffId, number, epoch, from: since });
}

/** An account buys at another tariff from a time on. */
export async function noteAssignment(
  tx: Tx,
  tenantId: string,
  { accountId, effectiveFrom }: { readonly accountId: string; readonly effectiveFrom: EpochMs },
): Promise<void> {
  if (await isPast(tx, effectiveFrom))
    await insertChange(tx, tenantId, { kind: "assignment", accountId, from: effectiveFrom });
}

/** A pair of currencies has another rate from a day on, which may have begun anywhere. */
export async function noteExchangeRate(
  tx: Tx,
  tenantId: string,
  { base, quote, effectiveDate }: { readonly base: string; readonly quote: string; readonly effectiveDate: string },
): Promise<void> {
  const firstMoment = fromInstant(Temporal.Instant.from(`${effectiveDate}T00:00:00+14:00`));
  if (await isPast(tx, firstMoment))
    await insertChange(tx, tenantId, { kind: "exchange-rate", base, quote, date: effectiveDate });
}

/** Calls are somebody else's by the account rules, or went through another vendor. */
export const noteRules = (tx: Tx, tenantId: string): Promise<void> => insertChange(tx, tenantId, { kind: "rules" });

/** A source's settings say which legs and directions are usage. */
export const noteSource = (tx: Tx, tenantId: string, sourceId: string): Promise<void> =>
  insertChange(tx, tenantId, { kind: "source", sourceId });
