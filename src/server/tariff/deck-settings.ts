import type { EpochMs } from "../../core/time/epoch.ts";
import type { DeckRules } from "../../decks/check/finding.ts";
import type { DeckTemplate } from "../../decks/template.ts";

/** How one deck is read, compared and checked: a carrier's template, and what was said on import. */
export interface DeckSettings {
  readonly template: DeckTemplate;
  /** `full`: the deck is everything the carrier sells. `amendment`: codes it lacks are left alone. */
  readonly mode: "full" | "amendment";
  /** Changes with a past date hold as given, or from now on. */
  readonly pastDates: "as-given" | "now";
  /** When codes that a full deck lacks end; null: with its first date that is not past, else at once. */
  readonly missingClosedAt: EpochMs | null;
  readonly rules: DeckRules;
  /** The tariff that says what calls cost, for the rule on prices below cost. */
  readonly costTariff: string | null;
}
