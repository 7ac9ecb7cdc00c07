import { invariant } from "../invariant.ts";
import { STATE_AREA_CODES } from "./nanp-area-codes.ts";
import type { E164 } from "./number.ts";

/**
 * Whose law a call within the United States is under, which North American prices go by: one state's (`intrastate`), or
 * that of several (`interstate`). `indeterminate` is every other call: from a number without a place (toll-free,
 * withheld, abroad), or from or to a territory, Canada or the Caribbean.
 */
export const JURISDICTIONS = ["interstate", "intrastate", "indeterminate"] as const;
export type Jurisdiction = (typeof JURISDICTIONS)[number];

/** The state of every exchange (NPA-NXX) that is known: a byte an exchange, by its six digits. */
export interface ExchangeStates {
  /** 0: not known; else a place in `states`, counted from 1. */
  readonly places: Uint8Array;
  readonly states: readonly string[];
}

/** One exchange, as a table of them says: `npaNxx` six digits without the 1, `state` two letters. */
export interface Exchange {
  readonly npaNxx: string;
  readonly state: string;
}

const EXCHANGES = 1_000_000;

/** The fifty states and the capital; exchanges of other places (PR, ON, JM) have no jurisdiction of a state. */
export const isState = (code: string): boolean => Object.hasOwn(STATE_AREA_CODES, code);

/** The built-in area codes, with `exchanges` laid over them: one of no state makes its calls indeterminate. */
export function exchangeStates(exchanges: Iterable<Exchange> = []): ExchangeStates {
  const states = Object.keys(STATE_AREA_CODES);
  const places = new Uint8Array(EXCHANGES);
  for (const [index, areaCodes] of Object.values(STATE_AREA_CODES).entries()) {
    for (const npa of areaCodes.split(" ")) places.fill(index + 1, Number(npa) * 1_000, (Number(npa) + 1) * 1_000);
  }
  for (const { npaNxx, state } of exchanges) {
    invariant(/^[2-9]\d{5}$/.test(npaNxx), "an exchange is six digits");
    places[Number(npaNxx)] = states.indexOf(state) + 1;
  }
  return { places, states };
}

/** What is known without a table of exchanges: area codes alone. */
export const AREA_CODES_ALONE: ExchangeStates = exchangeStates();

/** The state of a number of the United States; null for any other. */
export function stateOf({ places, states }: ExchangeStates, number: E164): string | null {
  if (number.length !== 11 || number[0] !== "1") return null;
  const place = places[Number(number.slice(1, 7))] as number;
  return place === 0 ? null : (states[place - 1] as string);
}

/**
 * The jurisdiction of a call, by the states of both ends; `calling` null: withheld, or no E.164 number. Of a called
 * number that was ported, `called` is its routing number (LRN). Vectors: jurisdiction.test.ts.
 */
export function jurisdictionOf(table: ExchangeStates, calling: E164 | null, called: E164): Jurisdiction {
  const from = calling === null ? null : stateOf(table, calling);
  const to = stateOf(table, called);
  if (from === null || to === null) return "indeterminate";
  return from === to ? "intrastate" : "interstate";
}
