import { invariant } from "../invariant.ts";
import { type Nanos, NO_NANOS, nanos } from "../money/nanos.ts";

/** One payer of a session at its own price: the customer, or a reseller above it. */
export interface GrantLevel {
  readonly accountId: string;
  /** What may be held for this session: wallet and credit less what other sessions hold; null: without a limit. */
  readonly available: Nanos | null;
  /** What of that may be held, where it is less; left out: all of it. */
  readonly holdable?: Nanos | null;
  /** Longest talk time that the price itself allows: a maximum cost may end the call. */
  readonly mostS: number;
  /** What the whole call costs this level when it has lasted so long. Never falls with the talk time. */
  readonly costOf: (talkedS: number) => Nanos;
}

/** How far a session has come, and how much further it asks to go, in seconds of talk time. */
export interface GrantRequest {
  readonly usedS: number;
  /** Beyond what is used; null: as long as the call may last. */
  readonly wantedS: number | null;
  /** Longest whole call that any rule but money allows. */
  readonly capS: number;
}

/** Up to where a session may talk, and what is held for it until then. */
export interface Grant {
  /** Talk time of the whole call at which the grant ends; never less than what is used. */
  readonly talkS: number;
  /** One for each level, in their order: the cost of the whole call up to `talkS`, as far as it is covered. */
  readonly holds: readonly Nanos[];
  /** What keeps the grant from being longer. `wanted`: nothing, the switch may ask for more later. */
  readonly limitedBy: "wanted" | "cap" | "price" | "balance";
  /** The level whose balance or price ends the grant; null where none does. */
  readonly limitedAt: string | null;
}

/**
 * The longest talk time that every level can pay in full at its own price, by seconds: the smallest of theirs wins.
 *
 * Laws, tested: no hold is more than its level has; a second more would cost some level more than it has, unless
 * `limitedBy` says otherwise; a session that has used more than its levels have is granted nothing beyond. Source: rule 5
 * of docs/concepts/rating.md.
 */
export function grantTalk(levels: readonly GrantLevel[], { usedS, wantedS, capS }: GrantRequest): Grant {
  for (const seconds of [usedS, wantedS ?? 0, capS])
    invariant(Number.isSafeInteger(seconds) && seconds >= 0, `talk times are whole seconds, 0 or more, got ${seconds}`);
  const askedS = wantedS === null ? Number.POSITIVE_INFINITY : usedS + wantedS;
  let talkS = Math.max(usedS, Math.min(capS, askedS));
  let limitedBy: Grant["limitedBy"] = talkS < askedS ? "cap" : "wanted";
  let limitedAt: string | null = null;
  for (const level of levels) {
    const allowedS = Math.max(usedS, Math.min(talkS, level.mostS));
    if (allowedS < talkS) [talkS, limitedBy, limitedAt] = [allowedS, "price", level.accountId];
    const paidS = longestPaid(level, usedS, talkS);
    if (paidS < talkS) [talkS, limitedBy, limitedAt] = [paidS, "balance", level.accountId];
  }
  return { talkS, holds: levels.map((level) => covered(level, talkS)), limitedBy, limitedAt };
}

/** The cost of a call of that length, as far as its level has it. */
function covered({ available, holdable = available, costOf }: GrantLevel, talkS: number): Nanos {
  const cost = costOf(talkS);
  if (holdable === null || cost <= holdable) return cost;
  return holdable > 0n ? holdable : NO_NANOS;
}

/** The longest talk time from `usedS` to `mostS` that the level can pay; `usedS` where it cannot pay even that. */
function longestPaid({ available, costOf }: GrantLevel, usedS: number, mostS: number): number {
  if (available === null) return mostS;
  const budget = nanos(available > 0n ? available : 0n);
  if (costOf(mostS) <= budget) return mostS;
  let [paidS, tooLongS] = [usedS, mostS];
  while (tooLongS - paidS > 1) {
    const middle = Math.floor((paidS + tooLongS) / 2);
    if (costOf(middle) <= budget) paidS = middle;
    else tooLongS = middle;
  }
  return paidS;
}
