import { Type } from "typebox";
import { now } from "../../clock.ts";
import { nanosToSql } from "../../core/money/nanos.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { closed, code, count, currency, instant, orNull, signedAmount, text } from "../api/schemas.ts";
import { type ExplainedSide, explainPrice } from "./explain-price.ts";

const TALKED_S_MAX = 604_800;
const Asked = Type.Object(
  {
    called: text(64, "such as +493090182 or 112"),
    account: code("whose call it is"),
    calling: Type.Optional(text(64, "withheld when not given")),
    talkedS: Type.Optional(Type.Integer({ minimum: 0, maximum: TALKED_S_MAX, description: "60 when not given" })),
    answeredAt: Type.Optional(instant("now when not given")),
    ingressTrunk: Type.Optional(text(200)),
    egressTrunk: Type.Optional(text(200)),
  },
  { ...closed, examples: [{ called: "+493090182", account: "bakery", talkedS: 75 }] },
);
const Side = Type.Object(
  {
    side: Type.Enum(["customer", "reseller", "cost", "agent"]),
    account: code(),
    tariff: orNull(text(200), "null: none is assigned for that time"),
    outcome: Type.Enum(["rated", "no-tariff", "emergency", "no-rate", "blocked"]),
    amount: orNull(signedAmount()),
    currency: orNull(currency()),
    prefix: orNull(Type.String({ maxLength: 32 })),
    destination: orNull(Type.String({ maxLength: 200 })),
    billedS: orNull(count()),
    tariffVersion: orNull(count()),
    increments: orNull(text(40)),
    unrounded: orNull(text(200), "the exact sum, as a fraction where a decimal would not end"),
  },
  closed,
);

/** What a call would cost, and why: the rating of a call record for one that need not exist. */
export const priceRoutes: readonly ApiRoute[] = [
  apiRoute({
    ...{ method: "POST", url: "/v1/prices", operation: "explainPrice", tag: "Tariffs" },
    summary: "Explain what a call costs, on every side",
    admits: "rates:read",
    isOperatorOnly: true,
    body: Asked,
    answer: Type.Object(
      { called: text(64, "as it is rated"), sides: Type.Array(Side, { maxItems: 100 }) },
      { ...closed, description: "A price" },
    ),
    problems: ["account-unknown", "number-unreadable", "account-chain-broken"],
    async handle({ actor, db, body: { account: accountCode, talkedS = 60, answeredAt, ...call } }) {
      const at = answeredAt === undefined ? now() : Temporal.Instant.from(answeredAt);
      const question = { tenantId: actor.tenantId, accountCode, ...call, talkedS, answeredAt: fromInstant(at) };
      const { called, sides } = await explainPrice(db, question);
      const isShown = ({ side }: ExplainedSide) => side !== "cost" || actor.permissions.has("costs:read");
      return { called, sides: sides.filter(isShown).map(sideShown) };
    },
  }),
];

function sideShown({ side, account, tariff, outcome }: ExplainedSide) {
  const charge = outcome.kind === "rated" ? outcome.charge : null;
  const blocked = outcome.kind === "blocked" ? outcome : null;
  return {
    ...{ side, account, tariff, outcome: outcome.kind },
    amount: charge && nanosToSql(charge.amount),
    currency: charge?.currency ?? null,
    prefix: charge?.prefix ?? blocked?.prefix ?? null,
    destination: charge?.destination ?? blocked?.destination ?? null,
    billedS: charge?.billedS ?? null,
    tariffVersion: charge?.tariffVersion ?? null,
    increments: charge?.explanation.increments ?? null,
    unrounded: charge?.explanation.unrounded ?? null,
  };
}
