import { invariant } from "../invariant.ts";
import { type Currency, currencyDigits } from "../money/currency.ts";
import { type Nanos, NO_NANOS, nanos, roundNanos } from "../money/nanos.ts";
import { type BillableItem, unbilledItems } from "./billable-item.ts";
import type { BillingPeriod } from "./billing-period.ts";
import type { Invoice, InvoiceLine } from "./invoice.ts";
import { type InvoiceRounding, roundLines } from "./round-lines.ts";

/** Everything that decides an account's invoice. */
export interface InvoiceInput {
  readonly bookId: string;
  readonly accountId: string;
  readonly currency: Currency;
  /** IANA zone of the account: its period, issue and due dates are dates there. */
  readonly timeZone: string;
  readonly period: BillingPeriod;
  /** What should be billed up to the period's end: this period, and earlier ones where something may have changed. */
  readonly should: readonly BillableItem[];
  /** What the account's invoices have billed of it so far, by the same identities. */
  readonly billed: readonly BillableItem[];
  readonly payment:
    | { readonly kind: "postpaid"; readonly termDays: number }
    /** `overrun`: what this statement is to collect; 0 where policy writes it off or takes it from the next deposit. */
    | { readonly kind: "prepaid"; readonly overrun: Nanos };
  readonly rounding: InvoiceRounding;
  /** The account's balance on `rounding` where its policy is to carry it to the next invoice; else 0. */
  readonly roundingCarried: Nanos;
  readonly now: Temporal.Instant;
}

/**
 * What should be billed − what was billed, as an invoice; null when that is nothing, so a second run makes none. The
 * order of items is irrelevant. Errors: none for good books; an overrun or a term below zero is a bug and throws.
 * Source: docs/concepts/invoices.md.
 */
export function buildInvoice(input: InvoiceInput): Invoice | null {
  const { bookId, accountId, currency, period, payment } = input;
  const items = unbilledItems(input.should, input.billed);
  if (items.length === 0) return null;
  const digits = currencyDigits(currency);
  const exact = items.map((item) => item.exactAmount);
  const { amounts, total } = roundLines(exact, { ...input.rounding, digits, carried: input.roundingCarried });
  const exactTotal = nanos(exact.reduce<bigint>((sum, amount) => sum + amount, 0n));
  const issueDate = input.now.toZonedDateTimeISO(input.timeZone).toPlainDate();
  const lines = items.map((item, index) => toLine(item, amounts[index] ?? NO_NANOS, period));
  const head = { bookId, accountId, currency, period, issueDate, lines, exactTotal, total };
  const rounding = nanos(exactTotal - total);
  if (payment.kind === "postpaid") {
    invariant(payment.termDays >= 0, `a payment term is not negative, got ${payment.termDays}`);
    const kind = total < 0n ? "credit-note" : "invoice";
    const dueDate = issueDate.add({ days: payment.termDays });
    return { ...head, kind, dueDate, rounding, paid: NO_NANOS, due: total, overrun: NO_NANOS };
  }
  const { overrun, due } = overrunDue(payment.overrun, exactTotal, total, (amount) =>
    roundNanos(amount, digits, input.rounding.mode),
  );
  return { ...head, kind: "statement", dueDate: issueDate, rounding, paid: nanos(total - due), due, overrun };
}

function toLine(item: BillableItem, amount: Nanos, period: BillingPeriod): InvoiceLine {
  const previousPeriod =
    item.kind === "usage" && Temporal.PlainDate.compare(item.period.endDate, period.startDate) <= 0;
  return { ...item, amount, previousPeriod };
}

/** A statement collects no more overrun than the usage that it lists; the rest waits for the next. */
function overrunDue(
  wanted: Nanos,
  exactTotal: Nanos,
  total: Nanos,
  round: (amount: Nanos) => Nanos,
): { readonly overrun: Nanos; readonly due: Nanos } {
  invariant(wanted >= 0n, `an overrun is not negative, got ${wanted}`);
  if (exactTotal <= 0n || total <= 0n) return { overrun: NO_NANOS, due: NO_NANOS };
  const overrun = wanted < exactTotal ? wanted : exactTotal;
  const rounded = round(overrun);
  return { overrun, due: rounded < total ? rounded : total };
}
