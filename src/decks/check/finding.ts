import type { ChangeKind } from "../diff/deck-diff.ts";

/** What a rule found. `block` keeps the draft from being published until someone overrules it; `warn` only shows. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: "block" | "warn";
  /** null for a finding about the deck as a whole. */
  readonly prefix: string | null;
  readonly line: number | null;
  readonly what: string;
  readonly fix: string;
}

/** Every rule, with the severity it has unless the rules say otherwise. */
export const FINDING_SEVERITIES = {
  "rows-contradict": "block",
  "scale-outlier": "block",
  "notice-short": "block",
  "backdated-change": "block",
  "currency-differs": "block",
  "below-cost": "block",
  "scheduled-withdrawn": "block",
  "codes-missing": "block",
  "rejected-codes-missing": "block",
  "overrides-new": "warn",
  "price-jump": "warn",
  "increments-raised": "warn",
  "row-expired": "warn",
  "rows-repeated": "warn",
} as const satisfies Record<string, "block" | "warn">;

export type FindingCode = keyof typeof FINDING_SEVERITIES;

/**
 * What an operator demands of one carrier's decks. A rule that is left out is off, except those that need no number.
 */
export interface DeckRules {
  /** Days between receipt and effect that each kind of change needs, 0 to 365: `{ increase: 7 }`. */
  readonly noticeDays?: Readonly<Partial<Record<ChangeKind, number>>>;
  /** Largest change of a price, up or down, in percent of the old one. */
  readonly jumpPercentMax?: number;
  /** Smallest margin over cost, in percent of cost; only with a cost look-up. */
  readonly marginPercentMin?: number;
  /** Largest share of the tariff's codes that a full deck may lack, in percent. */
  readonly missingPercentMax?: number;
  readonly severities?: Readonly<Partial<Record<FindingCode, "block" | "warn" | "off">>>;
}
