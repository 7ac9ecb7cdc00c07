import { Problem } from "../problem.ts";
import { parseAddressRange } from "./address-range.ts";

/**
 * Says whose calls are whose: a call that meets every condition belongs to the account. A rule has at least one
 * condition, or a source (then it takes what no other rule takes of that source). Source:
 * src/core/tenancy/README.md.
 */
export interface AccountRule {
  readonly id: string;
  /** Only calls that this source reports; null: of any source. */
  readonly sourceId: string | null;
  readonly match: AccountConditions;
  /** Between rules of equal precision the higher number wins. */
  readonly priority: number;
  readonly accountId: string;
  /** The trunk whose settings apply to the call; null: those of the source. */
  readonly trunkId: string | null;
}

/** All must hold. Texts are compared exactly, letter case included. */
export interface AccountConditions {
  /** The caller's signalling address, IPv4 or IPv6, single or as a range: "203.0.113.9", "2001:db8::/32". */
  readonly address?: string;
  /** Name of the ingress trunk. */
  readonly trunk?: string;
  readonly accountCode?: string;
  readonly sipUser?: string;
  /** What the caller dialled before the number: "1234#". */
  readonly techPrefix?: string;
  /** First digits of the calling number in E.164. */
  readonly callingPrefix?: string;
}

/** The field whose rule cannot work, or null when the rule is sound. For forms and before compiling. */
export function checkAccountRule(rule: AccountRule): Problem | null {
  const { match } = rule;
  const conditions = Object.entries(match).filter(([, value]) => value !== undefined);
  if (conditions.length === 0 && rule.sourceId === null)
    return accountRuleInvalid(rule, "has neither a condition nor a source, so it would take every call");
  const empty = conditions.find(([, value]) => value === "");
  if (empty) return accountRuleInvalid(rule, `has an empty ${empty[0]}`);
  if (match.address !== undefined && parseAddressRange(match.address) === undefined)
    return accountRuleInvalid(rule, `has the address "${match.address}", which is no IPv4 or IPv6 address or range`);
  if (match.callingPrefix !== undefined && !/^[1-9]\d{0,14}$/.test(match.callingPrefix))
    return accountRuleInvalid(rule, `has the calling prefix "${match.callingPrefix}", which is not E.164 digits`);
  return null;
}

/** An account rule that cannot be compiled: the operator entered something that matches nothing or everything. */
const accountRuleInvalid = (rule: AccountRule, fault: string): Problem =>
  new Problem("account-rule-invalid", {
    what: `Account rule ${rule.id} ${fault}.`,
    fix: "Correct the rule's conditions, or delete the rule.",
  });
