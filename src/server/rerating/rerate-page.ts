import { calledText } from "../../core/numbering/stored-number.ts";
import { sameDescription, sameMoney } from "../../core/rating/charge-difference.ts";
import type { BulkTx } from "../db/tx.ts";
import { derivedHashOf } from "../mediation/prepare-call.ts";
import { entriesInForce } from "../usage/charge-entries.ts";
import type { ChargeEntry } from "../usage/priced-call.ts";
import { loadChargeEntries } from "../usage/stored-usage.ts";
import { type CallPlace, loadCalls, type MovedCall, type StoredCall } from "./call-store.ts";
import { type Judgement, judgeCall, type ReratingDesk } from "./judge-call.ts";
import type { ReratingRequest, Selection } from "./selection.ts";
import {
  type DueCall,
  differenceEntries,
  entriesByPlace,
  placeKey,
  placeOf,
  type SameCharge,
} from "./settle-difference.ts";
import type { Tally } from "./tally.ts";

/** What has to be written for a page of calls. */
export interface PageDifference {
  readonly entries: readonly ChargeEntry[];
  readonly moved: readonly MovedCall[];
  /** Calls for which there are entries, with what was in force: for those who show examples. */
  readonly changed: readonly ChangedCall[];
}

/** A call whose charges change. */
export interface ChangedCall {
  readonly call: StoredCall;
  readonly inForce: readonly ChargeEntry[];
  readonly judgement: DueJudgement;
}

type DueJudgement = Extract<Judgement, { kind: "due" }>;

/**
 * Judges a page of calls and adds it to the tally; reads only. What it answers brings the page up to date. `runId`: of
 * a run that writes it; null for a preview.
 */
export async function rerateCalls(
  tx: BulkTx,
  desk: ReratingDesk,
  { places, runId }: { readonly places: readonly CallPlace[]; readonly runId: string | null },
  tally: Tally,
): Promise<PageDifference> {
  const { selection, options } = desk.request;
  const mover = options.findParties ? runId : null;
  const same = sameFor(desk.request);
  const calls = (await loadCalls(tx, places, mover)).filter((call) => isAskedFor(selection, call));
  const standing = entriesByPlace(await loadChargeEntries(tx, calls.map(placeOf)));
  const judged = calls.map((call) => {
    const written = standing.get(placeKey(call)) ?? [];
    const inForce = entriesInForce(written);
    return { call, written, inForce, judgement: judgeCall(desk, call, inForce) };
  });
  const elsewhere = entriesByPlace(await loadChargeEntries(tx, judged.flatMap(newPlaceOf)));
  const entries: ChargeEntry[] = [];
  const moved: MovedCall[] = [];
  const changed: ChangedCall[] = [];
  for (const { call, written, inForce, judgement } of judged) {
    if (judgement.kind === "kept") {
      tally.keep(call, calledText(call.event.called), judgement.why);
      continue;
    }
    const dues = dueCalls(call, judgement);
    const known = [...written, ...dues.slice(1).flatMap((due) => elsewhere.get(placeKey(due)) ?? [])];
    const missing = differenceEntries(dues, known, same);
    tally.settle(judgement, inForce, missing);
    entries.push(...missing);
    moved.push(...movedCalls(call, judgement));
    if (missing.length > 0) changed.push({ call, inForce, judgement });
  }
  return { entries, moved, changed };
}

/** What counts as the same charge in a re-rating. */
export const sameFor = ({ options }: ReratingRequest): SameCharge =>
  options.renewDescriptions ? sameDescription : sameMoney;

/** What the charges of a call do not say: which switch told of it, and the number that was called. */
const isAskedFor = ({ sourceId, prefix }: Selection, { sourceId: ofCall, event }: StoredCall): boolean =>
  (sourceId === null || sourceId === ofCall) && (prefix === null || calledText(event.called).startsWith(prefix));

/** The call at its place; where it moves to another book, nothing is due there, and everything at the new one. */
function dueCalls({ usageId, bookId, answeredAt }: StoredCall, judgement: DueJudgement): DueCall[] {
  const { bookId: newBookId, due } = judgement;
  if (newBookId === bookId) return [{ usageId, bookId, answeredAt, due }];
  return [
    { usageId, bookId, answeredAt, due: [] },
    { usageId, bookId: newBookId, answeredAt, due },
  ];
}

function newPlaceOf({ call, judgement }: { readonly call: StoredCall; readonly judgement: Judgement }) {
  if (judgement.kind === "kept" || judgement.bookId === call.bookId) return [];
  return [placeOf({ ...call, bookId: judgement.bookId })];
}

function movedCalls(call: StoredCall, { newParties, bookId }: DueJudgement): MovedCall[] {
  if (newParties === null) return [];
  const parties = { bookId, ...newParties };
  return [{ call, ...parties, derivedHash: derivedHashOf(parties, call.event) }];
}
