import type { EpochMs } from "../../core/time/epoch.ts";
import { type ChangeKind, isEmptyDiff } from "../../decks/diff/deck-diff.ts";
import type { Actor } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import { compareDraft, type Deck, findDeck } from "./check-deck-draft.ts";
import { type DeckComparison, isBlocking } from "./compare-deck.ts";
import { markPublished } from "./deck-store.ts";
import { deckFindingsBlock, deckNotDraft, deckPreviewStale } from "./problems.ts";
import { publishComparison } from "./publish-comparison.ts";
import { lockEpoch } from "./store.ts";

export interface DeckPublication {
  readonly deck: Deck;
  /** `before`: someone had published it already. `unchanged`: the tariff had become as the deck says. */
  readonly kind: "published" | "before" | "unchanged";
  /** The version that holds what the deck says. */
  readonly version: number;
  /** null: it was published before. */
  readonly comparison: DeckComparison | null;
}

interface DeckToPublish {
  readonly tenantId: string;
  readonly deckId: string;
  readonly now: EpochMs;
  readonly actor: Actor;
  /** Publish although findings block it. */
  readonly acceptFindings: boolean;
  /** Publish although it would do something else than it last showed. */
  readonly acceptChanges: boolean;
}

/**
 * Publishes a draft as the next version of its tariff. It is compared once more, under the lock of publications: what
 * it does must be what it last showed, or be accepted. Publishing again is harmless.
 *
 * @throws Problem `deck-unknown`, `deck-not-draft`, `deck-preview-stale`, `deck-findings-block`. Nothing is changed
 * then.
 */
export async function publishDeck(db: Database, wanted: DeckToPublish): Promise<DeckPublication> {
  const { tenantId, deckId, now, actor } = wanted;
  return await db.bulk("app", { tenantId }, async (tx) => {
    const epoch = await lockEpoch(tx, tenantId);
    const deck = await findDeck(tx, tenantId, deckId);
    if (deck.publishedVersion !== null)
      return { deck, kind: "before", version: deck.publishedVersion, comparison: null };
    if (deck.state !== "draft") throw deckNotDraft({ id: deckId, state: deck.state });
    const { tariff, comparison } = await compareDraft(tx, { tenantId, deck, now });
    if (isEmptyDiff(comparison.diff)) {
      await markPublished(tx, deckId, { version: tariff.version, findingsAccepted: 0 });
      return { deck, kind: "unchanged", version: tariff.version, comparison };
    }
    if (comparison.digest !== deck.preview.digest && !wanted.acceptChanges)
      throw deckPreviewStale({ id: deckId, was: effectText(deck.preview), is: effectText(effectOf(comparison)) });
    const [first, ...others] = comparison.findings.filter(isBlocking);
    if (first !== undefined && !wanted.acceptFindings)
      throw deckFindingsBlock({ total: 1 + others.length, first: first.what });
    const version = await publishComparison(tx, { tenantId, deckId, tariff, comparison, actor }, epoch);
    return { deck, kind: "published", version, comparison };
  });
}

interface Effect {
  readonly against: number;
  readonly counts: Readonly<Record<ChangeKind, number>>;
}

const effectOf = ({ against, diff: { counts } }: DeckComparison): Effect => ({ against, counts });

/** "12 new, 3 closed against version 2". */
function effectText({ against, counts }: Effect): string {
  const changes = Object.entries(counts).filter(([kind, count]) => count > 0 && kind !== "unchanged");
  const text = changes.map(([kind, count]) => `${count} ${kind}`).join(", ");
  return `${text === "" ? "no change" : text} against version ${against}`;
}
