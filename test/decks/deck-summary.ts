import { formatDecimal } from "../../src/core/money/decimal.ts";
import { Problem } from "../../src/core/problem.ts";
import { toInstant } from "../../src/core/time/epoch.ts";
import type { DeckRow } from "../../src/decks/deck-row.ts";
import { readDeck } from "../../src/decks/read-deck.ts";
import type { DeckTemplate } from "../../src/decks/template.ts";

/**
 * A reading as one text a row, in the order of the file: "93 0.2 60 30/6 2026-03-09 USD", "93 0.2 then 0.1 from 30 60 30/6", "53 blocked", "!rate-missing";
 * for a refused file the code of its problem.
 */
export function summary(bytes: Uint8Array, template: DeckTemplate = {}): string[] | string {
  try {
    const { rows, rejected } = readDeck(bytes, template);
    const texts = [
      ...rows.map((row) => ({ line: row.line, text: rowText(row) })),
      ...rejected.map(({ line, reject }) => ({ line, text: `!${reject.code}` })),
    ];
    return texts.sort((a, b) => a.line - b.line).map(({ text }) => text);
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

function rowText(row: DeckRow): string {
  const { prefix, kind, ratePerUnit, unitS, increments, connectFee, effectiveFrom, currency, origin } = row;
  const later = (row.slots ?? []).map((slot) => `then ${formatDecimal(slot.ratePerUnit)} from ${slot.fromS}`);
  const terms = [formatDecimal(ratePerUnit), ...later, unitS, `${increments.firstS}/${increments.nextS}`];
  return [
    ...[prefix, ...(kind === "price" ? terms : [kind])],
    ...(effectiveFrom === null ? [] : [toInstant(effectiveFrom).toString().slice(0, 10)]),
    ...(currency === null ? [] : [currency]),
    ...(origin === null ? [] : [`from ${origin}`]),
    ...(connectFee.units === 0n ? [] : [`fee ${formatDecimal(connectFee)}`]),
  ].join(" ");
}
