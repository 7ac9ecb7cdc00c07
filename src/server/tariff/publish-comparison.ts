import type { TariffTerms } from "../../core/tariff/tariff.ts";
import type { Actor } from "../access/actor.ts";
import { auditJson } from "../audit/audit-json.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { BulkTx } from "../db/tx.ts";
import { recordEvents } from "../events/record-events.ts";
import { type DeckComparison, isBlocking } from "./compare-deck.ts";
import { markPublished } from "./deck-store.ts";
import { insertVersion, type Tariff } from "./store.ts";

interface DeckToPublish {
  readonly tenantId: string;
  readonly deckId: string;
  readonly tariff: Tariff & { readonly terms: TariffTerms };
  readonly comparison: DeckComparison;
  readonly actor: Actor;
}

/**
 * Makes the operations of a deck one version of its tariff, under {@link lockEpoch} since before they were found;
 * answers its number.
 */
export async function publishComparison(tx: BulkTx, deck: DeckToPublish, epoch: number): Promise<number> {
  const { tenantId, deckId, tariff, comparison, actor } = deck;
  const { close: closings, rename: renames, insert: rates } = comparison.diff.operations;
  const { terms, derivation } = tariff;
  const changes = { closings, renames, rates };
  const version = await insertVersion(
    tx,
    { tenantId, tariffId: tariff.id, terms, derivation, ...changes, deckId, publishedBy: actor.name },
    epoch,
  );
  const findingsAccepted = comparison.findings.filter(isBlocking).length;
  await markPublished(tx, deckId, { version, findingsAccepted });
  const published = { tariff: tariff.name, version, deckId, by: actor.name };
  await recordEvents(tx, tenantId, [
    { kind: "rates-published", accountId: tariff.accountId, objectId: tariff.id, data: published },
  ]);
  const { counts } = comparison.diff;
  await recordAudit(tx, actor, [
    {
      action: "rates.published",
      object: { kind: "tariff", id: tariff.id, name: tariff.name },
      before: { version: tariff.version },
      after: auditJson({ version, deck: deckId, counts, findingsAccepted }),
      reason: null,
      accountId: tariff.accountId,
    },
  ]);
  return version;
}
