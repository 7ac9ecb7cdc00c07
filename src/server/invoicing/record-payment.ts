import { invariant } from "../../core/invariant.ts";
import { receivePayment } from "../../core/ledger/receive-payment.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, nanos, nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import type { Actor } from "../access/actor.ts";
import { auditJson } from "../audit/audit-json.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { rehearse } from "../db/rehearse.ts";
import type { Tx } from "../db/tx.ts";
import { lockBooks, postJournal } from "../ledger/post-journals.ts";
import { findInvoice, type InvoiceName } from "./invoice-store.ts";
import { insertPayment, sumPayments } from "./payment-store.ts";
import { refundAbovePayments } from "./problems.ts";

export interface InvoicePayment extends InvoiceName {
  /** In the invoice's currency; below zero: a refund. */
  readonly amount: Nanos;
  /** The payment's own reference: the same one is never booked twice. */
  readonly reference: string;
  readonly now: Temporal.Instant;
  readonly actor: Actor;
  readonly dryRun: boolean;
}

export interface PaymentReport {
  /** False: this payment was booked before, and nothing was changed. */
  readonly booked: boolean;
  readonly currency: Currency;
  /** All that came in for the invoice by now, less what went back. */
  readonly paid: Nanos;
  /** What is still due; below zero: paid too much. */
  readonly open: Nanos;
}

/**
 * Books money that came in for an invoice, or went back.
 *
 * @throws Problem `invoice-unknown`, `invoice-ambiguous`; `refund-above-payments`; `journal-key-reused` for a reference
 * of another payment.
 */
export async function recordPayment(db: Database, payment: InvoicePayment): Promise<PaymentReport> {
  const { tenantId } = payment.actor;
  return await rehearse<Tx, PaymentReport>(
    payment.dryRun,
    (work) => db.transaction("app", { tenantId }, work),
    (tx) => book(tx, payment),
  );
}

async function book(tx: Tx, payment: InvoicePayment): Promise<PaymentReport> {
  const { actor, amount, reference, now } = payment;
  const invoice = await findInvoice(tx, actor.tenantId, payment);
  const { bookId, accountId, currency, number } = invoice;
  const books = await lockBooks(tx, [bookId]);
  const journal = receivePayment({
    owner: { bookId, ownerId: accountId, currency },
    paymentId: reference,
    invoiceId: invoice.id,
    effectiveDate: now.toZonedDateTimeISO(invoice.timeZone).toPlainDate(),
    amount,
  });
  const memo = `${amount < 0n ? "Refund" : "Payment"} ${reference} of invoice ${number}`;
  const booked = await postJournal(tx, books, {
    journal,
    batchId: null,
    firstAnsweredAt: null,
    memo,
    bookedBy: actor.name,
  });
  const before = await sumPayments(tx, invoice);
  const paid = booked ? nanos(before + amount) : before;
  const open = nanos(nanosFromSql(invoice.due) - paid);
  if (!booked) return { booked, currency, paid, open };
  const total = nanosFromSql(invoice.total); // below zero on a credit note, which is paid out
  if (amount < 0n && paid < (total < 0n ? total : 0n)) throw refundAbovePayments({ number, paid: nanosToSql(before) });
  const journalNumber = books.get(bookId)?.lastJournalNumber;
  invariant(journalNumber, "the book of a payment is locked");
  const { effectiveDate } = journal;
  await insertPayment(tx, actor.tenantId, invoice, { reference, amount, effectiveDate, journalNumber });
  await recordAudit(tx, actor, [
    {
      action: amount < 0n ? "invoice.refunded" : "invoice.paid",
      object: { kind: "invoice", id: invoice.id, name: number },
      before: auditJson({ paid: before, currency }),
      after: auditJson({ paid, amount, reference, currency }),
      reason: null,
    },
  ]);
  return { booked, currency, paid, open };
}
