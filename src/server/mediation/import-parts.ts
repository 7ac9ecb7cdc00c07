import { invariant } from "../../core/invariant.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { BulkTx } from "../db/tx.ts";
import { rawHash } from "../usage/identity.ts";
import { type ArrivedRow, moveFate, type RowFate } from "./arrived-row.ts";
import { type Assembly, assemble, partOf, type ReadPart, readKept } from "./assemble-calls.ts";
import type { BatchSource } from "./batch-source.ts";
import { type CallPart, type KeptPart, loadParts, type PartState, saveParts } from "./part-store.ts";
import { readAgain } from "./read-again.ts";
import { addCounts, NO_ROWS, type RowCounts } from "./row-counts.ts";
import type { CallOutcome } from "./settle-calls.ts";

/** A row of the batch that is part of a call. */
interface ArrivedPart {
  readonly place: number;
  readonly hash: string;
  readonly part: ReadPart;
}

/** One call that rows of the batch are part of, with all its rows, those of earlier batches and files included. */
export interface GatheredCall {
  readonly assembly: Assembly;
  readonly arrived: readonly ArrivedPart[];
  readonly kept: readonly KeptPart[];
  /** The times of all its rows in the reading of today's settings, by the rows' text. */
  readonly times: ReadonlyMap<string, EpochMs>;
  /** When the last of the files with its rows first arrived: a call may end long after the file with its start did. */
  readonly receivedAt: EpochMs;
}

/** Finds the calls that rows of the batch are part of, and reads their kept rows again under today's settings. */
export async function gatherCalls(
  tx: BulkTx,
  source: BatchSource,
  rows: readonly ArrivedRow[],
): Promise<readonly GatheredCall[]> {
  const arrived = rows.flatMap((row, place): ArrivedPart[] => {
    const part = partOf(row.outcome, row);
    return part === null ? [] : [{ place, hash: uuidText(rawHash(row.raw)), part }];
  });
  if (arrived.length === 0) return [];
  const byKey = Map.groupBy(arrived, (item) => item.part.key);
  const kept = Map.groupBy(await loadParts(tx, source.sourceId, [...byKey.keys()]), (part) => part.callKey);
  return [...byKey].map(([key, ofCall]) => {
    const keptOfCall = kept.get(key) ?? [];
    const readings = keptOfCall.flatMap((part) => {
      const settings = { ...source.settings, receivedAt: part.receivedAt };
      return readKept(part, (item) => readAgain(source.format, settings, item)) ?? [];
    });
    const parts = [...ofCall.map((item) => item.part), ...readings];
    return {
      assembly: assemble(key, parts),
      arrived: ofCall,
      kept: keptOfCall,
      times: new Map(parts.map(({ raw, at }) => [raw, at])),
      receivedAt: epochMs(Math.max(source.settings.receivedAt, ...keptOfCall.map((part) => part.receivedAt))),
    };
  });
}

/** The fates of the rows of gathered calls, and what changed in files whose rows did not come again. */
export interface PartFates {
  readonly byPlace: ReadonlyMap<number, RowFate>;
  readonly moved: ReadonlyMap<string, RowCounts>;
  /** The row that stands for a call in quarantine: the one that made it whole. */
  readonly quarantined: readonly {
    readonly place: number;
    readonly outcome: CallOutcome & { readonly fate: "quarantined" };
  }[];
  /** Hashes of all rows of calls that are stored now: none of them waits in quarantine any longer. */
  readonly settledHashes: readonly string[];
}

/**
 * Gives every part of every gathered call its fate and keeps it. `outcomes` are those of the whole calls, by call
 * key.
 */
export async function keepParts(
  tx: BulkTx,
  source: BatchSource,
  calls: readonly GatheredCall[],
  outcomes: ReadonlyMap<string, CallOutcome>,
): Promise<PartFates> {
  const byPlace = new Map<number, RowFate>();
  const moved = new Map<string, RowCounts>();
  const quarantined: PartFates["quarantined"][number][] = [];
  const settledHashes: string[] = [];
  const saved: CallPart[] = [];
  for (const { assembly, arrived, kept, times } of calls) {
    const outcome = outcomes.get(assembly.key);
    const keptByHash = new Map(kept.map((part) => [part.rawHash, part]));
    const seen = new Set<string>();
    for (const { place, hash, part } of arrived) {
      const before = keptByHash.get(hash);
      const state = stateOf(part.raw, assembly, outcome, before?.state);
      const again = seen.has(hash) || (before !== undefined && (before.fileId !== source.fileId || before.counted));
      byPlace.set(place, again ? "duplicate" : arrivedFate(state, before?.state, outcome));
      if (before === undefined && !seen.has(hash)) saved.push(newPart(source, assembly.key, hash, part, state));
      seen.add(hash);
    }
    for (const part of kept) {
      const state = stateOf(part.raw, assembly, outcome, part.state);
      const at = times.get(part.raw) ?? part.at;
      if (state === part.state && at === part.at) continue;
      saved.push({ ...part, state, at });
      if (part.counted && state !== part.state) addTo(moved, part.fileId, moveFate(part.state, state));
    }
    const last = arrived.at(-1);
    invariant(last, "a gathered call has a row in the batch");
    if (outcome?.fate === "quarantined") quarantined.push({ place: last.place, outcome });
    else if (outcome !== undefined) settledHashes.push(...keptByHash.keys(), ...seen);
  }
  await saveParts(tx, source, saved);
  return { byPlace, moved, quarantined, settledHashes };
}

export function addTo(counts: Map<string, RowCounts>, fileId: string, delta: RowCounts): void {
  counts.set(fileId, addCounts(counts.get(fileId) ?? NO_ROWS, delta));
}

function stateOf(
  raw: string,
  { used }: Assembly,
  outcome: CallOutcome | undefined,
  before: PartState | undefined,
): PartState {
  if (!used.has(raw)) return "duplicate";
  if (outcome === undefined) return "open";
  // The rows that a call was stored from stay its rows, however often it is read again.
  if (outcome.fate === "duplicate" || outcome.fate === "corrected") return before === "stored" ? "stored" : "duplicate";
  return outcome.fate;
}

/** The fate of a row that this pass of its file comes to for the first time. */
function arrivedFate(state: PartState, before: PartState | undefined, outcome: CallOutcome | undefined): RowFate {
  if (state === "stored" && before === "stored") return outcome?.fate === "corrected" ? "corrected" : "duplicate";
  return state === "duplicate" && outcome?.fate === "corrected" ? "corrected" : state;
}

const newPart = (source: BatchSource, callKey: string, hash: string, part: ReadPart, state: PartState): CallPart => ({
  callKey,
  rawHash: hash,
  fileId: source.fileId,
  line: part.line,
  raw: part.raw,
  at: part.at,
  state,
});
