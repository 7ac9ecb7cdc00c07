import type { Invoice } from "../../core/invoicing/invoice.ts";
import { formatDecimal } from "../../core/money/decimal.ts";
import { nanosToSql } from "../../core/money/nanos.ts";
import type { Consumed } from "../../core/usage/service-units.ts";

/** One line of an invoice as it is stored and handed out: dates and amounts are text, as SQL and JSON carry them. */
export interface StoredLine {
  readonly line: number;
  readonly kind: "usage" | "adjustment";
  /** The destination of usage, or what an adjustment is for. */
  readonly description: string;
  /** When usage was answered; null for an adjustment. */
  readonly periodStartDate: string | null;
  readonly periodEndDate: string | null;
  readonly previousPeriod: boolean;
  /** What was used; left out: calls, and adjustments. What is billed and covered is in its units. */
  readonly service?: Consumed["service"];
  /** Price a minute, a message or a megabyte; null for an adjustment, and where no single one makes the amount. */
  readonly rate: string | null;
  readonly calls: number | null;
  readonly billedS: number | null;
  /** Connect fees in the amount; null for an adjustment. */
  readonly connectFees: string | null;
  /** Surcharges in the amount; null: none. */
  readonly surcharges: string | null;
  /** The part of the billed seconds that allowances paid, and their names; null where none did. */
  readonly coveredS: number | null;
  readonly allowance: string | null;
  /** Number of the invoice that late and corrected calls of an earlier period refer to. */
  readonly precedingInvoice: string | null;
  readonly adjustmentId: string | null;
  readonly exactAmount: string;
  readonly amount: string;
}

/** The lines of an invoice, numbered from 1. */
export const storedLines = ({ lines }: Pick<Invoice, "lines">): StoredLine[] =>
  lines.map((line, index) => {
    const usage = line.kind === "usage" ? line : null;
    return {
      line: index + 1,
      kind: line.kind,
      description: line.kind === "usage" ? line.destination : line.description,
      periodStartDate: usage?.period.startDate.toString() ?? null,
      periodEndDate: usage?.period.endDate.toString() ?? null,
      previousPeriod: line.previousPeriod,
      ...(usage?.service && { service: usage.service }),
      rate: usage?.ratePerMinute ? formatDecimal(usage.ratePerMinute) : null,
      calls: usage?.calls ?? null,
      billedS: usage?.billedS ?? null,
      connectFees: usage && nanosToSql(usage.connectFees),
      surcharges: usage?.surcharges === undefined ? null : nanosToSql(usage.surcharges),
      coveredS: usage?.covered?.seconds ?? null,
      allowance: usage?.covered?.by ?? null,
      precedingInvoice: usage?.precedingInvoice ?? null,
      adjustmentId: line.kind === "adjustment" ? line.adjustmentId : null,
      exactAmount: nanosToSql(line.exactAmount),
      amount: nanosToSql(line.amount),
    };
  });
