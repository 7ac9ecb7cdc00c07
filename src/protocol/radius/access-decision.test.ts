import { expect, test } from "vitest";
import { type AccessDecision, replyAttributes } from "./access-decision.ts";
import { CLIENT_PROFILES, type ClientProfileName } from "./client-profile.ts";
import { encodeAttributes } from "./encode-attributes.ts";

const FULL: AccessDecision = {
  ...{ kind: "accept", talkS: 3_600, interimS: 60, token: "t", message: "hi" },
  ...{ balance: { amount: "12.50", currency: "EUR" }, attributes: [["Filter-Id", "f"]] },
};
const REFUSED: AccessDecision = { kind: "reject", reason: "balance-zero" };
const COMMON = "Session-Timeout=3600 Acct-Interim-Interval=60 Class=t Reply-Message=hi";

test.each<[ClientProfileName, AccessDecision, string, string]>([
  // profile, decision, what it is told, why
  ["rfc", FULL, `${COMMON} Filter-Id=f`, "what the RFCs have a word for, and what was asked for by name"],
  ["rfc", { kind: "accept", talkS: null }, "", "no limit is no attribute"],
  ["rfc", REFUSED, "Reply-Message=balance-zero", "a refusal always says why"],
  ["kamailio", FULL, `${COMMON} SIP-AVP=credit_time#3600 Filter-Id=f`, "what becomes $avp(credit_time)"],
  [
    "cisco",
    FULL,
    `${COMMON} h323-return-code=h323-return-code=0 h323-credit-time=h323-credit-time=3600 h323-credit-amount=h323-credit-amount=12.50 h323-currency=h323-currency=EUR Filter-Id=f`,
    "the name once more in the value",
  ],
  ["cisco", REFUSED, "Reply-Message=balance-zero h323-return-code=h323-return-code=4", "Cisco's code for it"],
  [
    "quintum",
    FULL,
    `${COMMON} Quintum-h323-return-code=0 Quintum-h323-credit-time=3600 Quintum-h323-credit-amount=12.50 Quintum-h323-currency-type=EUR Filter-Id=f`,
    "Cisco's words under another vendor, values alone",
  ],
])("%s: %j is told by %s (%s)", (name, decision, expected) => {
  const profile = CLIENT_PROFILES[name];
  const attributes = replyAttributes(decision, profile);
  expect(attributes.map(([attribute, value]) => `${attribute}=${value}`).join(" ")).toBe(expected);
  expect(encodeAttributes(attributes, profile.dictionary)).not.toHaveProperty("kind");
});

test("a site may have the second at which the balance gets low told by an attribute of its own", () => {
  const profile = { ...CLIENT_PROFILES.rfc, accept: [["Cisco-AVPair", "low-at={lowAtS}"]] as const };
  const told = (lowAtS: number | null) => replyAttributes({ kind: "accept", talkS: 60, lowAtS }, profile);
  expect([told(45), told(null)]).toEqual([[["Cisco-AVPair", "low-at=45"]], []]);
});

test("a grant of no time is a bug, not a Session-Timeout of 0, which many read as no limit", () => {
  expect(() => replyAttributes({ kind: "accept", talkS: 0 }, CLIENT_PROFILES.rfc)).toThrow(/talkS/);
});

test("a long message is cut to what an attribute holds", () => {
  const message = "é".repeat(200);
  const attributes = replyAttributes({ kind: "accept", talkS: 1, message }, CLIENT_PROFILES.rfc);
  expect(encodeAttributes(attributes, CLIENT_PROFILES.rfc.dictionary)).not.toHaveProperty("kind");
});
