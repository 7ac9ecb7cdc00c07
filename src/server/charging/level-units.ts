import { NO_UNIT_HOLDS } from "../../core/allowance/price-around-holds.ts";
import { pooledPrice } from "../../core/charging/pooled-price.ts";
import { type HoldingRecord, LockedUnits } from "../allowance/locked-units.ts";
import { allowancesFor, loadStates } from "../allowance/pooled-turn.ts";
import type { Tx } from "../db/tx.ts";
import { recordIdOf, type Work } from "./charging-work.ts";
import type { PriceLevel } from "./open-levels.ts";
import type { Session } from "./session.ts";

/** What sessions of a batch hold of allowances, and may be granted; nothing is locked yet. */
export function unitsWanted(tenantId: string, works: readonly Work[]): LockedUnits {
  const units = new LockedUnits(tenantId, works.flatMap(holdingRecord));
  for (const { levels } of works)
    for (const { pooled } of levels ?? []) if (pooled !== null) units.want(allowancesFor(pooled));
  return units;
}

function holdingRecord(work: Work): HoldingRecord[] {
  const { session } = work;
  if (session?.state !== "open" || session.payer === null) return [];
  const held = session.holds.flatMap(({ units }) => units);
  return held.length === 0 ? [] : [{ bookId: session.payer.bookId, recordId: recordIdOf(work), units: held }];
}

/** Gives back what an ended session holds of allowances still: its record may have given it back already. */
export function releaseUnits(units: LockedUnits, work: Work): void {
  const { session } = work;
  if (session?.state === "open" && session.payer !== null) units.release(recordIdOf(work), session.payer.bookId);
}

/** Holds what a session was granted of allowances in place of what it held. */
export function holdUnits(units: LockedUnits, work: Work, { payer, holds }: Pick<Session, "payer" | "holds">): void {
  const granted = holds.flatMap((hold) => hold.units);
  if (payer !== null) units.hold(recordIdOf(work), payer.bookId, granted);
}

/** Makes levels cost a session what their allowances and tiers leave. Asked while `units` are locked. */
export async function pricesWith(
  tx: Tx,
  units: LockedUnits,
  works: readonly Work[],
): Promise<(level: PriceLevel, work: Work) => PriceLevel> {
  const pooled = works.flatMap(({ levels }) => (levels ?? []).flatMap((level) => level.pooled ?? []));
  if (pooled.length === 0) return (level) => level;
  const stateOf = await loadStates(tx, pooled);
  return (level, work) => {
    if (level.pooled === null) return level;
    const { rules, call, amountOf } = level.pooled;
    const allowances = allowancesFor(level.pooled);
    const holds = allowances.length === 0 ? NO_UNIT_HOLDS : units.around(recordIdOf(work), allowances);
    return { ...level, ...pooledPrice({ rules, state: stateOf(level.pooled), holds, call, amountOf }) };
  };
}
