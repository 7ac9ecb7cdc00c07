import type { Currency } from "../../core/money/currency.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { RejectedRow } from "../../decks/deck-row.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { compareDeck, type DeckComparison } from "./compare-deck.ts";
import { type Deck, listDrafts, loadDeck, loadDeckRows, loadRejects, savePreview } from "./deck-store.ts";
import { settleUnits } from "./deck-units.ts";
import { settleZones } from "./deck-zones.ts";
import { deckUnknown, tariffUnpublished } from "./problems.ts";
import { findTariff, listTariffs } from "./store.ts";

export type { Deck } from "./deck-store.ts";

/** A deck with what publishing it now would do. */
export interface CheckedDeck {
  readonly deck: Deck;
  readonly rejected: readonly RejectedRow[];
  /** null: it is no draft any more. */
  readonly draft: { readonly currency: Currency; readonly comparison: DeckComparison } | null;
}

/**
 * Compares a draft with its tariff as it is now, and notes what was shown: this is what can then be published.
 *
 * @throws Problem `deck-unknown`; `tariff-unknown`, `cost-tariff-currency` for the cost tariff.
 */
export async function checkDeckDraft(
  db: Database,
  { tenantId, deckId, now }: { readonly tenantId: string; readonly deckId: string; readonly now: EpochMs },
): Promise<CheckedDeck> {
  return await db.bulk("app", { tenantId }, async (tx) => {
    const deck = await findDeck(tx, tenantId, deckId);
    const rejected = await loadRejects(tx, deckId);
    if (deck.state !== "draft") return { deck, rejected, draft: null };
    const { tariff, comparison } = await compareDraft(tx, { tenantId, deck, now });
    const { against, diff, digest } = comparison;
    await savePreview(tx, deckId, { against, counts: diff.counts, digest });
    return { deck, rejected, draft: { currency: tariff.terms.currency, comparison } };
  });
}

/** All drafts of the tenant, newest first, as they were last shown. */
export const findDrafts = (db: Database, tenantId: string): Promise<readonly Deck[]> =>
  db.transaction("app", { tenantId }, (tx) => listDrafts(tx, tenantId));

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Errors: Problem `deck-unknown`. */
export async function findDeck(tx: Tx, tenantId: string, id: string): Promise<Deck> {
  const deck = UUID.test(id) ? await loadDeck(tx, tenantId, id) : undefined;
  if (deck === undefined) throw deckUnknown({ id });
  return deck;
}

/** The stored rows of a deck beside the newest version of its tariff. */
export async function compareDraft(
  tx: Tx,
  { tenantId, deck, now }: { readonly tenantId: string; readonly deck: Deck; readonly now: EpochMs },
) {
  const { terms, ...found } = await findTariff(tx, tenantId, deck.tariffName);
  if (terms === null) throw tariffUnpublished({ name: deck.tariffName });
  const { settings, receivedAt, reading } = deck;
  const stored = { rows: await loadDeckRows(tx, deck.id), zones: reading.zones ?? [] };
  const { tariff, rows: zoned } = settleZones({ ...found, terms }, stored, await listTariffs(tx, tenantId));
  const rows = settleUnits(tariff, zoned);
  const rejectedRows = reading.counts.rejectedRows;
  const comparison = await compareDeck(tx, { tenantId, tariff, rows, rejectedRows, settings, receivedAt, now });
  return { tariff, comparison };
}
