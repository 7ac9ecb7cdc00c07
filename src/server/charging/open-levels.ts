import type { GrantLevel } from "../../core/charging/grant.ts";
import { type LimitedTrunk, type LimitScope, scopesOf } from "../../core/charging/limit-scope.ts";
import type { PooledPrice } from "../../core/charging/pooled-price.ts";
import { invariant } from "../../core/invariant.ts";
import type { Nanos } from "../../core/money/nanos.ts";
import { isEmergency } from "../../core/numbering/emergency.ts";
import { calledText } from "../../core/numbering/stored-number.ts";
import { rateOpened } from "../../core/rating/rate-call.ts";
import { longestByPrice } from "../../core/rating/talk-time.ts";
import { nextRateChange } from "../../core/rating/timeline.ts";
import type { Reject } from "../../core/reject.ts";
import { destinationOf } from "../../core/tariff/compiled-tariff.ts";
import { hasLimits } from "../../core/tenancy/session-limits.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { NO_CAUSE } from "../../core/usage/switch-call.ts";
import type { UsageEvent } from "../../core/usage/usage-event.ts";
import { normaliseCall } from "../../mediation/normalise.ts";
import { type PooledTurn, pooledTurn } from "../allowance/pooled-turn.ts";
import type { Desk } from "../mediation/prepare-call.ts";
import { findParties, inAccountCurrency, openSide } from "../rating/price-call.ts";
import { chainOf, type RatingContext, thresholdsOf } from "../rating/rating-context.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { CallAttempt } from "./charging-request.ts";
import type { Session } from "./session.ts";

/** One payer of a session: its account, and what the call costs it. */
export interface PriceLevel extends Omit<GrantLevel, "available" | "holdable"> {
  readonly account: StoredAccount;
  /** Set where allowances or tiers may make another price than `costOf`, which is the tariff's alone until then. */
  readonly pooled: PooledTurn | null;
  /** What the session takes of allowances by then; left out: nothing. */
  readonly unitsOf?: PooledPrice["unitsOf"];
  /** Limits that the call is under at this account, beside its money; the account's own first. */
  readonly scopes: readonly LimitScope[];
  /** A balance that falls below one of these is warned of; the highest first. */
  readonly thresholds: readonly Nanos[];
  /** Talk time between these at which the clock brings another rate of the account's tariff; null: there is none. */
  readonly rateChange: (span: { readonly fromS: number; readonly untilS: number }) => number | null;
}

/** Who pays for a call that is tried, from the caller up to the party directly under the operator. */
export type OpenedLevels =
  | {
      readonly kind: "open";
      /** null: an emergency call, which nobody pays. */
      readonly payer: Session["payer"];
      readonly levels: readonly PriceLevel[];
    }
  | { readonly kind: "refused"; readonly reason: Reject };

/**
 * Finds who pays for a call, and its price at every level if it is answered at `answeredAt`. A level without a price, or
 * with a blocked one, refuses the call for all. An emergency call passes, whosever it is.
 */
export function openLevels(
  desk: Desk,
  attempt: CallAttempt,
  { answeredAt, capS }: { readonly answeredAt: EpochMs; readonly capS: number },
): OpenedLevels {
  const times = { startedAt: answeredAt, answeredAt, endedAt: answeredAt, talkedMs: 0, reportedS: null };
  const normalised = normaliseCall({ ...attempt, ...times, cause: NO_CAUSE, part: null }, desk.rules, desk.sanity);
  if (normalised.kind === "reject") return { kind: "refused", reason: normalised.reject };
  if (normalised.kind === "non-billable") return { kind: "refused", reason: notUsage(normalised.why) };
  if (isEmergency(normalised.event.called, desk.rating.emergencyNumbers))
    return { kind: "open", payer: null, levels: [] };
  const parties = findParties(desk.rating, desk.sourceId, normalised.event);
  if ("code" in parties) return { kind: "refused", reason: parties };
  const levels: PriceLevel[] = [];
  const chain = chainOf(desk.rating, parties.accountId);
  const trunk = limitedTrunk(desk, normalised.event, chain);
  for (const account of chain) {
    const ofTrunk = trunk?.accountId === account.id ? trunk : null;
    const level = openLevel(desk.rating, account, normalised.event, { answeredAt, capS, trunk: ofTrunk });
    if ("code" in level) return { kind: "refused", reason: level };
    levels.push(level);
  }
  const [payer] = levels;
  invariant(payer, "a selling chain begins with who pays");
  return { kind: "open", payer: { bookId: payer.account.bookId, accountId: payer.account.id }, levels };
}

function openLevel(
  context: RatingContext,
  account: StoredAccount,
  event: UsageEvent,
  {
    answeredAt,
    capS,
    trunk,
  }: { readonly answeredAt: EpochMs; readonly capS: number; readonly trunk: LimitedTrunk | null },
): PriceLevel | Reject {
  const side = account.kind === "reseller" ? "reseller" : "customer";
  const opened = openSide(context, account, side, event, answeredAt);
  if ("code" in opened) return opened;
  const { loaded, opening } = opened;
  const costOrWhy = (talkedS: number) =>
    inAccountCurrency(context, account, rateOpened(opening, { talkedS }), opening.tariff.terms, answeredAt);
  const first = costOrWhy(0);
  if ("code" in first) return first;
  return {
    account,
    accountId: account.id,
    pooled: pooledTurn(context, { account, loaded, event, answeredAt }),
    mostS: longestByPrice(opening, capS),
    scopes: scopesOf(
      account.limits,
      { calledText: calledText(event.called), destination: destinationOf(opening.found) },
      { groups: context.destinationGroups, trunk },
    ),
    thresholds: thresholdsOf(context, account),
    rateChange: (span) => nextRateChange(opening, span),
    costOf: (talkedS) => {
      const priced = costOrWhy(talkedS);
      invariant(!("code" in priced), "a call that has a price has one for any length");
      return priced.amount;
    },
  };
}

/** A trunk's calls are counted at the account that it belongs to; at who pays, where that has no part in the call. */
function limitedTrunk(
  { rating, sourceId }: Desk,
  { ingressTrunk }: UsageEvent,
  chain: readonly StoredAccount[],
): (LimitedTrunk & { readonly accountId: string }) | null {
  const trunk = rating.ingress.trunkOf(sourceId, ingressTrunk);
  const [payer] = chain;
  if (trunk === undefined || payer === undefined || !hasLimits(trunk.limits)) return null;
  const owner = chain.find(({ id }) => id === trunk.accountId) ?? payer;
  return { ...trunk, accountId: owner.id };
}

const notUsage = (why: string): Reject => ({
  code: "value-invalid",
  what: `The source does not take this as usage: ${why}.`,
  fix: 'Correct the source\'s "legs" or "directions", or do not ask for such legs.',
});
