import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseE164 } from "../numbering/number.ts";
import { Problem } from "../problem.ts";
import type { AccountConditions, AccountRule } from "./account-rule.ts";
import { compileAccountRules, type PayerFields } from "./payer.ts";

const call = (fields: Partial<PayerFields> = {}): PayerFields => ({
  sourceAddress: "203.0.113.9",
  ingressTrunk: "GW_ALICE",
  accountCode: "acct1001",
  sipUser: "alice",
  techPrefix: "1234#",
  calling: { kind: "e164", digits: parseE164("442079460018")! },
  ...fields,
});

/** A rule whose account bears its id: "r1" resolves to "account of r1". */
const rule = (id: string, match: AccountConditions, rest: Partial<AccountRule> = {}): AccountRule => ({
  id,
  sourceId: null,
  match,
  priority: 0,
  accountId: `account of ${id}`,
  trunkId: null,
  ...rest,
});

/** The rule that took the call, "none", or the rules that quarrel over it. */
function taker(rules: readonly AccountRule[], fields: PayerFields, sourceId = "s1"): string {
  const payer = compileAccountRules(rules).payer(sourceId, fields);
  return payer.kind === "account" ? payer.ruleId : payer.kind === "none" ? "none" : payer.ruleIds.join("+");
}

describe("each condition", () => {
  test.each<[AccountConditions, Partial<PayerFields>, boolean, string]>([
    // condition                     call                                  takes  why
    [{ address: "203.0.113.9" }, {}, true, "one address"],
    [{ address: "203.0.113.0/24" }, {}, true, "a range"],
    [{ address: "0.0.0.0/0" }, {}, true, "every IPv4 address"],
    [{ address: "203.0.112.0/24" }, {}, false, "a range beside it"],
    [{ address: "203.0.113.9" }, { sourceAddress: "203.0.113.9:5060" }, true, "switches add ports"],
    [{ address: "203.0.113.9" }, { sourceAddress: "::ffff:203.0.113.9" }, true, "IPv4 inside IPv6 is IPv4"],
    [{ address: "2001:db8::/32" }, { sourceAddress: "2001:db8:1::1" }, true, "IPv6 range"],
    [{ address: "2001:db8::1" }, { sourceAddress: "[2001:db8::1]:5061" }, true, "IPv6 with port"],
    [{ address: "2001:db8::/33" }, { sourceAddress: "2001:db8:8000::1" }, false, "one bit outside"],
    [{ address: "::/0" }, {}, false, "IPv4 is no IPv6"],
    [{ address: "203.0.113.9" }, { sourceAddress: "sbc1.example.com" }, false, "a name is no address"],
    [{ address: "203.0.113.9" }, { sourceAddress: null }, false, "the switch does not say"],
    [{ trunk: "GW_ALICE" }, {}, true, "trunk"],
    [{ trunk: "gw_alice" }, {}, false, "letter case counts"],
    [{ accountCode: "acct1001" }, {}, true, "account code"],
    [{ accountCode: "acct1001" }, { accountCode: null }, false, "no account code"],
    [{ sipUser: "alice" }, {}, true, "SIP user"],
    [{ techPrefix: "1234#" }, {}, true, "tech prefix"],
    [{ techPrefix: "1234" }, {}, false, "another tech prefix"],
    [{ callingPrefix: "4420" }, {}, true, "calling number"],
    [{ callingPrefix: "442079460018" }, {}, true, "the whole calling number"],
    [{ callingPrefix: "4421" }, {}, false, "another area"],
    [{ callingPrefix: "44" }, { calling: { kind: "anonymous" } }, false, "an anonymous caller has no prefix"],
    [{ callingPrefix: "20" }, { calling: { kind: "other", text: "2001" } }, false, "an extension is not Egypt"],
    [{ address: "203.0.113.0/24", techPrefix: "1234#" }, {}, true, "two conditions, both hold"],
    [{ address: "203.0.113.0/24", techPrefix: "99" }, {}, false, "two conditions, one holds"],
    [{ accountCode: "acct1001", sipUser: "alice", trunk: "GW_ALICE" }, {}, true, "three conditions"],
  ])("%o against %o: %s (%s)", (match, fields, takes) => {
    expect(taker([rule("r", match)], call(fields))).toBe(takes ? "r" : "none");
  });
});

describe("which of two rules wins", () => {
  test.each<[AccountRule, AccountRule, string, string]>([
    // a                                    b                                           winner  why
    [
      rule("a", { address: "203.0.113.9" }),
      rule("b", { accountCode: "acct1001" }),
      "b",
      "an account code is the switch's own word",
    ],
    [rule("a", { sipUser: "alice" }), rule("b", { techPrefix: "1234#" }), "a", "a user before a prefix"],
    [rule("a", { trunk: "GW_ALICE" }), rule("b", { techPrefix: "1234#" }), "b", "customers share trunks, not prefixes"],
    [rule("a", { trunk: "GW_ALICE" }), rule("b", { address: "203.0.113.9" }), "a", "customers share addresses"],
    [rule("a", { callingPrefix: "44" }), rule("b", { address: "0.0.0.0/0" }), "b", "callers can be spoofed"],
    [
      rule("a", { accountCode: "acct1001" }),
      rule("b", { address: "203.0.113.9", callingPrefix: "44" }),
      "b",
      "two conditions before one",
    ],
    [rule("a", { address: "203.0.113.0/24" }), rule("b", { address: "203.0.113.9" }), "b", "the longer range"],
    [
      rule("a", { address: "203.0.113.0/24" }, { priority: 9 }),
      rule("b", { address: "203.0.113.9" }),
      "b",
      "precision before priority",
    ],
    [rule("a", { callingPrefix: "44" }), rule("b", { callingPrefix: "4420" }), "b", "the longer prefix"],
    [
      rule("a", { trunk: "GW_ALICE" }),
      rule("b", { trunk: "GW_ALICE" }, { sourceId: "s1" }),
      "b",
      "the source's own rule",
    ],
    [
      rule("a", { trunk: "GW_ALICE" }),
      rule("b", { trunk: "GW_ALICE" }, { sourceId: "s2" }),
      "a",
      "not another source's",
    ],
    [rule("a", { trunk: "GW_ALICE" }), rule("b", {}, { sourceId: "s1" }), "a", "a source's default comes last"],
    [rule("a", { sipUser: "bob" }), rule("b", {}, { sourceId: "s1" }), "b", "but it comes"],
    [
      rule("a", { sipUser: "alice" }, { priority: 1 }),
      rule("b", { sipUser: "alice" }),
      "a",
      "priority decides between equals",
    ],
    [rule("a", { sipUser: "alice" }), rule("b", { sipUser: "alice" }), "a+b", "equals that disagree"],
    [
      rule("a", { sipUser: "alice" }),
      rule("b", { sipUser: "alice" }, { accountId: "account of a" }),
      "a",
      "equals that agree",
    ],
    [
      rule("a", { sipUser: "alice" }),
      rule("b", { sipUser: "alice" }, { accountId: "account of a", trunkId: "t" }),
      "a+b",
      "equals that disagree on the trunk",
    ],
  ])("%o, %o: %s (%s)", (a, b, winner) => {
    expect(taker([a, b], call())).toBe(winner);
    expect(taker([b, a], call())).toBe(winner);
  });
});

test("the order of the rules is irrelevant", () => {
  const anyRule = fc
    .record({
      id: fc.uuid(),
      sourceId: fc.constantFrom(null, "s1", "s2"),
      match: fc.record(
        {
          address: fc.constantFrom("203.0.113.9", "203.0.113.0/24", "0.0.0.0/0"),
          trunk: fc.constantFrom("GW_ALICE", "GW_BOB"),
          techPrefix: fc.constantFrom("1234#", "99"),
          callingPrefix: fc.constantFrom("44", "4420", "49"),
        },
        { requiredKeys: [] },
      ),
      priority: fc.nat(1),
    })
    .filter(({ sourceId, match }) => sourceId !== null || Object.keys(match).length > 0)
    .map(({ id, match, ...rest }) => rule(id, match, rest));
  fc.assert(
    fc.property(
      fc
        .array(anyRule, { maxLength: 8 })
        .chain((rules) => fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length }))),
      ([rules, shuffled]) => {
        expect(compileAccountRules(shuffled).payer("s1", call())).toEqual(
          compileAccountRules(rules).payer("s1", call()),
        );
      },
    ),
  );
});

test.each<[AccountConditions, string]>([
  [{}, "every call"],
  [{ trunk: "" }, "empty trunk"],
  [{ address: "203.0.113.256" }, "no IPv4 or IPv6 address"],
  [{ address: "203.0.113.0/33" }, "no IPv4 or IPv6 address"],
  [{ address: "203.0.113.010" }, "no IPv4 or IPv6 address"],
  [{ address: "2001:db8::1::2" }, "no IPv4 or IPv6 address"],
  [{ callingPrefix: "+44" }, "not E.164 digits"],
])("a rule on %o is refused (%s)", (match, said) => {
  expect(() => compileAccountRules([rule("r", match)])).toThrow(Problem);
  expect(() => compileAccountRules([rule("r", match)])).toThrow(said);
});
