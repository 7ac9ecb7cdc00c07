import { invariant } from "../core/invariant.ts";
import type { EpochMs } from "../core/time/epoch.ts";
import type { CallHalf, SwitchCall } from "../core/usage/switch-call.ts";

/**
 * All that counts of one dialog: its first answered INVITE and its first BYE. What storage keeps between files, as
 * it is (plain JSON). A dialog with both halves is a call; one with a single half is open: listed, never billed.
 */
export interface Dialog {
  readonly key: string;
  readonly start: CallHalf | null;
  readonly end: CallHalf | null;
}

/** What became of one arriving half. Every arrival has exactly one fate, so that rows in = rows accounted for. */
export type HalfFate =
  /** One of the two rows of a call that is complete now. */
  | "paired"
  /** Waits for its other half. */
  | "open"
  /** The same row came before: a file read again, a row written twice. */
  | "duplicate"
  /** A further INVITE or BYE of a dialog that has its own: a re-INVITE, or both sides hanging up. Not a call. */
  | "repeat";

export interface Pairing {
  /** Calls that are complete with this batch and were not before. */
  readonly completed: readonly SwitchCall[];
  /**
   * Calls that were complete before and are corrected now, because an earlier INVITE or BYE came late (one log file per
   * server process delivers a re-INVITE before its INVITE). Same identity as the stored call, new values.
   */
  readonly amended: readonly SwitchCall[];
  /** Dialogs as they are now, only those that changed: replace what is stored under their keys. */
  readonly changed: readonly Dialog[];
  /** One entry an arrival, in the order of arrival. */
  readonly fates: readonly HalfFate[];
}

/**
 * Puts the halves of calls together, across files and in any order.
 *
 * `known` holds what storage has for the keys of this batch, complete dialogs included; a dialog that is no longer
 * kept must be left to the identity check, which drops its call as a duplicate. The result depends on the set of
 * halves only: any order and any split into batches ends in the same dialogs and calls, because a dialog keeps its
 * earliest start and its earliest end, and ties are broken by content.
 */
export function pairHalves(known: ReadonlyMap<string, Dialog>, arrivals: readonly CallHalf[]): Pairing {
  const now = new Map<string, Dialog>();
  for (const half of arrivals) {
    const dialog = now.get(half.key) ?? known.get(half.key) ?? { key: half.key, start: null, end: null };
    now.set(half.key, withHalf(dialog, half));
  }
  const completed: SwitchCall[] = [];
  const amended: SwitchCall[] = [];
  const changed: Dialog[] = [];
  for (const [key, dialog] of now) {
    const before = known.get(key);
    if (before && before.start === dialog.start && before.end === dialog.end) continue;
    changed.push(dialog);
    const call = callOf(dialog);
    if (call) (before && callOf(before) ? amended : completed).push(call);
  }
  return { completed, amended, changed, fates: fatesOf(arrivals, known, now) };
}

/** The call that a complete dialog is; undefined while a half is missing. */
export function callOf({ start, end }: Dialog): SwitchCall | undefined {
  if (!start?.call || !end) return undefined;
  const answeredAt = start.call.answeredAt ?? start.at;
  return {
    ...start.call,
    answeredAt,
    endedAt: end.at,
    // A BYE before its INVITE (clocks that disagree) shows in endedAt and is rejected there; talk time is never
    // negative.
    talkedMs: Math.max(0, end.at - answeredAt),
    reportedS: null,
    cause: end.cause,
    part: null,
  };
}

/**
 * Whether an open dialog has waited too long for its other half: its call is longer than any real one, or the row
 * is lost. It stays open and listed; only its other half, or an operator, ends it.
 */
export function isStale(dialog: Dialog, now: EpochMs, openMaxS: number): boolean {
  const half = dialog.start ?? dialog.end;
  return half !== null && (dialog.start === null || dialog.end === null) && now - half.at > openMaxS * 1_000;
}

function withHalf(dialog: Dialog, half: CallHalf): Dialog {
  const present = dialog[half.side];
  if (present && compareHalves(present, half) <= 0) return dialog;
  return { ...dialog, [half.side]: half };
}

/** Negative when `a` is the half to keep: the earlier, then the one that names the called party, then by content. */
function compareHalves(a: CallHalf, b: CallHalf): number {
  if (a === b) return 0;
  if (a.at !== b.at) return a.at - b.at;
  // Within one second a re-INVITE cannot be told by its time, but mostly by its empty accounting fields.
  const named = Number(Boolean(b.call?.called)) - Number(Boolean(a.call?.called));
  if (named !== 0) return named;
  const [textA, textB] = [contentOf(a), contentOf(b)];
  return textA < textB ? -1 : Number(textA > textB);
}

/** The half as text that does not depend on the order of fields, which a database's JSON does not keep. */
function contentOf({ call, cause }: CallHalf): string {
  const fields = call && [
    call.startedAt,
    call.answeredAt,
    call.leg,
    call.callId,
    call.direction,
    call.calling,
    call.called,
    call.accountCode,
    call.sipUser,
    call.sourceAddress,
    call.ingressTrunk,
    call.egressTrunk,
  ];
  return JSON.stringify([cause.q850, cause.sip, cause.text, fields]);
}

function fatesOf(
  arrivals: readonly CallHalf[],
  known: ReadonlyMap<string, Dialog>,
  now: ReadonlyMap<string, Dialog>,
): HalfFate[] {
  const used = new Set<CallHalf>();
  return arrivals.map((half) => {
    const dialog = now.get(half.key);
    const kept = dialog?.[half.side];
    invariant(dialog && kept, `pairing keeps a ${half.side} half for every arrival, dialog ${half.key}`);
    if (compareHalves(kept, half) !== 0) return "repeat";
    if (kept !== half || used.has(half) || kept === known.get(half.key)?.[half.side]) return "duplicate";
    used.add(half);
    return dialog.start && dialog.end ? "paired" : "open";
  });
}
