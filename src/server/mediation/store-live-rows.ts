import { invariant } from "../../core/invariant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { LockedUnits } from "../allowance/locked-units.ts";
import { noteSigns } from "../completeness/note-arrival.ts";
import { noteRows } from "../completeness/note-rows.ts";
import { RecordNumbers } from "../completeness/record-numbers.ts";
import type { Database } from "../db/database.ts";
import { together } from "../db/together.ts";
import type { Tx } from "../db/tx.ts";
import type { BatchOrigin } from "../usage/batch-origin.ts";
import type { ChargeBatch } from "../usage/post-charges.ts";
import type { ChargeEntry } from "../usage/priced-call.ts";
import { type ArrivedRow, countFates, type RowFate } from "./arrived-row.ts";
import { insertBatches, type NumberedBatch } from "./batch-store.ts";
import { countDailyRows } from "./daily-file-store.ts";
import { lockCountsOf, recount } from "./file-store.ts";
import { makePartitions, timesOf } from "./make-partitions.ts";
import type { OpenedSource } from "./open-source.ts";
import { type PreparedCall, prepareCall } from "./prepare-call.ts";
import { sourcesWaiting } from "./quarantine-store.ts";
import type { RowCounts } from "./row-counts.ts";
import { type CallOutcome, settleCalls } from "./settle-calls.ts";
import { type Fates, fateAt, type RejectedPlace, release, setAside } from "./settle-quarantine.ts";
import type { Source } from "./source.ts";

/** A few rows of one source that came by themselves, each a whole call or rejected, numbered as in the day's file. */
export interface LiveRows {
  readonly source: Source;
  readonly opened: OpenedSource;
  readonly fileId: string;
  readonly rows: readonly ArrivedRow[];
}

/** What became of the rows, source by source and row by row, and the charges to post, source by source. */
export interface StoredLiveRows {
  readonly fates: readonly (readonly RowFate[])[];
  readonly charges: readonly ChargeBatch[];
}

/** Rows on their way. */
interface Arrived extends LiveRows {
  readonly prepared: readonly PreparedCall[];
  readonly batch: NumberedBatch;
}

/**
 * Stores rows of several sources of one tenant in the transaction `tx`, as an import of each would; the caller posts
 * the charges. For a few hundred rows: however many sources and rows there are, it takes the same few statements.
 */
export async function storeLiveRows(
  db: Database,
  tx: Tx,
  ofSources: readonly LiveRows[],
  { units, at }: { readonly units: LockedUnits; readonly at: EpochMs },
): Promise<StoredLiveRows> {
  const prepared = ofSources.map(({ rows, opened: { desk } }) => rows.map((row) => preparedRow(desk, row)));
  await makePartitions(db, timesOf(prepared.flat()));
  const batches = await insertBatches(
    tx,
    ofSources.map(({ source, fileId }) => ({ source, fileId, kind: "push" })),
  );
  const arrived = ofSources.map((live, index): Arrived => {
    const [ofSource, batch] = [prepared[index], batches[index]];
    invariant(ofSource && batch, "every source has its rows and a batch");
    return { ...live, prepared: ofSource, batch };
  });
  const { outcomes, entries } = await settleAll(tx, arrived, units);
  const fates = await accountFor(tx, arrived, outcomes);
  await note(tx, arrived, fates, at);
  return {
    fates,
    charges: arrived.map(({ opened, batch }, index) => {
      const { accounts } = opened.desk.rating;
      return { ...batch, bookedBy: "ingest", memo: "", accounts, entries: entries[index] ?? [] };
    }),
  };
}

function preparedRow(desk: OpenedSource["desk"], { outcome, raw, line, isProvisional }: ArrivedRow): PreparedCall {
  if (outcome.kind === "reject") return { kind: "reject", reject: outcome.reject, record: null };
  invariant(outcome.kind === "call" && outcome.call.part === null, "a row that comes by itself is a whole call");
  return prepareCall(desk, { call: outcome.call, content: isProvisional ? null : raw, line });
}

/** Stores and prices calls that are read by the same settings together; answers by source. */
async function settleAll(
  tx: Tx,
  arrived: readonly Arrived[],
  units: LockedUnits,
): Promise<{ readonly outcomes: readonly CallOutcome[][]; readonly entries: readonly ChargeEntry[][] }> {
  const outcomes: CallOutcome[][] = arrived.map(() => []);
  const entries: ChargeEntry[][] = arrived.map(() => []);
  const places = new Map<string, number>();
  for (const [place, { prepared }] of arrived.entries())
    for (const item of prepared) if (item.kind === "priced") places.set(item.call.id, place);
  const placeOf = (usageId: string): number => {
    const place = places.get(usageId);
    invariant(place !== undefined, "what is stored is a call of a source");
    return place;
  };
  const origins = arrived.map(
    ({ source, batch }): BatchOrigin => ({ tenantId: source.tenantId, sourceId: source.id, batchId: batch.batchId }),
  );
  const originOf = (usageId: string): BatchOrigin => origins[placeOf(usageId)] as BatchOrigin;
  for (const [rating, alike] of Map.groupBy(arrived.keys(), (place) => arrived[place]?.opened.desk.rating)) {
    invariant(rating, "every source has prices");
    const ofAlike = alike.flatMap((place) => (arrived[place]?.prepared ?? []).map((item) => ({ place, item })));
    const items = ofAlike.map(({ item }) => item);
    const settled = await settleCalls(tx, { rating, units, originOf }, items, () => undefined);
    for (const [index, outcome] of settled.outcomes.entries()) outcomes[ofAlike[index]?.place ?? 0]?.push(outcome);
    for (const entry of settled.entries) entries[placeOf(entry.usageId)]?.push(entry);
  }
  return { outcomes, entries };
}

/** Gives every row its fate; what could not be used goes to quarantine, and what waited there and is settled leaves. */
async function accountFor(
  tx: Tx,
  arrived: readonly Arrived[],
  outcomes: readonly CallOutcome[][],
): Promise<readonly (readonly RowFate[])[]> {
  const sourceIds = arrived.map(({ source }) => source.id);
  const [, waiting] = await Promise.all([lockCountsOf(tx, sourceIds), sourcesWaiting(tx, sourceIds)]);
  const moved = new Map<string, RowCounts>();
  const all: RowFate[][] = [];
  for (const [index, { source, fileId, rows }] of arrived.entries()) {
    const origin = { tenantId: source.tenantId, sourceId: source.id, fileId, retrying: false };
    const ofSource = outcomes[index] ?? [];
    const fates: Fates = ofSource.map((outcome) => (outcome.fate === "quarantined" ? undefined : outcome.fate));
    const rejected = ofSource.flatMap((outcome, place): RejectedPlace[] =>
      outcome.fate === "quarantined" ? [{ place, reject: outcome.reject, isPart: false }] : [],
    );
    if (rejected.length > 0) await setAside(tx, origin, { rows, rejected, fates });
    const rejectedPlaces = new Set(rejected.map(({ place }) => place));
    if (waiting.has(source.id)) await release(tx, origin, { rows, rejectedPlaces, fates, moved, partHashes: [] });
    all.push(rows.map((_, place) => fateAt(fates, place)));
  }
  if (moved.size > 0) await recount(tx, moved);
  return all;
}

/** Counts the rows where an import would. */
async function note(
  tx: Tx,
  arrived: readonly Arrived[],
  fates: readonly (readonly RowFate[])[],
  at: EpochMs,
): Promise<void> {
  const noted = arrived.map(({ source, fileId, rows }, index) => {
    return {
      source,
      file: { tenantId: source.tenantId, sourceId: source.id, fileId },
      rows,
      fates: fates[index] ?? [],
    };
  });
  const counted = noted.map(({ file, rows, fates: ofSource }) => ({
    fileId: file.fileId,
    receivedAt: at,
    sizeBytes: rows.reduce((bytes, { raw }) => bytes + raw.length, 0),
    counts: countFates(ofSource),
  }));
  const signs = noted.map(({ file: { tenantId, sourceId } }) => ({ tenantId, sourceId, at }));
  await together(tx, [() => countDailyRows(tx, counted), () => noteRows(tx, noted), () => noteSigns(tx, signs)]);
  for (const { source, file, rows } of noted) {
    const numbers = new RecordNumbers(source.config.completeness, at);
    for (const row of rows) numbers.see(row);
    await numbers.add(tx, file);
  }
}
