import type { TariffTerms } from "../../core/tariff/tariff.ts";
import type { BulkTx } from "../db/tx.ts";
import { type DeckComparison, isBlocking } from "./compare-deck.ts";
import { markPublished } from "./deck-store.ts";
import { insertVersion, type Tariff } from "./store.ts";

interface DeckToPublish {
  readonly tenantId: string;
  readonly deckId: string;
  readonly tariff: Tariff & { readonly terms: TariffTerms };
  readonly comparison: DeckComparison;
  readonly author: string;
}

/**
 * Makes the operations of a deck one version of its tariff, under {@link lockEpoch} since before they were found;
 * answers its number.
 */
export async function publishComparison(tx: BulkTx, deck: DeckToPublish, epoch: number): Promise<number> {
  const { tenantId, deckId, tariff, comparison, author: publishedBy } = deck;
  const { close: closings, rename: renames, insert: rates } = comparison.diff.operations;
  const { terms, derivation } = tariff;
  const changes = { closings, renames, rates };
  const version = await insertVersion(
    tx,
    { tenantId, tariffId: tariff.id, terms, derivation, ...changes, deckId, publishedBy },
    epoch,
  );
  await markPublished(tx, deckId, { version, findingsAccepted: comparison.findings.filter(isBlocking).length });
  return version;
}
