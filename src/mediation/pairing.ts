import { invariant } from "../core/invariant.ts";
import { epochMs } from "../core/time/epoch.ts";
import type { CallHalf, SwitchCall } from "../core/usage/switch-call.ts";
import { chooseFolds, UNTIMED } from "./fold-choice.ts";

/**
 * All that counts of one dialog: its first answered INVITE and its first BYE. With both it is a call; with a single one
 * it is open: listed, never billed.
 */
export interface Dialog {
  readonly start: CallHalf | null;
  readonly end: CallHalf | null;
}

/**
 * Puts the halves of one call together. The result depends on the set of halves only, not on their order: a dialog
 * keeps its earliest start and its earliest end, and ties are broken by content. What is not kept is a re-INVITE, a
 * second BYE (both sides hung up), or the same row once more.
 */
export function pairHalves(halves: readonly CallHalf[]): Dialog {
  invariant(new Set(halves.map(({ key }) => key)).size <= 1, "the halves of one call have one key");
  return { start: firstOf(halves, "start"), end: firstOf(halves, "end") };
}

/** The call that a complete dialog is; undefined while a half is missing. */
export function callOf({ start, end }: Dialog): SwitchCall | undefined {
  if (!start?.call || !end) return undefined;
  const { started, ended } = chooseFolds(
    { started: start.at, answered: null, ended: end.at },
    { started: start.otherAt, answered: null, ended: end.otherAt },
    UNTIMED,
  );
  const shiftMs = (started ?? start.at) - start.at;
  const answeredAt = epochMs((start.call.answeredAt ?? start.at) + shiftMs);
  const endedAt = epochMs(ended ?? end.at);
  const { startedAt } = start.call;
  return {
    ...start.call,
    // Set-up moves with the answer, unless its clock reading was before the hour that came twice.
    startedAt: startedAt > answeredAt ? epochMs(startedAt + shiftMs) : startedAt,
    answeredAt,
    endedAt,
    // A BYE before its INVITE (clocks that disagree) shows in endedAt and is rejected there; talk time is never
    // negative.
    talkedMs: Math.max(0, endedAt - answeredAt),
    reportedS: null,
    cause: end.cause,
    part: null,
  };
}

const firstOf = (halves: readonly CallHalf[], side: CallHalf["side"]): CallHalf | null =>
  halves
    .filter((half) => half.side === side)
    .reduce<CallHalf | null>((first, half) => (first && compareHalves(first, half) <= 0 ? first : half), null);

/** Negative when `a` is the half to keep: the earlier, then the one that names the called party, then by content. */
function compareHalves(a: CallHalf, b: CallHalf): number {
  if (a.at !== b.at) return a.at - b.at;
  // Within one second a re-INVITE cannot be told by its time, but mostly by its empty accounting fields.
  const named = Number(Boolean(b.call?.called)) - Number(Boolean(a.call?.called));
  if (named !== 0) return named;
  const [textA, textB] = [contentOf(a), contentOf(b)];
  return textA < textB ? -1 : Number(textA > textB);
}

const contentOf = ({ call, cause }: CallHalf): string => JSON.stringify([cause, call]);
