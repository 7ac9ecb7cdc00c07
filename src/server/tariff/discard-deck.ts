import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { findDeck } from "./check-deck-draft.ts";
import { markDiscarded } from "./deck-store.ts";
import { deckNotDraft } from "./problems.ts";
import { lockEpoch } from "./store.ts";

/**
 * Gives a draft up: its rows go, and it can no longer be published. Discarding it again is harmless.
 *
 * @throws Problem `deck-unknown`, `deck-not-draft`.
 */
export async function discardDeck(
  db: Database,
  { tenantId, deckId, actor }: { readonly tenantId: string; readonly deckId: string; readonly actor: Actor },
): Promise<void> {
  await db.bulk("app", { tenantId }, async (tx) => {
    await lockEpoch(tx, tenantId); // nobody publishes it meanwhile
    const { state, fileName } = await findDeck(tx, tenantId, deckId);
    if (state === "published") throw deckNotDraft({ id: deckId, state });
    if (state !== "draft") return;
    await markDiscarded(tx, deckId);
    const object = { kind: "deck", id: deckId, name: fileName };
    await recordAudit(tx, actor, [{ action: "deck.discarded", object, before: { state }, after: null, reason: null }]);
  });
}
