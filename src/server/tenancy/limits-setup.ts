import { type Static, Type } from "typebox";
import type { REDIRECT_KINDS } from "../../core/tenancy/money-end.ts";

const closed = { additionalProperties: false } as const;
const optional = Type.Optional;
const whole = (minimum: number, maximum: number) =>
  Type.Integer({ minimum, maximum, description: `a whole number from ${minimum} to ${maximum}` });

/** An amount of money as a setup file writes it. */
export const AmountSetup = Type.String({
  pattern: "^\\d{1,18}(\\.\\d{1,9})?$",
  description: 'an amount in quotes, such as "100.00"',
});

const GROUP_NAME = Type.String({ minLength: 1, maxLength: 64, description: "the name of a destination group" });

const CALLS = {
  openSessions: optional(whole(0, 1_000_000)),
  callSeconds: optional(whole(0, 2_678_400)),
  callsPerSecond: optional(whole(1, 100_000)),
  burst: optional(whole(1, 100_000)),
};
const SPEND = { daySpend: optional(AmountSetup), monthSpend: optional(AmountSetup) };

const GroupLimitsSetup = Type.Object(
  { group: GROUP_NAME, blocked: optional(Type.Boolean({ description: "true or false" })), ...CALLS, ...SPEND },
  { ...closed, description: "the limits of an account's calls to a destination group" },
);

export const LimitsSetup = Type.Object(
  {
    ...CALLS,
    ...SPEND,
    groups: optional(
      Type.Array(GroupLimitsSetup, { maxItems: 100, description: "a list of limits of destination groups" }),
    ),
  },
  { ...closed, description: "the limits of an account's calls" },
);
export type LimitsSetup = Static<typeof LimitsSetup>;

export const TrunkLimitsSetup = Type.Object(CALLS, { ...closed, description: "the limits of a trunk's calls" });
export type TrunkLimitsSetup = Static<typeof TrunkLimitsSetup>;

const prefixes = Type.Array(
  Type.String({
    pattern: "^(=\\d{0,15}|\\d{1,15})$",
    description: 'first digits of E.164 numbers, or "=" and a short code',
  }),
  { maxItems: 10_000, description: "a list of prefixes" },
);

export const DestinationGroupsSetup = Type.Array(
  Type.Object(
    {
      name: GROUP_NAME,
      prefixes: optional(prefixes),
      except: optional(prefixes),
      destinations: optional(
        Type.Array(Type.String({ minLength: 1, maxLength: 200, description: "a destination's exact name" }), {
          maxItems: 10_000,
          description: "a list of destinations' names",
        }),
      ),
    },
    { ...closed, description: "a destination group" },
  ),
  { maxItems: 1_000, description: "a list of destination groups" },
);
export type DestinationGroupsSetup = Static<typeof DestinationGroupsSetup>;

export const LowBalanceSetup = Type.Array(AmountSetup, { maxItems: 10, description: "a list of up to 10 amounts" });
export type LowBalanceSetup = Static<typeof LowBalanceSetup>;

const texts = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 20, description });

const redirect = <Kind extends (typeof REDIRECT_KINDS)[number]>(to: Kind, pattern: string) =>
  Type.Object({ action: Type.Literal("redirect"), to: Type.Literal(to), address: Type.String({ pattern }) }, closed);

/** What becomes of a session whose money ends: of accounts, and of sources that speak Diameter. */
export const MoneyEndSchema = Type.Union(
  [
    Type.Object({ action: Type.Literal("terminate") }, closed),
    redirect("ipv4", "^(\\d{1,3}\\.){3}\\d{1,3}$"),
    redirect("ipv6", "^[0-9A-Fa-f:.]{2,45}$"),
    redirect("url", "^https?://\\S{1,247}$"),
    redirect("sip-uri", "^sips?:\\S{1,250}$"),
    Type.Object(
      {
        action: Type.Literal("restrict"),
        rules: texts("a list of IP filter rules"),
        filterIds: texts("a list of names of filters"),
      },
      closed,
    ),
  ],
  {
    description:
      '{ "action": "terminate" }, { "action": "redirect", "to": "url", "address": … } or ' +
      '{ "action": "restrict", "rules": […], "filterIds": […] }',
  },
);
