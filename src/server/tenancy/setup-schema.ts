import { type Static, Type } from "typebox";
import { ACCOUNT_KINDS, PAYMENT_MODES } from "../../core/tenancy/account.ts";
import { CREDIT_ENDS } from "../../core/tenancy/money-end.ts";
import { PackageSetup, SubscriptionSetup } from "../catalog/package-setup.ts";
import { CommissionSetup } from "../commission/commission-setup.ts";
import { BrandSetup, LetterheadSetup } from "../invoicing/letterhead.ts";
import { SecretFrom } from "../pulls/common-settings.ts";
import { TariffSetup } from "../tariff/tariff-setup.ts";
import { AWAY_POLICY_FORM, AwayPolicySchema } from "./away-policy-schema.ts";
import {
  AmountSetup,
  DestinationGroupsSetup,
  LimitsSetup,
  LowBalanceSetup,
  MoneyEndSchema,
  TrunkLimitsSetup,
} from "./limits-setup.ts";

const closed = { additionalProperties: false } as const;
const optional = Type.Optional;
const text = (description: string) => Type.String({ minLength: 1, maxLength: 200, description });
const currency = Type.String({ pattern: "^[A-Z]{3}$", description: "an ISO 4217 code such as EUR" });
const timeZone = text("an IANA time zone such as Europe/Berlin");
const code = Type.String({
  pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
  description: "up to 64 letters, digits, dots, hyphens and underscores, a letter or digit first",
});

const TenantSetup = Type.Object(
  {
    name: text("the operator's name"),
    currency: optional(currency),
    timeZone: optional(timeZone),
    letterhead: optional(LetterheadSetup),
    emergencyNumbers: optional(
      Type.Array(Type.String({ pattern: "^\\d{2,8}$", description: "a number as callers dial it" }), {
        maxItems: 50,
        description: "a list of numbers that always pass and are never charged",
      }),
    ),
    destinationGroups: optional(DestinationGroupsSetup),
    lowBalance: optional(LowBalanceSetup),
  },
  { ...closed, description: "the tenant" },
);
export type TenantSetup = Static<typeof TenantSetup>;

const SipUserSetup = Type.Object(
  {
    user: Type.String({ minLength: 1, maxLength: 128, description: "the user's name" }),
    realm: optional(Type.String({ minLength: 1, maxLength: 128, description: "a realm" })),
    passwordFrom: optional(SecretFrom),
    ha1From: optional(SecretFrom),
  },
  { ...closed, description: "a SIP user" },
);
export type SipUserSetup = Static<typeof SipUserSetup>;

export const AccountSetup = Type.Object(
  {
    code,
    name: optional(text("the account's name")),
    kind: Type.Enum([...ACCOUNT_KINDS], { description: `one of ${ACCOUNT_KINDS.join(", ")}` }),
    payment: optional(Type.Enum([...PAYMENT_MODES], { description: `one of ${PAYMENT_MODES.join(", ")}` })),
    currency: optional(currency),
    timeZone: optional(timeZone),
    parent: optional(
      Type.Union([code, Type.Null()], { description: "the code of the reseller or agent it is under, or null" }),
    ),
    creditLimit: optional(AmountSetup),
    limits: optional(LimitsSetup),
    lowBalance: optional(Type.Union([LowBalanceSetup, Type.Null()], { description: "a list of amounts, or null" })),
    whenMoneyEnds: optional(Type.Union([MoneyEndSchema, Type.Null()], { description: "an action, or null" })),
    whenCreditEnds: optional(Type.Enum([...CREDIT_ENDS], { description: `one of ${CREDIT_ENDS.join(", ")}` })),
    letterhead: optional(LetterheadSetup),
    brand: optional(BrandSetup),
    customerSince: optional(
      Type.Union([Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$" }), Type.Null()], {
        description: 'a date such as "2026-03-01", or null',
      }),
    ),
    commission: optional(Type.Union([CommissionSetup, Type.Null()], { description: "how an agent earns, or null" })),
    tariff: optional(text("the name of a tariff")),
    tariffs: optional(
      Type.Array(
        Type.Object(
          {
            tariff: text("the name of a tariff"),
            from: optional(text('a date "2026-03-01", or a time with its offset "2026-03-01T08:00:00Z"')),
          },
          closed,
        ),
        { maxItems: 1_000, description: "a list of tariffs, each with the time from which on it holds" },
      ),
    ),
    packages: optional(Type.Array(SubscriptionSetup, { maxItems: 1_000, description: "a list of packages" })),
    sipUsers: optional(Type.Array(SipUserSetup, { maxItems: 10_000, description: "a list of SIP users" })),
  },
  { ...closed, description: "an account" },
);
export type AccountSetup = Static<typeof AccountSetup>;

const SourceSetup = Type.Object(
  {
    name: code,
    format: text("the name of a switch format"),
    settings: optional(Type.Object({}, { description: "the settings of docs/reference/sources.md" })),
  },
  { ...closed, description: "a source" },
);
export type SourceSetup = Static<typeof SourceSetup>;

const prefixes = Type.Array(text("a prefix"), { maxItems: 100, description: "a list of texts" });

const TrunkSetup = Type.Object(
  {
    name: text("the trunk's name as the switch writes it"),
    source: optional(code),
    direction: Type.Enum(["ingress", "egress"], { description: "one of ingress, egress" }),
    account: code,
    numbers: optional(
      Type.Union(
        [
          Type.Object(
            {
              defaultCountry: optional(Type.Union([text("an ISO 3166 code such as GB"), Type.Null()])),
              alreadyInternational: optional(Type.Boolean()),
              internationalPrefixes: optional(Type.Union([prefixes, Type.Null()])),
              nationalPrefix: optional(Type.Union([Type.String({ maxLength: 8 }), Type.Null()])),
              techPrefixes: optional(prefixes),
              shortCodes: optional(prefixes),
            },
            closed,
          ),
          Type.Null(),
        ],
        { description: "number settings as of a source (docs/reference/sources.md), or null" },
      ),
    ),
    whenDatabaseAway: optional(
      Type.Union([AwayPolicySchema, Type.Null()], { description: `${AWAY_POLICY_FORM}, or null` }),
    ),
    limits: optional(TrunkLimitsSetup),
  },
  { ...closed, description: "a trunk" },
);
export type TrunkSetup = Static<typeof TrunkSetup>;

const RuleSetup = Type.Object(
  {
    account: code,
    source: optional(code),
    trunk: optional(text("the name of the trunk whose number settings apply")),
    priority: optional(Type.Integer({ minimum: -1_000_000, maximum: 1_000_000, description: "a whole number" })),
    match: optional(
      Type.Object(
        {
          address: optional(text("an IP address or range")),
          trunk: optional(text("a trunk's name")),
          accountCode: optional(text("an account code as the switch writes it")),
          sipUser: optional(text("a SIP user")),
          techPrefix: optional(text("a tech prefix")),
          callingPrefix: optional(text("the first digits of calling numbers")),
        },
        { ...closed, description: "the conditions, all of which must hold" },
      ),
    ),
  },
  { ...closed, description: "an account rule" },
);
export type RuleSetup = Static<typeof RuleSetup>;

const ExchangeRateSetup = Type.Object(
  {
    base: currency,
    quote: currency,
    from: Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$", description: 'a date such as "2026-03-01"' }),
    rate: Type.String({ pattern: "^\\d{1,18}(\\.\\d{1,18})?$", description: 'a decimal in quotes, such as "1.0842"' }),
  },
  { ...closed, description: "an exchange rate" },
);
export type ExchangeRateSetup = Static<typeof ExchangeRateSetup>;

const list = <Item extends Parameters<typeof Type.Array>[0]>(item: Item, of: string) =>
  optional(Type.Array(item, { maxItems: 100_000, description: `a list of ${of}` }));

/**
 * Everything that a setup file may say. A field that is left out keeps its present value, or takes its default in what
 * is new. Source: docs/reference/setup-file.md.
 */
const RetentionSetup = Type.Object(
  {
    onlineMonths: Type.Integer({ minimum: 1, maximum: 1_200, description: "whole months, 1 to 1200" }),
    archiveMonths: optional(Type.Integer({ minimum: 0, maximum: 1_200, description: "whole months, 0 to 1200" })),
  },
  { ...closed, description: "a retention policy" },
);
export type RetentionSetup = Static<typeof RetentionSetup>;

export const Setup = Type.Object(
  {
    tenant: TenantSetup,
    accounts: list(AccountSetup, "accounts"),
    tariffs: list(TariffSetup, "tariffs"),
    packages: list(PackageSetup, "packages"),
    sources: list(SourceSetup, "sources"),
    trunks: list(TrunkSetup, "trunks"),
    rules: list(RuleSetup, "account rules"),
    exchangeRates: list(ExchangeRateSetup, "exchange rates"),
    retention: optional(Type.Union([RetentionSetup, Type.Null()], { description: "a retention policy, or null" })),
  },
  { ...closed, description: "a setup" },
);
export type Setup = Static<typeof Setup>;
