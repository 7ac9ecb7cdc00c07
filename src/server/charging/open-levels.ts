import type { GrantLevel } from "../../core/charging/grant.ts";
import type { PooledPrice } from "../../core/charging/pooled-price.ts";
import { invariant } from "../../core/invariant.ts";
import { type Nanos, nanos } from "../../core/money/nanos.ts";
import { isEmergency } from "../../core/numbering/emergency.ts";
import { longestTalk } from "../../core/rating/talk-time.ts";
import type { Reject } from "../../core/reject.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { NO_CAUSE } from "../../core/usage/switch-call.ts";
import type { UsageEvent } from "../../core/usage/usage-event.ts";
import { normaliseCall } from "../../mediation/normalise.ts";
import { type PooledTurn, pooledTurn } from "../allowance/pooled-turn.ts";
import type { Desk } from "../mediation/prepare-call.ts";
import { findParties, originFor, priceSide } from "../rating/price-call.ts";
import { chainOf, type RatingContext, tariffAt } from "../rating/rating-context.ts";
import { tableFor } from "../rating/tariff-set.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { CallAttempt } from "./charging-request.ts";
import type { Session } from "./session.ts";

/** One payer of a session: its account, and what the call costs it. */
export interface PriceLevel extends Omit<GrantLevel, "available"> {
  readonly account: StoredAccount;
  /** Set where allowances or tiers may make another price than `costOf`, which is the tariff's alone until then. */
  readonly pooled: PooledTurn | null;
  /** What the session takes of allowances by then; left out: nothing. */
  readonly unitsOf?: PooledPrice["unitsOf"];
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

/** More than any wallet holds: what the price alone allows is asked with it. */
const BOUNDLESS: Nanos = nanos(10n ** 27n);

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
  for (const account of chainOf(desk.rating, parties.accountId)) {
    const level = openLevel(desk.rating, account, normalised.event, { answeredAt, capS });
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
  { answeredAt, capS }: { readonly answeredAt: EpochMs; readonly capS: number },
): PriceLevel | Reject {
  const side = account.kind === "reseller" ? "reseller" : "customer";
  const costOrWhy = (talkedS: number) => priceSide(context, account, side, { ...event, talkedS }, answeredAt);
  const first = costOrWhy(0);
  if ("code" in first) return first;
  const loaded = tariffAt(context, account.id, answeredAt);
  return {
    account,
    accountId: account.id,
    pooled: loaded === undefined ? null : pooledTurn(context, { account, loaded, event, answeredAt }),
    mostS: allowedByPrice(context, account, event, { answeredAt, capS }),
    costOf: (talkedS) => {
      const priced = costOrWhy(talkedS);
      invariant(!("code" in priced), "a call that has a price has one for any length");
      return priced.amount;
    },
  };
}

/** The longest call that the price itself allows: a maximum cost may end it. */
function allowedByPrice(
  context: RatingContext,
  account: StoredAccount,
  event: UsageEvent,
  { answeredAt, capS }: { readonly answeredAt: EpochMs; readonly capS: number },
): number {
  const loaded = tariffAt(context, account.id, answeredAt);
  invariant(loaded, "a level that has a price has a tariff");
  const { table, digits } = tableFor(loaded, event.called);
  const origin = originFor(context, table, event);
  const call = { called: digits, answeredAt, capS, ...(origin && { origin }) };
  const answer = longestTalk({ tariff: table, balance: BOUNDLESS }, call);
  return answer.kind === "talk-time" ? answer.talkS : 0;
}

const notUsage = (why: string): Reject => ({
  code: "value-invalid",
  what: `The source does not take this as usage: ${why}.`,
  fix: 'Correct the source\'s "legs" or "directions", or do not ask for such legs.',
});
