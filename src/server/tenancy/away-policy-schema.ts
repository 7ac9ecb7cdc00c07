import { Type } from "typebox";

const closed = { additionalProperties: false } as const;

/** What a valid one looks like, for messages. */
export const AWAY_POLICY_FORM = `{"kind": "refuse"}, or {"kind": "grant", "seconds": 600, "riskAmount": "5.00"}`;

/** As {@link import("../../core/tenancy/away-policy.ts").AwayPolicy}, in a setup file. */
export const AwayPolicySchema = Type.Union(
  [
    Type.Object({ kind: Type.Literal("refuse") }, closed),
    Type.Object(
      {
        kind: Type.Literal("grant"),
        seconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
        riskAmount: Type.String({ pattern: "^\\d{1,18}(\\.\\d{1,9})?$" }),
      },
      closed,
    ),
  ],
  { description: AWAY_POLICY_FORM },
);
