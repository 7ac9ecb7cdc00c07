import { setImmediate } from "node:timers/promises";
import { uuidv7 } from "../../clock.ts";
import { invariant } from "../../core/invariant.ts";
import type { Reject } from "../../core/reject.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { SwitchCall } from "../../core/usage/switch-call.ts";
import type { BulkTx } from "../db/tx.ts";
import type { ChargeEntry } from "../usage/priced-call.ts";
import { type ArrivedRow, hashOfRow, moveFate, type RowFate } from "./arrived-row.ts";
import { partOf } from "./assemble-calls.ts";
import type { BatchSource, Turn } from "./batch-source.ts";
import { lockCounts } from "./file-store.ts";
import { addTo, type GatheredCall, gatherCalls, keepParts } from "./import-parts.ts";
import { lockParts } from "./part-store.ts";
import { type Desk, type PreparedCall, prepareCall } from "./prepare-call.ts";
import {
  decideQuarantined,
  findQuarantined,
  hasWaiting,
  type QuarantinedRow,
  quarantineRows,
} from "./quarantine-store.ts";
import type { RowCounts } from "./row-counts.ts";
import { type CallOutcome, settleCalls } from "./settle-calls.ts";

/** What a batch did. */
export interface BatchResult {
  /** One a row, in order. */
  readonly fates: readonly RowFate[];
  /** Counts that moved in files whose rows did not come again: an open call that ended, a row that left quarantine. */
  readonly moved: ReadonlyMap<string, RowCounts>;
  /** What is to be posted, as the last thing in the transaction. */
  readonly entries: readonly ChargeEntry[];
  readonly unpriced: readonly UnpricedCall[];
  /** Why rows are no calls to be paid, one of each such row that came. */
  readonly nonBillable: readonly string[];
}

/** A call that is stored and has no price by today's settings: it keeps the one it has. */
export interface UnpricedCall {
  readonly line: number;
  readonly reject: Reject;
}

/** Fates by the place of their row, as far as they are known. */
type Fates = (RowFate | undefined)[];

/** A row to be set aside, and why. */
interface RejectedPlace {
  readonly place: number;
  readonly reject: Reject;
  readonly isPart: boolean;
}

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
  const singles = singleCalls(rows);
  // Before the turn comes, while the database is still busy with the batch before.
  const preparedSingles = await prepareSingles(source.desk, singles);
  if (rows.some((row) => partOf(row.outcome, row) !== null)) {
    await turn.mayFinish;
    await lockParts(tx, source.sourceId);
  }
  await turn.mayClaim;
  const gathered = await gatherCalls(tx, source, rows);
  const wholes = gathered.flatMap((item) =>
    item.assembly.call === null ? [] : [{ ...item, call: item.assembly.call }],
  );
  const prepared = [
    ...preparedSingles,
    ...wholes.map(({ call, assembly, receivedAt }) =>
      prepareCall(receivedAtTime(source.desk, receivedAt), { call, content: assembly.key, line: assembly.line }),
    ),
  ];
  await source.makePartitions(timesOf(prepared));
  const { outcomes, entries } = await settleCalls(tx, source, prepared, turn.onClaimed);
  await turn.mayFinish;
  await lockCounts(tx, source.sourceId);
  const fates: Fates = new Array(rows.length);
  const rejected: RejectedPlace[] = [];
  for (const [index, { place }] of singles.entries()) setFate(fates, rejected, place, outcomes[index]);
  for (const [place, { outcome }] of rows.entries()) {
    if (outcome.kind === "non-billable") fates[place] = "non-billable";
    if (outcome.kind === "reject") rejected.push({ place, reject: outcome.reject, isPart: false });
  }
  const parts = await keepParts(tx, source, gathered, outcomesByKey(wholes, outcomes.slice(singles.length)));
  for (const [place, fate] of parts.byPlace) fates[place] = fate;
  for (const { place, outcome } of parts.quarantined) rejected.push({ place, reject: outcome.reject, isPart: true });
  await setAside(tx, source, { rows, rejected, fates });
  const moved = new Map(parts.moved);
  const rejectedPlaces = new Set(rejected.map(({ place }) => place));
  await release(tx, source, { rows, rejectedPlaces, fates, moved, partHashes: parts.settledHashes });
  const lines = [...singles.map(({ row }) => row.line), ...wholes.map(({ assembly }) => assembly.line)];
  const unpriced = unpricedCalls(outcomes, lines);
  const rowsOf = [...singles.map(() => 1), ...wholes.map(({ arrived }) => arrived.length)];
  const nonBillable = nonBillableRows(rows, outcomes, rowsOf);
  return { fates: rows.map((_, place) => fateAt(fates, place)), moved, entries, unpriced, nonBillable };
}

/** `rowsOf`: how many of the rows each outcome is of. */
const nonBillableRows = (
  rows: readonly ArrivedRow[],
  outcomes: readonly CallOutcome[],
  rowsOf: readonly number[],
): readonly string[] => [
  ...rows.flatMap(({ outcome }) => (outcome.kind === "non-billable" ? outcome.why : [])),
  ...outcomes.flatMap((outcome, index) =>
    outcome.fate === "non-billable" ? new Array<string>(rowsOf[index] ?? 0).fill(outcome.why) : [],
  ),
];

const unpricedCalls = (outcomes: readonly CallOutcome[], lines: readonly number[]): readonly UnpricedCall[] =>
  outcomes.flatMap((outcome, index) =>
    outcome.fate === "duplicate" && outcome.unpriced !== undefined
      ? [{ line: lines[index] ?? 0, reject: outcome.unpriced }]
      : [],
  );

/** Calls prepared at a stretch: some 20 ms, in which nothing else that the process does can go on. */
const STRETCH_CALLS = 1_000;

/** Prepares calls with pauses in between: requests are answered, and the batch before is kept going. */
async function prepareSingles(desk: Desk, singles: readonly SingleCall[]): Promise<PreparedCall[]> {
  const prepared: PreparedCall[] = [];
  for (const { call, row } of singles) {
    prepared.push(prepareCall(desk, { call, content: row.isProvisional ? null : row.raw, line: row.line }));
    if (prepared.length % STRETCH_CALLS === 0) await setImmediate();
  }
  return prepared;
}

const receivedAtTime = (desk: Desk, receivedAt: EpochMs): Desk => ({
  ...desk,
  sanity: { ...desk.sanity, receivedAt },
});

const timesOf = (prepared: readonly PreparedCall[]): EpochMs[] =>
  prepared.flatMap((item) => {
    if (item.kind !== "priced") return [];
    const { startedAt, answeredAt } = item.call.event;
    return answeredAt === null ? [startedAt] : [startedAt, answeredAt];
  });

interface SingleCall {
  readonly place: number;
  readonly row: ArrivedRow;
  readonly call: SwitchCall;
}

const singleCalls = (rows: readonly ArrivedRow[]): SingleCall[] =>
  rows.flatMap((row, place) =>
    row.outcome.kind === "call" && row.outcome.call.part === null ? [{ place, row, call: row.outcome.call }] : [],
  );

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

function fateAt(fates: Readonly<Fates>, place: number): RowFate {
  const fate = fates[place];
  invariant(fate, `row ${place} of the batch is accounted for`);
  return fate;
}

/** Puts rejected rows into quarantine. A text that is there already, from another line or file, is a duplicate. */
async function setAside(
  tx: BulkTx,
  source: BatchSource,
  batch: {
    readonly rows: readonly ArrivedRow[];
    readonly rejected: readonly RejectedPlace[];
    readonly fates: Fates;
  },
): Promise<void> {
  const firsts = new Map<string, Parameters<typeof quarantineRows>[2][number]>();
  const hashes = batch.rejected.map(({ place, reject, isPart }) => {
    const row = batch.rows[place];
    invariant(row, "a rejected row is a row of the batch");
    const hash = hashOfRow(row);
    if (!firsts.has(hash))
      firsts.set(hash, { id: uuidv7(), rawHash: hash, line: row.line, raw: row.raw, isPart, reject });
    return { place, line: row.line, hash, isPart };
  });
  const stands = await quarantineRows(tx, source, [...firsts.values()]);
  for (const { place, line, hash, isPart } of hashes)
    if (!isPart) batch.fates[place] = quarantinedFate(source, line, stands.get(hash));
}

function quarantinedFate(source: BatchSource, line: number, stands: QuarantinedRow | undefined): RowFate {
  invariant(stands, "a rejected row stands in quarantine");
  if (stands.fileId !== source.fileId || stands.line !== line) return "duplicate";
  if (stands.state === "waiting") return "quarantined";
  return stands.state === "dismissed" ? "non-billable" : "duplicate";
}

/**
 * Rows that came again and are settled now leave quarantine; in the file they waited for, they are duplicates of this
 * one. A rejected row settles nothing: where its text waits already it is a duplicate, and the one that waits must go
 * on waiting.
 */
async function release(
  tx: BulkTx,
  source: BatchSource,
  batch: {
    readonly rows: readonly ArrivedRow[];
    readonly rejectedPlaces: ReadonlySet<number>;
    readonly fates: Readonly<Fates>;
    readonly moved: Map<string, RowCounts>;
    readonly partHashes: readonly string[];
  },
): Promise<void> {
  if (!(await hasWaiting(tx, source.sourceId))) return;
  const settled = new Map<string, RowFate>();
  for (const [place, row] of batch.rows.entries()) {
    if (!batch.rejectedPlaces.has(place)) settled.set(hashOfRow(row), fateAt(batch.fates, place));
  }
  const found = await findQuarantined(tx, source.sourceId, [...new Set([...settled.keys(), ...batch.partHashes])]);
  const partHashes = new Set(batch.partHashes);
  const waiting = [...found.values()].filter(
    (row) => row.state === "waiting" && (!row.isPart || partHashes.has(row.rawHash)),
  );
  await decideQuarantined(
    tx,
    waiting.map((row) => row.id),
    "released",
  );
  for (const row of waiting) {
    if (row.isPart || !row.counted) continue;
    const fate = source.retrying ? settled.get(row.rawHash) : undefined;
    addTo(batch.moved, row.fileId, moveFate("quarantined", fate ?? "duplicate"));
  }
}
