import type { DeckRow } from "../../decks/deck-row.ts";
import { deckServiceUnknown } from "./problems.ts";
import type { Tariff } from "./store.ts";

/**
 * The rows of a deck as prices of its tariff's service: a deck for messages has a price for each of them, whatever it
 * calls its rate.
 *
 * @throws Problem `deck-service-unknown`: decks of data name no unit that can be relied on.
 */
export function settleUnits(
  { terms, name }: Pick<Tariff, "terms" | "name">,
  rows: readonly DeckRow[],
): readonly DeckRow[] {
  const service = terms?.service ?? "voice";
  if (service === "voice") return rows;
  if (service !== "sms") throw deckServiceUnknown({ name, service });
  return rows.map((row) => ({ ...row, unitS: 1, increments: { firstS: 1, nextS: 1 } }));
}
