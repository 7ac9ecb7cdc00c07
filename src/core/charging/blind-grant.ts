import { type Nanos, NO_NANOS, nanos } from "../money/nanos.ts";
import { type GrantLevel, grantTalk } from "./grant.ts";

/** A payer of a call that is decided without its money: what is risked with it already. */
export interface RiskedLevel extends Omit<GrantLevel, "available"> {
  /** Granted blindly to this account's calls so far, and not yet known to its books. */
  readonly risked: Nanos;
}

/** How far a call was let talk, in whole seconds of its talk time. */
export interface BlindRequest {
  readonly usedS: number;
  /** Beyond what is used; null: as long as it may last. */
  readonly wantedS: number | null;
  /** What its switch was told last; 0 for a call that begins. */
  readonly toldS: number;
  /** What of that is held for; 0 for a call that begins. */
  readonly heldS: number;
  /** The longest whole call. */
  readonly capS: number;
}

export interface BlindTerms {
  /** Talk time that one call may be granted beyond what is held for. */
  readonly secondsMax: number;
  /** What all blind grants of one account may cost together. */
  readonly riskMax: Nanos;
}

/** Up to where a call may talk, and what more is risked with it, one for each level in their order. */
export interface BlindGrant {
  readonly talkS: number;
  readonly risks: readonly Nanos[];
}

/**
 * The longest talk time that may be granted without asking for the money: as far as the seconds of the call and the
 * amount of every payer allow. Never less than the switch was told before. What a level risks is what the call costs it
 * beyond what it was told before.
 *
 * Laws, tested: no account's risk is more than `riskMax`, whatever order calls come in; no call talks longer than
 * `heldS + secondsMax`, but for what it was told before.
 */
export function grantBlind(levels: readonly RiskedLevel[], request: BlindRequest, terms: BlindTerms): BlindGrant {
  const { usedS, wantedS, toldS, heldS, capS } = request;
  const told = levels.map(({ costOf }) => (toldS === 0 ? NO_NANOS : costOf(toldS)));
  const funded = levels.map((level, index) => {
    const left = terms.riskMax > level.risked ? terms.riskMax - level.risked : 0n;
    return { ...level, available: nanos(left + (told[index] ?? NO_NANOS)) };
  });
  const mostS = Math.max(toldS, Math.min(capS, heldS + terms.secondsMax));
  const askedS = wantedS === null ? mostS : Math.min(usedS + wantedS, mostS);
  const { talkS } = grantTalk(funded, { usedS: toldS, wantedS: Math.max(0, askedS - toldS), capS: mostS });
  const risks = levels.map(({ costOf }, index) =>
    nanos(talkS === toldS ? 0n : costOf(talkS) - (told[index] ?? NO_NANOS)),
  );
  return { talkS, risks };
}
