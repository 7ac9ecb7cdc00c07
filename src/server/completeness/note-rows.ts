import { invariant } from "../../core/invariant.ts";
import { epochMs } from "../../core/time/epoch.ts";
import type { SwitchCall } from "../../core/usage/switch-call.ts";
import type { Tx } from "../db/tx.ts";
import { type ArrivedRow, hashOfRow, type RowFate } from "../mediation/arrived-row.ts";
import { addRowHours, type CountedFile, placeWaiting, type RowHour, type WaitingPlace } from "./row-hours-store.ts";

const HOUR_MS = 3_600_000;
/** What is longer is no trunk: such a row waits for another reason. */
const TRUNK_MAX = 512;

/** Counts under construction. */
type Tally = { -readonly [Property in keyof RowHour]: RowHour[Property] };

/** Rows of one file, and what became of them, in their order. */
export interface NotedRows {
  readonly file: CountedFile;
  readonly rows: readonly ArrivedRow[];
  readonly fates: readonly RowFate[];
}

/**
 * Counts rows of files, each named once, by hour and trunk, in the transaction that stores them. Only what leaves no
 * trace elsewhere: some 7 ms for 40,000 rows, and one statement.
 */
export async function noteRows(tx: Tx, noted: readonly NotedRows[]): Promise<void> {
  const tallies: (CountedFile & RowHour)[] = [];
  const waiting: (WaitingPlace & { readonly sourceId: string })[] = [];
  for (const { file, rows, fates } of noted) {
    const hours = new Map<number, Map<string, Tally>>();
    for (const [index, row] of rows.entries()) {
      const call = wholeCall(row);
      if (call === null) continue;
      const fate = fates[index];
      invariant(fate, "every row has a fate");
      const trunk = (call.ingressTrunk ?? "").slice(0, TRUNK_MAX);
      const { sourceId } = file;
      if (fate === "quarantined") waiting.push({ sourceId, rawHash: hashOfRow(row), startedAt: call.startedAt, trunk });
      else count(hours, call.startedAt, trunk, fate);
    }
    for (const trunks of hours.values()) for (const tally of trunks.values()) tallies.push({ ...file, ...tally });
  }
  await addRowHours(tx, tallies);
  for (const [sourceId, ofSource] of Map.groupBy(waiting, (place) => place.sourceId))
    await placeWaiting(tx, sourceId, ofSource);
}

/** The call that a row tells of by itself; parts of calls are counted where they are kept. */
const wholeCall = ({ outcome }: ArrivedRow): SwitchCall | null =>
  outcome.kind === "call" && outcome.call.part === null ? outcome.call : null;

function count(hours: Map<number, Map<string, Tally>>, at: number, trunk: string, fate: RowFate): void {
  const hour = at - (((at % HOUR_MS) + HOUR_MS) % HOUR_MS);
  let trunks = hours.get(hour);
  if (trunks === undefined) {
    trunks = new Map();
    hours.set(hour, trunks);
  }
  let tally = trunks.get(trunk);
  if (tally === undefined) {
    tally = { hour: epochMs(hour), trunk, known: 0, nonBillable: 0 };
    trunks.set(trunk, tally);
  }
  if (fate === "non-billable") tally.nonBillable += 1;
  else tally.known += 1;
}
