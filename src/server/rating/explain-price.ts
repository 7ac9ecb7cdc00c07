import type { ChargePart } from "../../core/allowance/charge-part.ts";
import { priceInTurn } from "../../core/allowance/price-in-turn.ts";
import { invariant } from "../../core/invariant.ts";
import type { Currency } from "../../core/money/currency.ts";
import type { Nanos } from "../../core/money/nanos.ts";
import { isEmergency } from "../../core/numbering/emergency.ts";
import { normaliseCalled } from "../../core/numbering/normalise-number.ts";
import type { Called, Calling, E164 } from "../../core/numbering/number.ts";
import { compileNumberPlan, DEFAULT_NUMBER_RULES } from "../../core/numbering/number-plan.ts";
import { routingNumberOf } from "../../core/numbering/routing-number.ts";
import { calledText, NOT_E164_MARK } from "../../core/numbering/stored-number.ts";
import type { ExplainedCharge } from "../../core/rating/charge.ts";
import { explainCall } from "../../core/rating/explain.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { quantityOf, serviceOf } from "../../core/usage/service-units.ts";
import { poolAt } from "../allowance/find-allowances.ts";
import { callInTurn, chargeFields } from "../allowance/turn.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { findAccount } from "../tenancy/find-account.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { type CallToPrice, inAccountCurrency, originFor } from "./price-call.ts";
import { numberUnreadable } from "./problems.ts";
import { chainOf, loadRatingContext, type RatingContext, tariffAt } from "./rating-context.ts";
import { tableFor } from "./tariff-set.ts";

/** What would a call cost? */
export interface PriceQuestion {
  readonly tenantId: string;
  /** As typed: "+49 30 901820", "0049…", "112". */
  readonly called: string;
  readonly accountCode: string;
  /** The caller, as typed; left out: withheld. */
  readonly calling?: string;
  /** Where the number is ported to, as typed; left out: as the table of ported numbers has it. */
  readonly routingNumber?: string;
  /** As records name them; left out: none. */
  readonly ingressTrunk?: string;
  readonly egressTrunk?: string;
  readonly answeredAt: EpochMs;
  readonly talkedS: number;
}

/** The price on one side with its reasons, or why there is none. */
export interface ExplainedSide {
  readonly side: "customer" | "reseller" | "cost";
  readonly account: string;
  /** null: none is assigned for that time. */
  readonly tariff: string | null;
  readonly outcome:
    | { readonly kind: "no-tariff" }
    /** Nobody is charged for an emergency call, whatever a tariff says; a vendor is owed what it has a price for. */
    | { readonly kind: "emergency" }
    | { readonly kind: "no-rate" }
    | { readonly kind: "blocked"; readonly prefix: string; readonly destination: string }
    | {
        readonly kind: "rated";
        readonly charge: ExplainedCharge;
        /** In the account's currency; null: there is no exchange rate for the day. */
        readonly inAccount: { readonly amount: Nanos; readonly currency: Currency } | null;
        /** As the account's next call after those that are stored; null: its prices depend on no other call. */
        readonly inTurn: PriceInTurn | null;
      };
}

/** What allowances and tiers make of a price. */
export interface PriceInTurn {
  /** In the account's currency. */
  readonly amount: Nanos;
  readonly currency: Currency;
  readonly parts: readonly ChargePart[];
}

export interface PriceAnswer {
  /** The number as it is rated: E.164 digits, or "=" and a short code. */
  readonly called: string;
  readonly sides: readonly ExplainedSide[];
  /** Names of the tariffs that the explanations mention by id. */
  readonly tariffNames: ReadonlyMap<string, string>;
}

/**
 * Prices a call that need not exist, for the account and everybody who sells to it (or, for a vendor, what it is owed):
 * the same rating as of a call record, with every reason.
 *
 * @throws Problem `account-unknown`, `number-unreadable`.
 */
export async function explainPrice(db: Database, question: PriceQuestion): Promise<PriceAnswer> {
  const { tenantId, answeredAt, talkedS } = question;
  const called = readCalled(question.called);
  const calling = readCalling(question.calling);
  const call: Call = {
    ...{ called, calling, answeredAt, talkedS },
    routingNumber: question.routingNumber === undefined ? null : readRoutingNumber(question.routingNumber, called),
    ingressTrunk: question.ingressTrunk ?? null,
    egressTrunk: question.egressTrunk ?? null,
  };
  return await db.transaction("app", { tenantId }, async (tx) => {
    const { id } = await findAccount(tx, tenantId, question.accountCode);
    const context = await loadRatingContext(tx, tenantId, null);
    const sides: ExplainedSide[] = [];
    for (const account of chainOf(context, id)) {
      const explained = explainSide(context, account.id, call);
      sides.push(await withTurn(tx, context, account, explained, call));
    }
    return {
      called: calledText(called),
      sides,
      tariffNames: new Map([...context.tariffs.tariffs].map(([tariffId, { tariff }]) => [tariffId, tariff.name])),
    };
  });
}

interface Call extends CallToPrice {
  readonly answeredAt: EpochMs;
}

function explainSide(context: RatingContext, accountId: string, call: Call): ExplainedSide {
  const { called, answeredAt } = call;
  const account = context.accounts.get(accountId);
  invariant(account, "the selling chain is made of accounts");
  const side = account.kind === "vendor" ? "cost" : account.kind === "reseller" ? "reseller" : "customer";
  const loaded = tariffAt(context, accountId, { at: answeredAt, service: serviceOf(call) });
  if (side !== "cost" && isEmergency(called, context.emergencyNumbers))
    return { side, account: account.code, tariff: loaded?.tariff.name ?? null, outcome: { kind: "emergency" } };
  if (loaded === undefined) return { side, account: account.code, tariff: null, outcome: { kind: "no-tariff" } };
  const { table, digits } = tableFor(loaded, called);
  const origin = originFor(context, table, call);
  const talkedS = quantityOf(call);
  const rating = explainCall(table, {
    answeredAt,
    talkedS,
    called: digits,
    ...(origin === undefined ? {} : { origin }),
  });
  const about = { side, account: account.code, tariff: loaded.tariff.name } as const;
  if (rating.kind !== "rated") return { ...about, outcome: rating };
  const paid = inAccountCurrency(context, account, rating.charge, table.terms, answeredAt);
  const prefix = called.kind === "e164" ? rating.charge.prefix : NOT_E164_MARK + rating.charge.prefix;
  const charge = { ...rating.charge, prefix };
  return { ...about, outcome: { kind: "rated", charge, inAccount: "code" in paid ? null : paid, inTurn: null } };
}

/** Adds what allowances and tiers would make of the call, as an outgoing one that comes after all that are stored. */
async function withTurn(
  tx: Tx,
  context: RatingContext,
  account: StoredAccount,
  explained: ExplainedSide,
  { answeredAt, ...call }: Call,
): Promise<ExplainedSide> {
  const pool = context.pools.get(account.id);
  const loaded = tariffAt(context, account.id, { at: answeredAt, service: serviceOf(call) });
  if (explained.outcome.kind !== "rated" || pool === undefined || loaded === undefined) return explained;
  const turn = { account, loaded, event: { ...call, direction: "originating" as const }, answeredAt };
  const inTurn = callInTurn(context, turn);
  if (inTurn === null) return explained;
  const { rules, state } = await poolAt(tx, pool, answeredAt);
  const { charge } = priceInTurn(rules, state, inTurn);
  const { amount, currency } = chargeFields(context, turn, charge);
  return { ...explained, outcome: { ...explained.outcome, inTurn: { amount, currency, parts: charge.parts } } };
}

/** What is no E.164 number counts as a caller who is not known. */
function readCalling(text: string | undefined): Calling {
  if (text === undefined) return { kind: "anonymous" };
  const number = normaliseCalled(text, compileNumberPlan(DEFAULT_NUMBER_RULES));
  return number.kind === "e164" ? number : { kind: "other", text };
}

function readRoutingNumber(text: string, called: Called): E164 {
  const number = called.kind === "e164" ? routingNumberOf({ called: "", routingNumber: text }, called.digits) : null;
  if (number === null) throw numberUnreadable({ text });
  return number;
}

/** E.164 in any of its spellings, or digits that are no E.164 number: a short code. */
function readCalled(text: string): Called {
  const called = normaliseCalled(text, compileNumberPlan(DEFAULT_NUMBER_RULES));
  if (called.kind !== "other") return called;
  const digits = called.text.startsWith(NOT_E164_MARK) ? called.text.slice(NOT_E164_MARK.length) : called.text;
  if (!/^\d{1,15}$/.test(digits)) throw numberUnreadable({ text });
  return { kind: "other", text: digits };
}
