import { setImmediate } from "node:timers/promises";
import { invariant } from "../../core/invariant.ts";
import { CallSheet } from "../usage/call-sheet.ts";
import type { PricedCall } from "../usage/priced-call.ts";
import type { ArrivedRow } from "./arrived-row.ts";
import { type Desk, type PreparedCall, prepareCall } from "./prepare-call.ts";

/** The rows of a batch that are calls by themselves. */
export function singleRows(rows: readonly ArrivedRow[]): PlacedRows {
  const places: number[] = [];
  for (const [place, { outcome }] of rows.entries())
    if (outcome.kind === "call" && outcome.call.part === null) places.push(place);
  return { rows, places };
}

/** Some rows of a batch, by their places in it. */
export interface PlacedRows {
  readonly rows: readonly ArrivedRow[];
  readonly places: readonly number[];
}

/** Calls prepared at a stretch: some 10 ms, in which nothing else that the process does can go on. */
const STRETCH_CALLS = 500;

/** Prepares calls with pauses in between: requests are answered, and the batch before is kept going. */
export async function prepareSingles(desk: Desk, { rows, places }: PlacedRows): Promise<PreparedCall[]> {
  const prepared: PreparedCall[] = [];
  for (const place of places) {
    prepared.push(prepareSingle(desk, rows[place]));
    if (prepared.length % STRETCH_CALLS === 0) await setImmediate();
  }
  return prepared;
}

/** Calls of which those that have a price are on a sheet. */
export interface PreparedSheet {
  readonly sheet: CallSheet;
  /** One a call, in order: its place on the sheet, or why it has none. */
  readonly items: readonly (number | Exclude<PreparedCall, { readonly kind: "priced" }>)[];
  /** The switch's key of the call that an item is of. */
  readonly keyOf: (index: number) => string;
  /** Makes the call at a place of the sheet again. */
  readonly wholeCall: (place: number) => PricedCall;
}

/** {@link prepareSingles}, and puts them on a sheet. */
export async function prepareSheet(desk: Desk, { rows, places }: PlacedRows): Promise<PreparedSheet> {
  const sheet = new CallSheet(places.length);
  const items: PreparedSheet["items"][number][] = [];
  /** Where in the batch the calls of the sheet are. */
  const sheetPlaces: number[] = [];
  for (const place of places) {
    const prepared = prepareSingle(desk, rows[place]);
    if (prepared.kind === "priced") {
      items.push(sheet.size);
      sheetPlaces.push(place);
      sheet.add(prepared.call);
    } else items.push(prepared);
    if (items.length % STRETCH_CALLS === 0) await setImmediate();
  }
  const keyOf = (index: number): string => callOf(rows[places[index] ?? -1]).key;
  const wholeCall = (place: number): PricedCall => {
    const again = prepareSingle(desk, rows[sheetPlaces[place] ?? -1]);
    invariant(again.kind === "priced", "a call on a sheet has a price");
    return again.call;
  };
  return { sheet, items, keyOf, wholeCall };
}

function prepareSingle(desk: Desk, row: ArrivedRow | undefined): PreparedCall {
  const call = callOf(row);
  const { raw, line, isProvisional } = row as ArrivedRow;
  return prepareCall(desk, { call, content: isProvisional ? null : raw, line });
}

function callOf(row: ArrivedRow | undefined) {
  invariant(row?.outcome.kind === "call", "a single row is a call");
  return row.outcome.call;
}
