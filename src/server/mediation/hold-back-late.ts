import { monthOf } from "../../core/catalog/pool-month.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import { archivedMonths } from "../archive/is-archived.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { BulkTx } from "../db/tx.ts";
import type { RatingContext } from "../rating/rating-context.ts";
import type { PricedCall } from "../usage/priced-call.ts";
import { findContents } from "../usage/stored-usage.ts";
import type { PreparedCall } from "./prepare-call.ts";

/**
 * Sets new calls aside that come late for a month in the archive, of accounts with cumulative prices: what they cost
 * depends on calls that are not at hand. Records that came before go on, and are told by their identities.
 */
export async function holdBackLate(
  tx: BulkTx,
  context: RatingContext,
  prepared: readonly PreparedCall[],
): Promise<readonly PreparedCall[]> {
  if (context.pools.size === 0) return prepared;
  const isArchived = await archivedMonths(tx, context.tenantId);
  const isLate = ({ event: { answeredAt }, charges }: PricedCall): boolean =>
    answeredAt !== null &&
    charges.some(({ accountId }) => {
      const pool = context.pools.get(accountId);
      return pool !== undefined && isArchived(monthOf(pool, answeredAt));
    });
  const late = prepared.flatMap((item) => (item.kind === "priced" && isLate(item.call) ? [item.call] : []));
  if (late.length === 0) return prepared;
  const known = await findContents(
    tx,
    late.map(({ id }) => uuidText(id)),
  );
  const held = new Set(late.filter(({ id }) => !known.has(uuidText(id))));
  return prepared.map((item): PreparedCall => {
    if (item.kind !== "priced" || !held.has(item.call)) return item;
    const { id, contentHash, event } = item.call;
    return { kind: "reject", reject: lateForArchive(event.key, event.startedAt), record: { id, contentHash } };
  });
}

function lateForArchive(key: string, startedAt: EpochMs) {
  const month = toInstant(startedAt).toString().slice(0, 7);
  return {
    code: "month-archived",
    what: `The call "${key}" comes late for ${month}, which is in the archive, and its price depends on the other calls there.`,
    fix: `Put the month back with \`tollwright archive restore ${month}\` and try the row again, or dismiss it.`,
  } as const;
}
