import { type Nanos, nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredInvoice } from "./stored-invoice.ts";

/** What came in for an invoice, less what went back. */
export async function sumPayments(tx: Tx, { bookId, id }: Pick<StoredInvoice, "bookId" | "id">): Promise<Nanos> {
  const { rows } = await tx.query<{ amount: string }>(
    "select coalesce(sum(amount), 0) as amount from invoice_payments where book_id = $1 and invoice_id = $2",
    [bookId, id],
  );
  return nanosFromSql(rows[0]?.amount ?? "0");
}

/** Keeps for which invoice a payment was; its journal is in the locked book. */
export async function insertPayment(
  tx: Tx,
  tenantId: string,
  { bookId, accountId, id }: StoredInvoice,
  payment: {
    readonly reference: string;
    readonly amount: Nanos;
    readonly effectiveDate: Temporal.PlainDate;
    readonly journalNumber: bigint;
  },
): Promise<void> {
  await tx.query(
    `insert into invoice_payments (tenant_id, book_id, account_id, invoice_id, reference, amount, effective_date,
       journal_number) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      ...[tenantId, bookId, accountId, id, payment.reference, nanosToSql(payment.amount)],
      ...[payment.effectiveDate.toString(), payment.journalNumber.toString()],
    ],
  );
}
