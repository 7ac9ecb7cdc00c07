import { type Static, Type } from "typebox";
import { CYCLES } from "../../core/allowance/cycle.ts";
import { CALL_DIRECTIONS } from "../../core/usage/switch-call.ts";

const closed = { additionalProperties: false } as const;
const optional = Type.Optional;
const text = (description: string) => Type.String({ minLength: 1, maxLength: 200, description });
const amount = Type.String({
  pattern: "^\\d{1,18}(\\.\\d{1,9})?$",
  description: 'an amount in quotes, such as "20.00"',
});
const price = Type.String({ pattern: "^\\d{1,18}(\\.\\d{1,9})?$", description: 'a price in quotes, such as "0.0125"' });
const percent = Type.String({
  pattern: "^\\d{1,3}(\\.\\d{1,6})?$",
  description: 'a percentage in quotes, such as "10"',
});
const count = Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: "a whole number from 1" });
/** Of which whole seconds are made. */
const minutes = Type.Number({
  exclusiveMinimum: 0,
  maximum: 1_000_000_000,
  description: "a number of minutes above 0",
});
const octets = Type.Union([Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), text("a size")], {
  description: 'a number of octets, or a size such as "5 GB" (of 1000s) or "5 GiB" (of 1024s)',
});
const time = text('a date "2026-03-01", or a time with its offset "2026-03-01T08:00:00Z"');
const prefixes = Type.Array(
  Type.String({
    pattern: "^=?\\d{1,15}$",
    description: 'the first digits of E.164 numbers, or "=112" for a short code',
  }),
  { maxItems: 1_000, description: "a list of prefixes" },
);

/** Which calls a part of a package is for; what is left out is all of them. */
const scope = {
  prefixes: optional(prefixes),
  except: optional(prefixes),
  destinations: optional(
    Type.Array(text("the name of a destination"), { maxItems: 1_000, description: "a list of destinations" }),
  ),
  directions: optional(
    Type.Array(Type.Enum([...CALL_DIRECTIONS], { description: `one of ${CALL_DIRECTIONS.join(", ")}` }), {
      description: "a list of directions",
    }),
  ),
};
const priority = optional(
  Type.Integer({ minimum: 0, maximum: 1_000_000, description: "a whole number; the lowest goes first" }),
);
const every = optional(Type.Enum([...CYCLES], { description: `one of ${CYCLES.join(", ")}` }));
/** One of them says how much. */
const quantity = {
  minutes: optional(minutes),
  seconds: optional(count),
  messages: optional(count),
  octets: optional(octets),
  calls: optional(count),
  amount: optional(amount),
};

const QuantitySetup = Type.Object(quantity, {
  ...closed,
  description: "minutes, seconds, messages, octets, calls or an amount",
});
export type QuantitySetup = Static<typeof QuantitySetup>;

const AllowanceSetup = Type.Object(
  {
    name: text("the allowance's name"),
    ...quantity,
    every,
    validDays: optional(Type.Integer({ minimum: 1, maximum: 3_650, description: "a number of days from 1" })),
    rollover: optional(
      Type.Object(
        {
          cycles: Type.Integer({ minimum: 1, maximum: 36, description: "a whole number from 1 to 36" }),
          cap: optional(QuantitySetup),
        },
        { ...closed, description: "what becomes of the rest" },
      ),
    ),
    paysConnectFee: optional(Type.Boolean({ description: "true or false" })),
    waivesSurcharges: optional(Type.Boolean({ description: "true or false" })),
    priority,
    ...scope,
  },
  { ...closed, description: "an allowance" },
);
export type AllowanceSetup = Static<typeof AllowanceSetup>;

const StepSetup = Type.Object(
  {
    upTo: optional(
      Type.Union([minutes, amount], { description: "a number of minutes, seconds or calls, or an amount in quotes" }),
    ),
    price: optional(price),
    percentOff: optional(percent),
    flatFee: optional(amount),
  },
  { ...closed, description: "a step" },
);
export type StepSetup = Static<typeof StepSetup>;

const TiersSetup = Type.Object(
  {
    name: text("the tiers' name"),
    mode: optional(Type.Enum(["graduated", "volume"], { description: "one of graduated, volume" })),
    by: optional(
      Type.Enum(["minutes", "seconds", "calls", "amount"], { description: "one of minutes, seconds, calls, amount" }),
    ),
    every,
    steps: Type.Array(StepSetup, { minItems: 1, maxItems: 100, description: "a list of steps" }),
    priority,
    ...scope,
  },
  { ...closed, description: "tiers" },
);
export type TiersSetup = Static<typeof TiersSetup>;

const PromotionSetup = Type.Object(
  {
    name: text("the promotion's name"),
    from: optional(time),
    to: optional(time),
    // What it gives: one of the three.
    price: optional(price),
    percentOff: optional(percent),
    free: optional(QuantitySetup),
    cap: optional(QuantitySetup),
    priority,
    ...scope,
  },
  { ...closed, description: "a promotion" },
);
export type PromotionSetup = Static<typeof PromotionSetup>;

const parts = <Item extends Parameters<typeof Type.Array>[0]>(item: Item, of: string) =>
  optional(Type.Array(item, { maxItems: 100, description: `a list of ${of}` }));

/** What a package gives: the part of its setup that a version keeps. */
export const Offer = {
  allowances: parts(AllowanceSetup, "allowances"),
  tiers: parts(TiersSetup, "tiers"),
  promotions: parts(PromotionSetup, "promotions"),
  minimumSpend: optional(amount),
  maximumSpend: optional(amount),
};
const OfferSetup = Type.Object(Offer, closed);
export type OfferSetup = Static<typeof OfferSetup>;

/** A package as a setup file describes it, from one time on. */
export const PackageSetup = Type.Object(
  {
    name: text("the package's name"),
    from: optional(time),
    tariffs: optional(Type.Array(text("the name of a tariff"), { maxItems: 1_000, description: "a list of tariffs" })),
    ...Offer,
  },
  { ...closed, description: "a package" },
);
export type PackageSetup = Static<typeof PackageSetup>;

/** That an account has a package. */
export const SubscriptionSetup = Type.Object(
  {
    package: text("the name of a package"),
    from: optional(time),
    to: optional(time),
    sharedWith: optional(
      Type.Array(text("the code of an account"), { maxItems: 1_000, description: "a list of account codes" }),
    ),
  },
  { ...closed, description: "a package of the account" },
);
export type SubscriptionSetup = Static<typeof SubscriptionSetup>;
