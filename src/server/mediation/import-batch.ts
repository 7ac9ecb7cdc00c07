import { invariant } from "../../core/invariant.ts";
import type { Reject } from "../../core/reject.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { BulkTx } from "../db/tx.ts";
import type { ChargeBatch } from "../usage/post-charges.ts";
import type { ArrivedRow, RowFate } from "./arrived-row.ts";
import { partOf } from "./assemble-calls.ts";
import type { BatchSource, Turn } from "./batch-source.ts";
import { lockCounts } from "./file-store.ts";
import { type GatheredCall, gatherCalls, keepParts } from "./import-parts.ts";
import { timesOf } from "./make-partitions.ts";
import { lockParts } from "./part-store.ts";
import { type Desk, type PreparedCall, prepareCall } from "./prepare-call.ts";
import { prepareSheet, prepareSingles, singleRows } from "./prepare-singles.ts";
import { hasWaiting } from "./quarantine-store.ts";
import type { RowCounts } from "./row-counts.ts";
import { type CallOutcome, type SettledCalls, settleCalls } from "./settle-calls.ts";
import { type Fates, fateAt, type RejectedPlace, release, setAside } from "./settle-quarantine.ts";
import { settleSheet } from "./settle-sheet.ts";

/** What a batch did. */
export interface BatchResult {
  /** One a row, in order. */
  readonly fates: readonly RowFate[];
  /** Counts that moved in files whose rows did not come again: an open call that ended, a row that left quarantine. */
  readonly moved: ReadonlyMap<string, RowCounts>;
  /** What is to be posted, as the last thing in the transaction. */
  readonly entries: ChargeBatch["entries"];
  readonly unpriced: readonly UnpricedCall[];
  /** Why rows are no calls to be paid, one of each such row that came. */
  readonly nonBillable: readonly string[];
}

/** A call that is stored and has no price by today's settings: it keeps the one it has. */
export interface UnpricedCall {
  readonly line: number;
  readonly reject: Reject;
}

/** Rows from which on their calls are kept on a sheet, unless some depend on others. */
const MANY_ROWS = 500;

/**
 * Accounts for a batch of rows in one transaction: whole calls are stored and priced, parts of calls are put together
 * with the rows that came before, and what cannot be used goes to quarantine. Running it again with the same rows
 * changes nothing.
 */
export async function importBatch(
  tx: BulkTx,
  source: BatchSource,
  rows: readonly ArrivedRow[],
  turn: Turn,
): Promise<BatchResult> {
  const singles = singleRows(rows);
  const hasParts = rows.some((row) => partOf(row.outcome, row) !== null);
  // Before the turn comes, while the database is still busy with the batch before.
  const isPlain = !hasParts && rows.length >= MANY_ROWS && source.desk.rating.pools.size === 0;
  const prepared = isPlain ? await prepareSheet(source.desk, singles) : await prepareSingles(source.desk, singles);
  if (hasParts) {
    await turn.mayFinish;
    await lockParts(tx, source.sourceId);
  }
  await turn.mayClaim;
  const gathered = await gatherCalls(tx, source, rows);
  const wholes = gathered.flatMap((item) =>
    item.assembly.call === null ? [] : [{ ...item, call: item.assembly.call }],
  );
  const preparedWholes = wholes.map(({ call, assembly, receivedAt }) =>
    prepareCall(receivedAtTime(source.desk, receivedAt), { call, content: assembly.key, line: assembly.line }),
  );
  const { outcomes, entries } =
    "sheet" in prepared
      ? await settleSheet(tx, source, prepared, turn.onClaimed)
      : await settleAll(tx, source, [...prepared, ...preparedWholes], turn.onClaimed);
  await turn.mayFinish;
  await lockCounts(tx, source.sourceId);
  const fates: Fates = new Array(rows.length);
  const rejected: RejectedPlace[] = [];
  for (const [index, place] of singles.places.entries()) setFate(fates, rejected, place, outcomes[index]);
  for (const [place, { outcome }] of rows.entries()) {
    if (outcome.kind === "non-billable") fates[place] = "non-billable";
    if (outcome.kind === "reject") rejected.push({ place, reject: outcome.reject, isPart: false });
  }
  const parts = await keepParts(tx, source, gathered, outcomesByKey(wholes, outcomes.slice(singles.places.length)));
  for (const [place, fate] of parts.byPlace) fates[place] = fate;
  for (const { place, outcome } of parts.quarantined) rejected.push({ place, reject: outcome.reject, isPart: true });
  await setAside(tx, source, { rows, rejected, fates });
  const moved = new Map(parts.moved);
  const rejectedPlaces = new Set(rejected.map(({ place }) => place));
  if (await hasWaiting(tx, source.sourceId))
    await release(tx, source, { rows, rejectedPlaces, fates, moved, partHashes: parts.settledHashes });
  const wholeAt = (index: number) => wholes[index - singles.places.length];
  const lineOf = (index: number) => wholeAt(index)?.assembly.line ?? rows[singles.places[index] ?? -1]?.line ?? 0;
  const unpriced = unpricedCalls(outcomes, lineOf);
  const nonBillable = nonBillableRows(rows, outcomes, (index) => wholeAt(index)?.arrived.length ?? 1);
  return { fates: rows.map((_, place) => fateAt(fates, place)), moved, entries, unpriced, nonBillable };
}

/** `rowsOf`: how many of the rows each outcome is of. */
const nonBillableRows = (
  rows: readonly ArrivedRow[],
  outcomes: readonly CallOutcome[],
  rowsOf: (index: number) => number,
): readonly string[] => [
  ...rows.flatMap(({ outcome }) => (outcome.kind === "non-billable" ? outcome.why : [])),
  ...outcomes.flatMap((outcome, index) =>
    outcome.fate === "non-billable" ? new Array<string>(rowsOf(index)).fill(outcome.why) : [],
  ),
];

const unpricedCalls = (outcomes: readonly CallOutcome[], lineOf: (index: number) => number): readonly UnpricedCall[] =>
  outcomes.flatMap((outcome, index) =>
    outcome.fate === "duplicate" && outcome.unpriced !== undefined
      ? [{ line: lineOf(index), reject: outcome.unpriced }]
      : [],
  );

async function settleAll(
  tx: BulkTx,
  source: BatchSource,
  prepared: readonly PreparedCall[],
  onClaimed: () => void,
): Promise<SettledCalls> {
  await source.makePartitions(timesOf(prepared));
  return settleCalls(tx, { rating: source.desk.rating, originOf: () => source }, prepared, onClaimed);
}

const receivedAtTime = (desk: Desk, receivedAt: EpochMs): Desk => ({
  ...desk,
  sanity: { ...desk.sanity, receivedAt },
});

function setFate(fates: Fates, rejected: RejectedPlace[], place: number, outcome: CallOutcome | undefined): void {
  invariant(outcome, "every call has an outcome");
  if (outcome.fate === "quarantined") rejected.push({ place, reject: outcome.reject, isPart: false });
  else fates[place] = outcome.fate;
}

const outcomesByKey = (
  wholes: readonly GatheredCall[],
  outcomes: readonly CallOutcome[],
): ReadonlyMap<string, CallOutcome> =>
  new Map(
    wholes.flatMap(({ assembly }, index) => {
      const outcome = outcomes[index];
      return outcome === undefined ? [] : [[assembly.key, outcome] as const];
    }),
  );
