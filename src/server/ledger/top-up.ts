import { invariant } from "../../core/invariant.ts";
import { deposit } from "../../core/ledger/deposit.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, nanos, nanosToSql } from "../../core/money/nanos.ts";
import type { Actor } from "../access/actor.ts";
import { auditJson } from "../audit/audit-json.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { rehearse } from "../db/rehearse.ts";
import type { Tx } from "../db/tx.ts";
import { recordEvents } from "../events/record-events.ts";
import { findAccount } from "../tenancy/find-account.ts";
import { loadWallets, lockBooks, postJournal } from "./post-journals.ts";
import { accountNotPrepaid } from "./problems.ts";

export interface TopUp {
  readonly tenantId: string;
  readonly accountCode: string;
  /** Above zero, in the account's currency. */
  readonly amount: Nanos;
  /** The payment's own reference: the same one is never credited twice. */
  readonly reference: string;
  readonly now: Temporal.Instant;
  readonly actor: Actor;
  readonly dryRun: boolean;
}

export interface TopUpReport {
  /** False: this payment was booked before, and nothing was changed. */
  readonly booked: boolean;
  readonly currency: Currency;
  /** The part of the payment that paid off an overrun. */
  readonly overrunPaid: Nanos;
  /** What the wallet holds afterwards. */
  readonly balance: Nanos;
}

/**
 * Credits a payment to a prepaid wallet, paying off its overrun first.
 *
 * @throws Problem `account-unknown`, `account-not-prepaid`, `journal-key-reused` for a reference of another payment.
 */
export async function topUp(db: Database, payment: TopUp): Promise<TopUpReport> {
  const { tenantId, dryRun } = payment;
  return await rehearse<Tx, TopUpReport>(
    dryRun,
    (work) => db.transaction("app", { tenantId }, work),
    (tx) => book(tx, payment),
  );
}

async function book(tx: Tx, { tenantId, accountCode, amount, reference, now, actor }: TopUp): Promise<TopUpReport> {
  const account = await findAccount(tx, tenantId, accountCode);
  if (account.payment !== "prepaid") throw accountNotPrepaid({ code: accountCode });
  const { id: accountId, bookId, currency, creditLimit: limit } = account;
  const books = await lockBooks(tx, [bookId]);
  const wallet = (await loadWallets(tx, [{ bookId, accountId, currency, limit }])).get(accountId);
  invariant(wallet, "an account that never had a wallet is at 0");
  const journal = deposit({
    owner: { bookId, ownerId: accountId, currency },
    depositId: reference,
    effectiveDate: now.toZonedDateTimeISO(account.timeZone).toPlainDate(),
    amount,
    overrun: wallet.overrun,
  });
  invariant(journal, "a deposit above zero moves money");
  const entry = { journal, batchId: null, firstAnsweredAt: null, memo: `Top-up ${reference}`, bookedBy: actor.name };
  const booked = await postJournal(tx, books, entry);
  const overrunPaid = nanos(booked ? (wallet.overrun < amount ? wallet.overrun : amount) : 0n);
  const balance = nanos(booked ? wallet.balance + amount - overrunPaid : wallet.balance);
  if (booked) {
    const paid = { amount: nanosToSql(amount), currency, reference, balance: nanosToSql(balance), by: actor.name };
    await recordEvents(tx, tenantId, [{ kind: "payment-received", accountId, data: paid }]);
    await recordAudit(tx, actor, [
      {
        action: "account.topped-up",
        object: { kind: "account", id: accountId, name: accountCode },
        before: auditJson({ balance: wallet.balance, overrun: wallet.overrun, currency }),
        after: auditJson({ balance, overrun: nanos(wallet.overrun - overrunPaid), currency, amount, reference }),
        reason: null,
      },
    ]);
  }
  return { booked, currency, overrunPaid, balance };
}
