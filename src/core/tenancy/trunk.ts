import type { NumberRules } from "../numbering/number-plan.ts";
import type { AwayPolicy } from "./away-policy.ts";
import type { SessionLimits } from "./session-limits.ts";

/** A named route on a switch: calls come in through a customer's trunk and go out through a vendor's. */
export interface Trunk {
  readonly id: string;
  /** The source whose records use the name; null: every source of the tenant. */
  readonly sourceId: string | null;
  /** As the switch writes it, letter case included. */
  readonly name: string;
  /** The customer of an ingress trunk, the vendor of an egress trunk. One carrier may be both, through two trunks. */
  readonly accountId: string;
  readonly direction: "ingress" | "egress";
  /** How numbers look on this trunk, where that differs from its source; null: as on the source. */
  readonly numbers: NumberRules | null;
  /** What becomes of calls through it while the database is away; null: as its source says. */
  readonly whenDatabaseAway: AwayPolicy | null;
  /** Of the calls that come in through it, beside those of its account; spend is limited by account alone. */
  readonly limits: SessionLimits;
}
