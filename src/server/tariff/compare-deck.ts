import { createHash } from "node:crypto";
import { formatDecimal } from "../../core/money/decimal.ts";
import { NOT_E164_MARK } from "../../core/numbering/stored-number.ts";
import type { Rate } from "../../core/tariff/rate.ts";
import type { TariffTerms } from "../../core/tariff/tariff.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { checkDeck } from "../../decks/check/check-deck.ts";
import type { Finding } from "../../decks/check/finding.ts";
import type { DeckRow } from "../../decks/deck-row.ts";
import type { DeckDiff } from "../../decks/diff/deck-diff.ts";
import { diffDeck } from "../../decks/diff/diff-deck.ts";
import type { Tx } from "../db/tx.ts";
import { type CostPerMinute, costPerMinute } from "./cost-per-minute.ts";
import type { DeckSettings } from "./deck-settings.ts";
import { loadRates } from "./rate-store.ts";
import type { Tariff } from "./store.ts";
import { slotsToJson } from "./terms-json.ts";

/** A deck beside a version of its tariff. */
export interface DeckComparison {
  /** The version; 0: the tariff has none. */
  readonly against: number;
  readonly diff: DeckDiff;
  readonly findings: readonly Finding[];
  /** null: no cost tariff was named. */
  readonly cost: CostPerMinute | null;
  /**
   * Of every operation and blocking finding. Times that are just the time of comparing count as one and the same, so
   * that two comparisons of one deck with one version, an hour apart, are equal unless a date of the deck lies between
   * them.
   */
  readonly digest: string;
}

interface DeckToCompare {
  readonly tenantId: string;
  readonly tariff: Tariff & { readonly terms: TariffTerms };
  readonly rows: readonly DeckRow[];
  readonly rejectedRows: number;
  readonly settings: DeckSettings;
  readonly receivedAt: EpochMs;
  readonly now: EpochMs;
}

/**
 * Lays a deck over the tariff's newest version, scheduled rates included, and holds the changes against the rules.
 * Rates of short codes ("=112") and of time windows are left alone: decks cannot speak of them.
 *
 * @throws Problem `tariff-unknown`, `cost-tariff-currency` for the cost tariff.
 */
export async function compareDeck(tx: Tx, deck: DeckToCompare): Promise<DeckComparison> {
  const { tenantId, tariff, rows, settings, now } = deck;
  const { currency } = tariff.terms;
  const { costTariff: name } = settings;
  const cost = name === null ? null : await costPerMinute(tx, tenantId, { name, currency });
  const rates = tariff.version === 0 ? [] : await loadRates(tx, tariff.id, tariff.version);
  const diff = diffDeck({
    rows,
    current: rates.filter(({ prefix }) => !prefix.startsWith(NOT_E164_MARK)),
    mode: settings.mode,
    now,
    policy: {
      pastDates: settings.pastDates,
      ...(settings.missingClosedAt === null ? {} : { missingClosedAt: settings.missingClosedAt }),
    },
  });
  const findings = checkDeck(diff, rows, settings.rules, {
    receivedAt: deck.receivedAt,
    currency,
    rejectedRows: deck.rejectedRows,
    isDerived: tariff.derivation !== null,
    ...(cost === null ? {} : { costPerMinute: cost }),
  });
  return { against: tariff.version, diff, findings, cost, digest: digestOf(diff, findings, now) };
}

export const isBlocking = ({ severity }: Finding): boolean => severity === "block";

function digestOf({ operations }: DeckDiff, findings: readonly Finding[], now: EpochMs): string {
  const hash = createHash("sha256");
  const time = (at: EpochMs | null) => (at === now ? "now" : at);
  const from = (origin: string | null | undefined) => ((origin ?? null) === null ? "" : ` from ${origin}`);
  const terms = (rate: Rate) => {
    const { firstS, nextS } = rate.increments;
    const price = `${formatDecimal(rate.ratePerUnit)}/${rate.unitS} ${firstS}/${nextS} ${formatDecimal(rate.connectFee)}`;
    const slots = rate.slots.length === 0 ? "" : ` ${JSON.stringify(slotsToJson(rate.slots))}`;
    return `${rate.blocked ? "blocked" : price + slots} ${time(rate.effectiveTo)} ${rate.destination}`;
  };
  for (const { prefix, origin, effectiveFrom, at } of operations.close)
    hash.update(`close ${prefix}${from(origin)} ${time(effectiveFrom)} ${time(at)}\n`);
  for (const rate of operations.insert)
    hash.update(`insert ${rate.prefix}${from(rate.origin)} ${time(rate.effectiveFrom)} ${terms(rate)}\n`);
  for (const { prefix, origin, effectiveFrom, destination } of operations.rename)
    hash.update(`rename ${prefix}${from(origin)} ${time(effectiveFrom)} ${destination}\n`);
  for (const { code, prefix, line } of findings.filter(isBlocking)) hash.update(`block ${code} ${prefix} ${line}\n`);
  return hash.digest("hex");
}
