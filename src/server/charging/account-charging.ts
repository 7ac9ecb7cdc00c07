import { now } from "../../clock.ts";
import type { Currency } from "../../core/money/currency.ts";
import type { Nanos } from "../../core/money/nanos.ts";
import type { Database } from "../db/database.ts";
import type { PushedSource } from "../mediation/push-token.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { type AccountMoney, accountMoney, debitAccount, type MoneyOutcome, refundAccount } from "./account-money.ts";
import type { Charging } from "./charging.ts";
import type { CallAttempt, Refusal } from "./charging-request.ts";
import type { ChargedSource } from "./charging-work.ts";
import { findPayer, type PayerName } from "./find-payer.ts";
import { openLevels } from "./open-levels.ts";

/** A request of a source on somebody's money. */
interface OfPayer {
  readonly source: PushedSource;
  readonly payer: PayerName;
}

/** An amount that a source names; `currency` null: the account's. */
interface Amount {
  readonly amount: Nanos;
  readonly currency: Currency | null;
}

export interface DebitRequest extends OfPayer, Amount {
  /** By which refunds know it; several debits may share one. */
  readonly group: string;
  /** The same for a repeat, and for no other of the group. */
  readonly reference: string;
  readonly memo: string;
}

export interface RefundRequest extends OfPayer, Omit<Amount, "amount"> {
  /** Of the debits that are given back. */
  readonly group: string;
  readonly reference: string;
  /** null: all that is left of them. */
  readonly amount: Nanos | null;
}

type Refused = { readonly kind: "refused"; readonly reason: Refusal };
export type BalanceAnswer =
  | { readonly kind: "balance"; readonly account: string; readonly money: AccountMoney }
  | Refused;
export type MoneyAnswer = (MoneyOutcome & { readonly account: string }) | Refused;
export type PriceAnswer =
  | { readonly kind: "price"; readonly account: string; readonly amount: Nanos; readonly currency: Currency }
  | Refused;

/**
 * What sources ask of accounts outside of calls: what is there, one-off debits and their refunds, and what a call would
 * cost (RFC 8506 §6: balance check, direct debiting, refund, price enquiry). Money is taken from the account that is
 * named, and from no reseller above it: nobody has a price for it. Errors: those of sources and of the database;
 * whatever was asked may be asked again.
 */
export class AccountCharging {
  readonly #db: Database;
  readonly #charging: Charging;

  constructor(db: Database, charging: Charging) {
    this.#db = db;
    this.#charging = charging;
  }

  async balance(request: OfPayer): Promise<BalanceAnswer> {
    return await this.#ofPayer(request, async (account) => ({
      kind: "balance",
      account: account.code,
      money: await accountMoney(this.#db, account),
    }));
  }

  /** Errors: Problem `journal-key-reused` for a reference of another debit. */
  async debit({ amount, currency, group, reference, memo, ...request }: DebitRequest): Promise<MoneyAnswer> {
    return await this.#ofPayer(request, async (account, { source }) => {
      if (currency !== null && currency !== account.currency) return refused(otherCurrency(account));
      const debit = { account, source, group, reference, amount, memo, now: now() };
      return { ...(await debitAccount(this.#db, debit)), account: account.code };
    });
  }

  /** Errors: Problem `journal-key-reused` for a reference of another refund of the debit. */
  async refund({ amount, currency, group, reference, ...request }: RefundRequest): Promise<MoneyAnswer> {
    return await this.#ofPayer(request, async (account, { source }) => {
      if (currency !== null && currency !== account.currency) return refused(otherCurrency(account));
      const refund = { account, source, group, reference, amount, now: now() };
      return { ...(await refundAccount(this.#db, refund)), account: account.code };
    });
  }

  /** What a call would cost who pays for it, if it were answered now and lasted so long; free where nobody pays. */
  async price(
    { source: { tenantId, sourceId } }: Pick<OfPayer, "source">,
    { attempt, talkedS }: { readonly attempt: CallAttempt; readonly talkedS: number },
  ): Promise<PriceAnswer | { readonly kind: "free" }> {
    const { opened } = await this.#charging.sourceNow(tenantId, sourceId);
    const levels = openLevels(opened.desk, attempt, { answeredAt: attempt.startedAt, capS: talkedS });
    if (levels.kind === "refused") return levels;
    const [payer] = levels.levels;
    if (payer === undefined) return { kind: "free" };
    const { code, currency } = payer.account;
    return { kind: "price", account: code, amount: payer.costOf(talkedS), currency };
  }

  async #ofPayer<Answer>(
    { source: { tenantId, sourceId }, payer }: OfPayer,
    answer: (account: StoredAccount, charged: ChargedSource) => Promise<Answer>,
  ): Promise<Answer | Refused> {
    const charged = await this.#charging.sourceNow(tenantId, sourceId);
    const account = findPayer(charged.opened.desk, payer);
    return "what" in account ? refused(account) : await answer(account, charged);
  }
}

const refused = (reason: Refusal): Refused => ({ kind: "refused", reason });

const otherCurrency = ({ code, currency }: StoredAccount): Refusal => ({
  code: "currency-differs",
  what: `Account "${code}" is in ${currency}.`,
  fix: `Give the amount in ${currency}, or leave the currency out.`,
});
