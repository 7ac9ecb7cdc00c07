import { sellingChain } from "../../core/tenancy/selling-chain.ts";
import type { StoredAccount, StoredTenant } from "../tenancy/party.ts";
import type { Letterhead, Party } from "./letterhead.ts";

/** Whose invoice it is: the operator, or the reseller who sells to the account, under its own brand. */
export interface InvoiceSeller extends Party {
  /** null: the operator. */
  readonly accountId: string | null;
}

/**
 * Who bills an account. Its customers are not to know whom a reseller buys from: of the operator's letterhead only what
 * names nobody is taken (paper, language, terms), and never the number pattern, the logo or the bank details.
 */
export function invoiceSeller(
  account: StoredAccount,
  tenant: StoredTenant,
  accounts: ReadonlyMap<string, StoredAccount>,
): InvoiceSeller {
  const [, reseller] = sellingChain(account.id, accounts);
  if (reseller === undefined) return { accountId: null, name: tenant.name, letterhead: tenant.letterhead };
  const { name = reseller.name, domain: _domain, mailFrom: _mailFrom, ...brand } = reseller.brand;
  const { numbers: _numbers, ...terms } = tenant.letterhead.billing ?? {};
  const letterhead = {
    ...only(tenant.letterhead, "paper", "locale"),
    ...only(reseller.letterhead, "lines", "taxId", "email"),
    ...brand,
    // Of two sellers' invoices no two have one number, unless somebody wants it so.
    billing: { ...terms, numbers: `${reseller.code}-{year}-{number:5}`, ...brand.billing },
  };
  return { accountId: reseller.id, name, letterhead };
}

/** The fields that are there: none is set to undefined. */
const only = (letterhead: Letterhead, ...names: readonly (keyof Letterhead)[]): Letterhead =>
  Object.fromEntries(Object.entries(letterhead).filter(([name]) => (names as readonly string[]).includes(name)));
