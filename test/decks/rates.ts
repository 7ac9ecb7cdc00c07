import { parseDecimal } from "../../src/core/money/decimal.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import { type EpochMs, epochMs } from "../../src/core/time/epoch.ts";
import { parseIncrements } from "../../src/decks/cells/increments.ts";
import type { DeckRow } from "../../src/decks/deck-row.ts";

/** "2026-03-09" to the midnight UTC at which that day begins. */
export const day = (text: string): EpochMs => epochMs(Date.parse(`${text}T00:00:00Z`));

/** A price per minute: `rate("93", "0.21", "2026-01-01")`. */
export function rate(prefix: string, price: string, from: string, more: Partial<Rate> = {}): Rate {
  return {
    prefix,
    destination: "Somewhere",
    blocked: false,
    ratePerUnit: decimal(price),
    unitS: 60,
    increments: { firstS: 1, nextS: 1 },
    slots: [],
    connectFee: decimal("0"),
    minimumS: 0,
    freeS: 0,
    minimumCost: null,
    maximumCost: null,
    window: null,
    effectiveFrom: day(from),
    effectiveTo: null,
    ...more,
  };
}

/** One deck row; price "closed" and "blocked" make rows of those kinds. */
export function row(prefix: string, price: string, from: string | null, more: Partial<DeckRow> = {}): DeckRow {
  const kind = price === "closed" || price === "blocked" ? price : "price";
  return {
    line: 2,
    prefix,
    codeText: prefix,
    destination: "Somewhere",
    kind,
    status: null,
    ratePerUnit: decimal(kind === "price" ? price : "0"),
    unitS: 60,
    writtenDecimals: price.split(".")[1]?.length ?? 0,
    increments: { firstS: 1, nextS: 1 },
    slots: null,
    connectFee: decimal("0"),
    effectiveFrom: from === null ? null : day(from),
    effectiveTo: null,
    currency: null,
    comment: "",
    origin: null,
    ...more,
  };
}

function decimal(text: string): Rate["ratePerUnit"] {
  const value = parseDecimal(text);
  if (value === undefined) throw new Error(`${text} is no decimal`);
  return value;
}

/** "30/6". */
export function steps(text: string): Rate["increments"] {
  const increments = parseIncrements(text);
  if (increments === undefined) throw new Error(`${text} is no increment`);
  return increments;
}
