import type { Database } from "../db/database.ts";
import { retrying } from "../db/retrying.ts";
import type { Tx } from "../db/tx.ts";
import { type CutAuthor, findNeverCut, insertCuts, type WantedCut } from "./cut-store.ts";

/**
 * Asks for sessions to be ended at their switches, and grants nothing more to them; a process that has a way to the
 * switch takes it up within a second. Answers the ids of the sessions that did not wait for their end already; `noted`
 * writes them down in the same transaction.
 */
export const requestCuts = async (
  db: Database,
  author: CutAuthor,
  wanted: readonly WantedCut[],
  noted?: (tx: Tx, ids: readonly string[]) => Promise<void>,
): Promise<readonly string[]> => {
  if (wanted.length === 0) return [];
  return await retrying(() =>
    db.transaction("ingest", {}, async (tx) => {
      const ids = await insertCuts(tx, author, wanted);
      await noted?.(tx, ids);
      return ids;
    }),
  );
};

/** Who asks where nobody does. */
const BY_ITSELF = "charging";

/**
 * Asks for the end of calls whose sessions were given up, because nothing was heard of them: they may still be up. Not
 * for one that is being ended, or has been.
 */
export async function cutGivenUp(
  db: Database,
  { tenantId, sessionIds }: { readonly tenantId: string; readonly sessionIds: readonly string[] },
): Promise<void> {
  const never = await db.transaction("ingest", {}, (tx) => findNeverCut(tx, sessionIds));
  const wanted = sessionIds
    .filter((id) => never.has(id))
    .map((sessionId) => ({ sessionId, why: "Nothing was heard of it for too long." }));
  await requestCuts(db, { tenantId, reason: "given-up", askedBy: BY_ITSELF }, wanted);
}
