import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import { now } from "../../clock.ts";
import { type Currency, parseCurrency } from "../../core/money/currency.ts";
import { type Nanos, nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { requestInvalid } from "../http/problems.ts";
import type { AccountCharging, MoneyAnswer } from "./account-charging.ts";
import type { AccountMoney } from "./account-money.ts";
import type { Refusal } from "./charging-request.ts";
import type { PayerName } from "./find-payer.ts";
import { letSourcesIn, sourceOf } from "./source-token-routes.ts";

const closed = { additionalProperties: false } as const;
const field = (description: string) =>
  Type.Optional(Type.Union([Type.String({ maxLength: 512 }), Type.Null()], { description }));
const reference = (description: string) => Type.String({ minLength: 1, maxLength: 128, description });
const amount = (description: string) => Type.String({ pattern: "^\\d{1,12}(\\.\\d{1,9})?$", description });
const currency = Type.Optional(
  Type.Union([Type.String({ pattern: "^[A-Z]{3}$" }), Type.Null()], { description: "null: the account's" }),
);

const Payer = {
  account: field("the account's code; not given: whom the account rules name for the fields below"),
  accountCode: field("what account rules look at"),
  sipUser: field("what account rules look at"),
  calling: field("what account rules look at"),
  sourceAddress: field("what account rules look at"),
  ingressTrunk: field("what account rules look at"),
};
const PayerFields = Type.Object(Payer, closed);
const DebitBody = Type.Object(
  {
    ...Payer,
    amount: amount("above zero, such as 1.50"),
    currency,
    reference: reference("the same for a repeat of this debit, and for no other"),
    memo: Type.String({ minLength: 1, maxLength: 200, description: "what for; it is on the customer's invoice" }),
  },
  closed,
);
const RefundBody = Type.Object(
  {
    ...Payer,
    debit: reference("the debit's reference"),
    amount: Type.Optional(Type.Union([amount("above zero"), Type.Null()], { description: "null: all that is left" })),
    currency,
    reference: reference("the same for a repeat of this refund, and for no other of the debit"),
  },
  closed,
);
const PriceBody = Type.Object(
  {
    calling: Type.String({ maxLength: 512 }),
    called: Type.String({ minLength: 1, maxLength: 512 }),
    talkedS: Type.Integer({ minimum: 0, maximum: 2_678_400, description: "seconds of talk time" }),
    accountCode: field("what account rules look at"),
    sipUser: field("what account rules look at"),
    sourceAddress: field("what account rules look at"),
    ingressTrunk: field("what account rules look at"),
    routingNumber: field("where a ported number is routed to"),
  },
  closed,
);

const Refused = Type.Object({
  decision: Type.Literal("refused"),
  reason: Type.Object({ code: Type.String(), what: Type.String(), fix: Type.String() }),
});
const Money = {
  account: Type.String(),
  currency: Type.String(),
  wallet: Type.String({ description: "prepaid money" }),
  owed: Type.String({ description: "used and not invoiced, and invoiced and not paid" }),
  held: Type.String({ description: "what open sessions hold" }),
  available: Type.Union([Type.String(), Type.Null()], { description: "what may be spent now; null: no limit" }),
};
const Balance = Type.Object({ decision: Type.Literal("balance"), ...Money });
const Booked = Type.Object({
  decision: Type.Literal("booked"),
  amount: Type.String(),
  isRepeat: Type.Boolean({ description: "it was booked before, and nothing was changed" }),
  ...Money,
});
const Price = Type.Object({
  decision: Type.Union([Type.Literal("price"), Type.Literal("free")]),
  account: Type.Optional(Type.String()),
  amount: Type.String(),
  currency: Type.Optional(Type.String()),
});

/**
 * POST /v1/sources/{source}/accounts/{balance, debit, refund, price} — what a source asks of accounts outside of calls,
 * with its token. A repeat of a debit or a refund that was booked changes nothing.
 */
export const accountRoutes =
  (db: Database, accounts: AccountCharging): FastifyPluginAsyncTypebox =>
  async (app) => {
    letSourcesIn(app, db);
    const params = Type.Object({ source: Type.String({ minLength: 1, maxLength: 64 }) });
    const answers = <Answer extends typeof Balance | typeof Booked | typeof Price>(answer: Answer) => ({
      200: Type.Union([answer, Refused]),
    });

    app.post(
      "/v1/sources/:source/accounts/balance",
      { schema: { params, body: PayerFields, response: answers(Balance) } },
      async (request) => {
        const answer = await accounts.balance({ source: sourceOf(request.charged), payer: payerOf(request.body) });
        if (answer.kind === "refused") return refused(answer.reason);
        return { decision: "balance" as const, account: answer.account, ...shown(answer.money) };
      },
    );
    app.post(
      "/v1/sources/:source/accounts/debit",
      { schema: { params, body: DebitBody, response: answers(Booked) } },
      async (request) => {
        const { body } = request;
        const taken = {
          ...{ amount: amountOf(body.amount), currency: currencyOf(body.currency) },
          ...{ group: body.reference, reference: body.reference, memo: body.memo },
        };
        return booked(await accounts.debit({ source: sourceOf(request.charged), payer: payerOf(body), ...taken }));
      },
    );
    app.post(
      "/v1/sources/:source/accounts/refund",
      { schema: { params, body: RefundBody, response: answers(Booked) } },
      async (request) => {
        const { body } = request;
        const amount = body.amount == null ? null : amountOf(body.amount);
        const given = { amount, currency: currencyOf(body.currency), group: body.debit, reference: body.reference };
        return booked(await accounts.refund({ source: sourceOf(request.charged), payer: payerOf(body), ...given }));
      },
    );
    app.post(
      "/v1/sources/:source/accounts/price",
      { schema: { params, body: PriceBody, response: answers(Price) } },
      async (request) => {
        const { talkedS, ...call } = request.body;
        const attempt = {
          ...{ key: "price", leg: "", callId: null, direction: "originating" as const, egressTrunk: null },
          ...{ startedAt: fromInstant(now()), calling: call.calling, called: call.called },
          ...{ routingNumber: call.routingNumber ?? null, accountCode: call.accountCode ?? null },
          ...{ sipUser: call.sipUser ?? null, sourceAddress: call.sourceAddress ?? null },
          ingressTrunk: call.ingressTrunk ?? null,
        };
        const answer = await accounts.price({ source: sourceOf(request.charged) }, { attempt, talkedS });
        if (answer.kind === "refused") return refused(answer.reason);
        if (answer.kind === "free") return { decision: "free" as const, amount: "0" };
        const { account, amount: cost, currency: paidIn } = answer;
        return { decision: "price" as const, account, amount: nanosToSql(cost), currency: paidIn };
      },
    );
  };

const payerOf = (body: Static<typeof PayerFields>): PayerName => ({
  account: body.account ?? null,
  accountCode: body.accountCode ?? null,
  sipUser: body.sipUser ?? null,
  calling: body.calling ?? "",
  sourceAddress: body.sourceAddress ?? null,
  ingressTrunk: body.ingressTrunk ?? null,
});

/** Errors: Problem `request-invalid`. */
function amountOf(text: string): Nanos {
  const value = nanosFromSql(text);
  if (value === 0n) throw requestInvalid({ reason: "an amount is above zero" });
  return value;
}

/** Errors: Problem `request-invalid`. */
function currencyOf(text: string | null | undefined): Currency | null {
  if (text == null) return null;
  const known = parseCurrency(text);
  if (known === undefined) throw requestInvalid({ reason: `"${text}" is no currency of ISO 4217` });
  return known;
}

const shown = ({ currency, wallet, owed, held, available }: AccountMoney) => ({
  ...{ currency, wallet: nanosToSql(wallet), owed: nanosToSql(owed), held: nanosToSql(held) },
  available: available === null ? null : nanosToSql(available),
});

const refused = (reason: Refusal) => ({ decision: "refused" as const, reason });

function booked(answer: MoneyAnswer) {
  if (answer.kind === "refused") return refused(answer.reason);
  const { account, amount, isRepeat, money } = answer;
  return { decision: "booked" as const, account, amount: nanosToSql(amount), isRepeat, ...shown(money) };
}
