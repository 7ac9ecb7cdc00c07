/**
 * What becomes of the calls below an account whose money is at its end. `end-calls`: none begins, and those that are up
 * end with the time that its money pays. `refuse-calls`: none begins, and those that are up go on. `go-on`: none is
 * refused or ended for want of its money; what it lacks is overrun, or owed beyond its credit.
 */
export const CREDIT_ENDS = ["end-calls", "refuse-calls", "go-on"] as const;
export type CreditEnd = (typeof CREDIT_ENDS)[number];

export const REDIRECT_KINDS = ["ipv4", "ipv6", "url", "sip-uri"] as const;

/**
 * What becomes of a call, or of a data session, whose payer's money ends, where its switch can do it (RFC 8506 §5.6).
 */
export type MoneyEnd =
  | { readonly action: "terminate" }
  /** Everything goes to a portal or an announcement until money comes in. */
  | { readonly action: "redirect"; readonly to: (typeof REDIRECT_KINDS)[number]; readonly address: string }
  /** Only what the rules (IPFilterRule), or the filters that the switch has by name, let through. */
  | { readonly action: "restrict"; readonly rules: readonly string[]; readonly filterIds: readonly string[] };
