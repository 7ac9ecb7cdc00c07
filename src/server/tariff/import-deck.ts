import { createHash } from "node:crypto";
import { uuidv7 } from "../../clock.ts";
import type { Currency } from "../../core/money/currency.ts";
import type { TariffTerms } from "../../core/tariff/tariff.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { DeckReading } from "../../decks/deck-row.ts";
import { isEmptyDiff } from "../../decks/diff/deck-diff.ts";
import type { Actor } from "../access/actor.ts";
import { auditJson } from "../audit/audit-json.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { BulkTx } from "../db/tx.ts";
import { SetupFaults } from "../tenancy/setup-faults.ts";
import { compareDeck, type DeckComparison, isBlocking } from "./compare-deck.ts";
import type { DeckSettings } from "./deck-settings.ts";
import { findSameDraft, insertDeck, savePreview } from "./deck-store.ts";
import { settleUnits } from "./deck-units.ts";
import { settleZones } from "./deck-zones.ts";
import { deckWithoutRates, tariffUnknown, tariffUnpublished } from "./problems.ts";
import { publishComparison } from "./publish-comparison.ts";
import { readDeckAside } from "./read-deck-aside.ts";
import { defaultTerms, readTerms } from "./read-tariff-setup.ts";
import { insertTariff, insertVersion, listTariffs, lockEpoch, type Tariff } from "./store.ts";
import type { TariffSetup } from "./tariff-setup.ts";

/** A deck file that came, and what to do with it. */
export interface DeckArrival {
  readonly tenant: { readonly id: string; readonly currency: Currency; readonly timeZone: string };
  readonly tariffName: string;
  /** Terms of the tariff if it does not exist yet; null: it has to exist. The currency may be left to the deck. */
  readonly create: Omit<TariffSetup, "name" | "rates" | "derive" | "overrides"> | null;
  readonly file: { readonly name: string; readonly bytes: Uint8Array };
  readonly settings: DeckSettings;
  /** When the carrier sent it; null: now, or when the same file came first. */
  readonly receivedAt: EpochMs | null;
  readonly now: EpochMs;
  readonly actor: Actor;
  /** Only says what would be done. */
  readonly dryRun: boolean;
  readonly publish: boolean;
  readonly acceptFindings: boolean;
}

/**
 * `unchanged`: the tariff is as the deck says, nothing was stored. `draft`: stored, to be published. `known-draft`: the
 * same file under the same settings is a draft already. `held`: was to be published, but findings block it; a draft.
 */
export type DeckOutcome =
  | { readonly kind: "unchanged" | "rehearsed" }
  | { readonly kind: "draft" | "known-draft" | "held"; readonly deckId: string }
  | { readonly kind: "published"; readonly deckId: string; readonly version: number };

export interface DeckImport {
  readonly outcome: DeckOutcome;
  readonly currency: Currency;
  readonly reading: DeckReading;
  readonly comparison: DeckComparison;
}

/** A tariff that a deck can be compared with. */
type DeckTariff = Tariff & { readonly terms: TariffTerms };

/**
 * Reads a deck, compares it with its tariff and keeps it as a draft, or publishes it: all in one transaction, under the
 * lock of publications, so that what was compared is what is published. A file that changes nothing leaves nothing
 * behind.
 *
 * @throws Problem `deck-…` for a file that cannot be used, `tariff-unknown`, `setup-invalid` for the terms of a new
 * tariff.
 */
export async function importDeck(db: Database, arrival: DeckArrival): Promise<DeckImport> {
  const { tenant, settings, now } = arrival;
  const reading = await readDeckAside(arrival.file.bytes, settings.template);
  const [first] = reading.rejected;
  if (reading.rows.length === 0 && first !== undefined)
    throw deckWithoutRates({
      rejected: reading.counts.rejectedRows,
      first: `line ${first.line}: ${first.reject.what}`,
    });
  const sha256 = createHash("sha256").update(arrival.file.bytes).digest("hex");
  return await db.bulk("app", { tenantId: tenant.id }, async (tx) => {
    const epoch = arrival.dryRun ? 0 : await lockEpoch(tx, tenant.id);
    const all = await listTariffs(tx, tenant.id);
    const { tariff, rows: zoned } = settleZones(findTarget(all, arrival, reading), reading, all);
    const rows = settleUnits(tariff, zoned);
    const known = await findSameDraft(tx, tariff.id, { sha256, settings });
    const receivedAt = arrival.receivedAt ?? known?.receivedAt ?? now;
    const rejectedRows = reading.rejected.length;
    const deck = { tenantId: tenant.id, tariff, rows, rejectedRows, settings, receivedAt, now };
    const comparison = await compareDeck(tx, deck);
    const kept = { sha256, receivedAt, tariff, knownId: known?.id ?? null };
    const outcome = await keep(tx, { arrival, reading, comparison, ...kept }, epoch);
    return { outcome, currency: tariff.terms.currency, reading, comparison };
  });
}

interface ComparedDeck {
  readonly arrival: DeckArrival;
  readonly reading: DeckReading;
  readonly comparison: DeckComparison;
  readonly tariff: DeckTariff;
  readonly sha256: string;
  readonly receivedAt: EpochMs;
  readonly knownId: string | null;
}

async function keep(tx: BulkTx, compared: ComparedDeck, epoch: number): Promise<DeckOutcome> {
  const { arrival, comparison, knownId } = compared;
  if (isEmptyDiff(comparison.diff)) return { kind: "unchanged" };
  if (arrival.dryRun) return { kind: "rehearsed" };
  const blocked = !arrival.acceptFindings && comparison.findings.some(isBlocking);
  const publishes = arrival.publish && !blocked;
  await createTarget(tx, compared, { epoch, publishes });
  const deckId = knownId ?? (await storeDraft(tx, compared));
  if (knownId !== null) await savePreview(tx, knownId, previewOf(comparison));
  if (!publishes) return { kind: arrival.publish ? "held" : knownId === null ? "draft" : "known-draft", deckId };
  const { tenant, actor } = arrival;
  const version = await publishComparison(tx, { ...compared, tenantId: tenant.id, deckId, actor }, epoch);
  return { kind: "published", deckId, version };
}

/** The tariff as it is, or as it will be created. */
function findTarget(all: readonly Tariff[], arrival: DeckArrival, { detected }: DeckReading): DeckTariff {
  const { tenant, tariffName: name, create } = arrival;
  const present = all.find((tariff) => tariff.name === name);
  if (present === undefined && create !== null) {
    const faults = new SetupFaults();
    const initial = defaultTerms(detected.currency ?? tenant.currency, tenant.timeZone, "voice");
    const terms = readTerms({ setup: { name, ...create }, pointer: "", present: initial }, faults);
    faults.throwAny();
    return { id: uuidv7(), name, accountId: null, version: 0, epoch: 0, terms, derivation: null };
  }
  if (present === undefined) throw tariffUnknown({ name });
  const { terms, ...tariff } = present;
  if (terms === null) throw tariffUnpublished({ name });
  return { ...tariff, terms };
}

/**
 * A draft needs its tariff to exist; its first version fixes the terms, and has the deck's rates if it is published.
 */
async function createTarget(
  tx: BulkTx,
  { arrival, tariff }: ComparedDeck,
  { epoch, publishes }: { readonly epoch: number; readonly publishes: boolean },
): Promise<void> {
  if (tariff.version > 0) return;
  const { id: tenantId } = arrival.tenant;
  await insertTariff(tx, { tenantId, id: tariff.id, name: tariff.name, accountId: null });
  if (publishes) return;
  const { id: tariffId, terms, derivation } = tariff;
  const nothing = { closings: [], rates: [], deckId: null };
  await insertVersion(
    tx,
    { tenantId, tariffId, terms, derivation, ...nothing, publishedBy: arrival.actor.name },
    epoch,
  );
}

async function storeDraft(tx: BulkTx, compared: ComparedDeck): Promise<string> {
  const { arrival, reading, comparison, tariff, sha256, receivedAt } = compared;
  const { counts, detected, warnings, zones } = reading;
  const id = uuidv7();
  const file = { fileName: arrival.file.name, sha256, settings: arrival.settings, receivedAt };
  const found = { reading: { counts, detected, warnings, zones }, preview: previewOf(comparison) };
  const owner = { tenantId: arrival.tenant.id, tariffId: tariff.id, createdBy: arrival.actor.name };
  await insertDeck(tx, { id, ...owner, ...file, ...found }, reading);
  await recordAudit(tx, arrival.actor, [
    {
      action: "deck.imported",
      object: { kind: "deck", id, name: arrival.file.name },
      before: null,
      after: auditJson({ tariff: tariff.name, sha256, counts: comparison.diff.counts }),
      reason: null,
      accountId: tariff.accountId,
    },
  ]);
  return id;
}

const previewOf = ({ against, diff, digest }: DeckComparison) => ({ against, counts: diff.counts, digest });
