import { type Static, Type } from "typebox";
import { COMMISSION_OF, COMMISSION_ON } from "../../core/commission/commission-rule.ts";
import { SERVICES } from "../../core/usage/service-units.ts";

const closed = { additionalProperties: false } as const;
const optional = Type.Optional;
const name = (description: string) => Type.String({ minLength: 1, maxLength: 100, description });
const percent = Type.String({
  pattern: "^(100|\\d{1,2}(\\.\\d{1,6})?)$",
  description: 'a percentage from 0 to 100 in quotes, such as "7.5"',
});

const StepSetup = Type.Object(
  {
    percent,
    from: optional(Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$", description: 'a date such as "2026-03-01"' })),
    afterMonths: optional(Type.Integer({ minimum: 0, maximum: 1_200, description: "whole months, 0 to 1200" })),
  },
  { ...closed, description: "a percentage and from when on it holds" },
);

const RuleSetup = Type.Object(
  {
    name: name("the rule's name"),
    of: optional(Type.Enum([...COMMISSION_OF], { description: `one of ${COMMISSION_OF.join(", ")}` })),
    on: optional(Type.Enum([...COMMISSION_ON], { description: `one of ${COMMISSION_ON.join(", ")}` })),
    service: optional(Type.Enum([...SERVICES], { description: `one of ${SERVICES.join(", ")}` })),
    groups: optional(
      Type.Array(name("the name of a destination group"), { maxItems: 100, description: "a list of groups' names" }),
    ),
    prefixes: optional(
      Type.Array(Type.String({ pattern: "^=?\\d{1,15}$" }), {
        ...{
          maxItems: 1_000,
          description: 'a list of first digits of called numbers, "=" before those of short codes',
        },
      }),
    ),
    percent: optional(percent),
    steps: optional(Type.Array(StepSetup, { minItems: 1, maxItems: 100, description: "a list of percentages" })),
  },
  { ...closed, description: "a rule of commission" },
);

/** What an agent earns, as a setup file says it. Source: docs/reference/setup-file.md. */
export const CommissionSetup = Type.Object(
  { rules: Type.Array(RuleSetup, { maxItems: 100, description: "a list of rules" }) },
  { ...closed, description: "how an agent earns" },
);
export type CommissionSetup = Static<typeof CommissionSetup>;
