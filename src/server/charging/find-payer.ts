import { normaliseCalling } from "../../core/numbering/normalise-number.ts";
import type { Desk } from "../mediation/prepare-call.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { CallAttempt, Refusal } from "./charging-request.ts";

/** Whose money is meant where there is no call: an account by its code, or who the account rules say it is. */
export interface PayerName
  extends Pick<CallAttempt, "calling" | "accountCode" | "sipUser" | "sourceAddress" | "ingressTrunk"> {
  /** The account's own code; null: the rules decide. */
  readonly account: string | null;
}

/** Finds an account that pays, as the rules find whose a call is; a vendor is none. */
export function findPayer({ rating, rules, sourceId }: Desk, name: PayerName): StoredAccount | Refusal {
  if (name.account !== null) {
    for (const account of rating.accounts.values())
      if (account.code === name.account && account.kind !== "vendor") return account;
    return unknown(`There is no account "${name.account}" that pays.`);
  }
  const plan = rules.trunkNumbers.get(name.ingressTrunk ?? "") ?? rules.numbers;
  const calling = normaliseCalling(name.calling, plan);
  const payer = rating.payers.payer(sourceId, { ...name, calling, techPrefix: null });
  const account = payer.kind === "account" ? rating.accounts.get(payer.accountId) : undefined;
  if (account !== undefined) return account;
  return payer.kind === "ambiguous"
    ? { ...unknown("Account rules of the same precision name different accounts."), code: "account-ambiguous" }
    : unknown("No account rule takes this user.");
}

const unknown = (what: string): Refusal => ({
  code: "account-unknown",
  what,
  fix: "Name an account of the setup file by its code, or add a rule that names it.",
});
