import { NO_UNITS } from "../../core/allowance/bucket-units.ts";
import { type Grant, grantTalk } from "../../core/charging/grant.ts";
import { moveShare } from "../../core/charging/hold-counters.ts";
import { type Hold, keepAnswer } from "../../core/charging/session.ts";
import { longestCallS } from "../../core/charging/session-room.ts";
import { invariant } from "../../core/invariant.ts";
import { nanos } from "../../core/money/nanos.ts";
import type { MoneyEnd } from "../../core/tenancy/money-end.ts";
import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { LockedUnits } from "../allowance/locked-units.ts";
import type { EventOf } from "../events/event.ts";
import { recordEvents } from "../events/record-events.ts";
import { type RatingContext, thresholdsOf } from "../rating/rating-context.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { answered } from "./answered.ts";
import { balanceTold, lowBalances, type WatchedAccount } from "./balance-warnings.ts";
import type { ChargingAnswer, ChargingRequest, Refusal } from "./charging-request.ts";
import { type ChargingBatch, longestOf, silentUntil, type Work } from "./charging-work.ts";
import { exhaustedBalances, rearmExhausted } from "./exhausted-balances.ts";
import type { AccountHold } from "./hold-store.ts";
import { blocked, countedScopes, limited, takeTurns } from "./level-limits.ts";
import { type FundedLevel, loadMoney, notEven, ownHold, withMoney } from "./level-money.ts";
import { holdUnits, pricesWith } from "./level-units.ts";
import type { Session } from "./session.ts";
import type { SpentSums } from "./spent-sums.ts";

/** The batch that is decided, and when. */
export interface Moment {
  readonly batch: ChargingBatch;
  readonly at: EpochMs;
}

/** What sessions hold, in money and of allowances, while both are locked. */
interface Held {
  readonly holds: ReadonlyMap<string, AccountHold>;
  readonly units: LockedUnits;
  readonly sums: SpentSums;
}

/** A new session stays closed; one under way keeps what it holds and was granted, and ends there. */
export function refuse(work: Work, session: Session, reason: Refusal, { batch, at }: Moment): void {
  const answer: ChargingAnswer = work.request.told ?? { kind: "refused", reason };
  const answers = keepAnswer(session.answers, answered(work.request, answer));
  work.answer = answer;
  work.next =
    work.session?.state === "open"
      ? { ...session, answers }
      : { ...session, state: "refused", expiresAt: epochMs(at + batch.policy.rememberS * 1_000), answers };
}

/**
 * Decides every grant of the batch in the order in which they were asked for, and warns of balances that the batch has
 * brought below a threshold.
 */
export async function grantAll(
  tx: Parameters<typeof pricesWith>[0],
  works: readonly Work[],
  held: Moment & Held,
): Promise<void> {
  const { holds, units, sums, batch, at } = held;
  const touched = touchedAccounts(works, batch);
  const accounts = [...touched.values()].map(({ account }) => account);
  const groups = ratingOf(batch)?.destinationGroups;
  const money = { holds, ...(await loadMoney(tx, accounts, { at, sums, ...(groups && { groups }) })) };
  const priced = await pricesWith(tx, units, works);
  const exhausted: EventOf<"balance-exhausted">[] = [];
  for (const work of works) {
    const { levels, next, request } = work;
    if (levels === undefined || next === undefined || request.kind === "stop") continue;
    const refusal = limitedBy(work, holds, at);
    if (refusal !== undefined) {
      refuse(work, next, refusal, held);
      continue;
    }
    const funded = levels.map((level) => withMoney(priced(level, work), next, money));
    const grant = grantTalk(funded, grantRequest(work, next, batch));
    if (isRefused(work, grant, funded)) {
      refuse(work, next, notEven(funded, grant), held);
      if (!isQuote(work)) exhausted.push(...exhaustedBalances(funded, grant, holds));
    } else if (isQuote(work)) work.answer = grantedAnswer(request, next, { grant, levels: funded, at });
    else {
      rearmExhausted(funded, holds);
      take(work, next, { grant, levels: funded, ...held });
    }
  }
  const watched = [...touched.values()].flatMap(({ account, thresholds }): WatchedAccount[] => {
    const hold = holds.get(account.id);
    if (thresholds.length === 0 || hold === undefined) return [];
    return [{ account, thresholds, funds: money.funds.get(account.id), hold }];
  });
  await recordEvents(tx, batch.tenantId, [...watched.flatMap(lowBalances), ...exhausted]);
}

type TouchedAccount = Pick<WatchedAccount, "thresholds"> & { readonly account: StoredAccount };

/** Accounts that a grant is asked of, and those that are warned of which a session that ends here held something. */
function touchedAccounts(works: readonly Work[], batch: ChargingBatch): ReadonlyMap<string, TouchedAccount> {
  const touched = new Map<string, TouchedAccount>();
  const rating = ratingOf(batch);
  for (const { levels, session } of works)
    if (levels !== undefined)
      for (const { account, thresholds } of levels) touched.set(account.id, { account, thresholds });
    else
      for (const { accountId } of session?.holds ?? []) {
        const account = rating?.accounts.get(accountId);
        const thresholds = rating === undefined || account === undefined ? [] : thresholdsOf(rating, account);
        if (account !== undefined && thresholds.length > 0) touched.set(accountId, { account, thresholds });
      }
  return touched;
}

/** All sources of a tenant have one. */
function ratingOf({ sources }: ChargingBatch): RatingContext | undefined {
  for (const { opened } of sources.values()) return opened.desk.rating;
  return undefined;
}

/** Why a limit keeps a call from beginning, or from going on; what a switch was told already stands. */
function limitedBy({ session, levels = [], request }: Work, holds: Held["holds"], at: EpochMs): Refusal | undefined {
  if (request.told !== undefined || request.kind === "stop") return undefined;
  if (session?.state !== "open") return limited(levels, holds, at);
  return request.wantedS === "granted" || request.wantedS === 0 ? undefined : blocked(levels);
}

function grantRequest({ request, levels = [] }: Work, session: Session, { policy }: ChargingBatch) {
  const { usedS, grantedS, cutAt, attempt } = session;
  const wanted = request.kind === "stop" ? 0 : request.wantedS;
  const wantedS = wanted === "granted" ? Math.max(0, grantedS - usedS) : wanted;
  const isCall = attempt.consumed === undefined; // nothing else has a longest time
  const limits = isCall ? levels.flatMap(({ scopes }) => scopes.map((scope) => scope.limits)) : [];
  const capS = cutAt === null ? longestCallS(limits, longestOf(attempt, policy)) : usedS;
  const { told } = request;
  // What was told is held for as far as the money goes, and stands beyond it.
  if (told?.kind === "granted") return { usedS: Math.max(usedS, told.talkS), wantedS: 0, capS };
  return { usedS, wantedS, capS };
}

export const isQuote = ({ request }: Pick<Work, "request">): boolean =>
  request.kind === "authorise" && request.isQuote === true;

/** A call without money for its first step is refused, unless its switch can do something else with it. */
function isRefused({ request }: Pick<Work, "request">, grant: Grant, levels: readonly FundedLevel[]): boolean {
  if (request.kind !== "authorise" || grant.talkS > 0 || request.wantedS === 0) return false;
  return isQuote({ request }) || moneyEndOf(request, grant, levels).action === "terminate";
}

const TERMINATE: MoneyEnd = { action: "terminate" };

/** What happens at the end of a grant; nobody but who pays himself can be asked for money. */
function moneyEndOf(request: ChargingRequest, grant: Grant, [payer]: readonly FundedLevel[]): MoneyEnd {
  const isPayers = grant.limitedBy === "balance" && grant.limitedAt === payer?.accountId && payer.shortOf === "balance";
  if (payer === undefined || !isPayers || request.kind === "stop") return TERMINATE;
  return payer.account.whenMoneyEnds ?? request.whenMoneyEnds ?? TERMINATE;
}

interface Granted {
  readonly grant: Grant;
  readonly levels: readonly FundedLevel[];
  readonly at: EpochMs;
}

function grantedAnswer(
  request: ChargingRequest,
  { usedS, answeredAt, attempt }: Session,
  { grant, levels, at }: Granted,
): ChargingAnswer {
  const { talkS, limitedBy: by } = grant;
  const [payer] = levels;
  const isCall = attempt.consumed === undefined; // nothing else is used up by the clock
  const changeS = isCall && payer !== undefined ? payer.rateChange({ fromS: usedS, untilS: talkS }) : null;
  const whenMoneyEnds = moneyEndOf(request, grant, levels);
  return {
    ...{ kind: "granted", talkS, usedS, isLast: by !== "wanted", limitedBy: by },
    ...balanceTold(payer, grant, usedS),
    ...(changeS !== null && { rateChangesAt: epochMs((answeredAt ?? at) + changeS * 1_000) }),
    ...(whenMoneyEnds.action !== "terminate" && { whenMoneyEnds }),
  };
}

/** Holds what a grant costs in place of what the session held before. */
function take(work: Work, session: Session, { grant, levels, holds, units, batch, at }: Granted & Moment & Held): void {
  const isNew = work.session?.state !== "open";
  const taken = levels.map((level, index): Hold => {
    const { accountId, scopes } = level;
    const hold = holds.get(accountId);
    const amount = grant.holds[index];
    invariant(hold && amount !== undefined, "a grant has a hold for every level");
    const before = session.holds.find((one) => one.accountId === accountId);
    const after: Hold = {
      accountId,
      amount,
      units: level.unitsOf?.(grant.talkS) ?? NO_UNITS,
      ...counted(level, session),
    };
    hold.held = nanos(hold.held + amount - ownHold(session, accountId));
    hold.counters = moveShare(hold.counters, before, after);
    if (isNew) {
      hold.openSessions += 1;
      hold.counters = takeTurns(hold.counters, scopes, at);
    }
    return after;
  });
  holdUnits(units, work, { ...session, holds: taken });
  const answer = work.request.told ?? grantedAnswer(work.request, session, { grant, levels, at });
  const granted: Session = {
    ...session,
    state: "open",
    holds: taken,
    grantedS: grant.talkS,
    answers: keepAnswer(session.answers, answered(work.request, answer)),
  };
  work.answer = answer;
  work.next = { ...granted, expiresAt: silentUntil(granted, at, batch.policy) };
}

/** A session's part in what is counted beside its hold: of accounts that are warned, and scopes with limits. */
function counted({ scopes, thresholds, costOf }: FundedLevel, { usedS }: Session): Pick<Hold, "used" | "scopes"> {
  const keys = countedScopes(scopes);
  const used = thresholds.length === 0 || usedS === 0 ? 0n : costOf(usedS);
  return { ...(used > 0n && { used: nanos(used) }), ...(keys.length > 0 && { scopes: keys }) };
}
