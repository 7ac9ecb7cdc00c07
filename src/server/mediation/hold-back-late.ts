import { monthOf } from "../../core/catalog/pool-month.ts";
import type { Reject } from "../../core/reject.ts";
import { toInstant } from "../../core/time/epoch.ts";
import { archivedMonths, deletedMonths } from "../archive/is-archived.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { Tx } from "../db/tx.ts";
import type { RatingContext } from "../rating/rating-context.ts";
import type { PricedCall } from "../usage/priced-call.ts";
import { findContents } from "../usage/stored-usage.ts";
import type { PreparedCall } from "./prepare-call.ts";

/**
 * Sets new calls aside that come too late to be charged: of a month whose calls were deleted, with their identities, so
 * that nobody can tell whether they came before; and of a month in the archive, for accounts with cumulative prices:
 * what they cost depends on calls that are not at hand. Records that are known go on, and are told by their identities.
 */
export async function holdBackLate(
  tx: Tx,
  context: RatingContext,
  prepared: readonly PreparedCall[],
): Promise<readonly PreparedCall[]> {
  const judge = await lateJudge(tx, context);
  const late = new Map<PricedCall, Reject>();
  for (const item of prepared) {
    const reject = item.kind === "priced" ? judge(item.call) : undefined;
    if (item.kind === "priced" && reject !== undefined) late.set(item.call, reject);
  }
  if (late.size === 0) return prepared;
  const known = await findContents(
    tx,
    [...late.keys()].map(({ id }) => uuidText(id)),
  );
  return prepared.map((item): PreparedCall => {
    const reject = item.kind === "priced" ? late.get(item.call) : undefined;
    if (item.kind !== "priced" || reject === undefined || known.has(uuidText(item.call.id))) return item;
    const { id, contentHash } = item.call;
    return { kind: "reject", reject, record: { id, contentHash } };
  });
}

/** Says why a call comes too late; undefined: it does not. */
async function lateJudge(tx: Tx, context: RatingContext): Promise<(call: PricedCall) => Reject | undefined> {
  const { tenantId } = context;
  const [isDeleted, isArchived] = await Promise.all([deletedMonths(tx, tenantId), archivedMonths(tx, tenantId)]);
  return ({ event: { key, startedAt, answeredAt }, charges }) => {
    const month = (): string => toInstant(startedAt).toString().slice(0, 7);
    if (isDeleted({ startAt: startedAt, endAt: startedAt + 1 })) return monthDeleted(key, month());
    if (answeredAt === null || context.pools.size === 0) return undefined;
    const dependsOnArchived = charges.some(({ accountId }) => {
      const pool = context.pools.get(accountId);
      return pool !== undefined && isArchived(monthOf(pool, answeredAt));
    });
    return dependsOnArchived ? lateForArchive(key, month()) : undefined;
  };
}

/** A call of a month whose calls were deleted. */
export const monthDeleted = (key: string, month: string): Reject => ({
  code: "month-deleted",
  what: `The call "${key}" is of ${month}, whose calls were deleted by the retention policy: it may have been charged before.`,
  fix: "Dismiss the row, or bill it by an adjustment.",
});

const lateForArchive = (key: string, month: string): Reject => ({
  code: "month-archived",
  what: `The call "${key}" comes late for ${month}, which is in the archive, and its price depends on the other calls there.`,
  fix: `Put the month back with \`tollwright archive restore ${month}\` and try the row again, or dismiss it.`,
});
