import { COMMISSION_ENTRY_KINDS, type CommissionEntryKind } from "../../core/commission/commission-entry.ts";
import { parseDecimal, ZERO } from "../../core/money/decimal.ts";
import { type Nanos, nanos, nanosFromSql } from "../../core/money/nanos.ts";
import type { InvoiceDocument, InvoiceRow, InvoiceSection } from "../invoicing/invoice-document.ts";
import type { InvoiceSeller } from "../invoicing/invoice-seller.ts";
import { invoiceSettings, logoOf } from "../invoicing/letterhead.ts";
import { type LocaleFormat, localeFormat } from "../invoicing/locale-format.ts";
import type { CommissionStatement } from "./find-statement.ts";
import type { StatementEntry } from "./statement.ts";

const HEADINGS: Readonly<Record<CommissionEntryKind, string>> = {
  earned: "Earned",
  correction: "Corrections",
  clawback: "Taken back",
};

/**
 * A statement on paper, in English: the template of invoices arranges it, under the letterhead of whom the agent sells
 * for. Amounts are exact, because what is owed is not rounded before it is paid out.
 */
export function printStatement(statement: CommissionStatement, seller: InvoiceSeller): InvoiceDocument {
  const { agent, period, entries } = statement;
  const { printed, buyer } = invoiceSettings(seller, {
    name: agent.name,
    letterhead: { ...agent.letterhead, locale: "en" },
  });
  const format = localeFormat("en");
  const total = format.exactMoney(sumOf(entries), agent.currency);
  const [firstDay, nextMonth] = [period.toPlainDate({ day: 1 }), period.add({ months: 1 }).toPlainDate({ day: 1 })];
  return {
    ...{ language: "en", direction: "ltr", paper: printed.paper, accentColor: printed.accentColor },
    ...{ title: "Commission statement", number: `${agent.code} ${period}`, logo: logoOf(seller.letterhead) },
    issueDate: nextMonth.subtract({ days: 1 }).toString(),
    facts: [
      { label: "Month", value: format.dates(firstDay, nextMonth) },
      { label: "Agent", value: agent.code },
    ],
    seller: printed.seller,
    buyer: { ...buyer, label: "For" },
    headline: { label: "Owed to you", value: total },
    columns: {
      description: "Customer, invoice, rule",
      rate: "Share",
      calls: "Of",
      minutes: "Counted",
      amount: `Amount (${agent.currency})`,
    },
    sections: COMMISSION_ENTRY_KINDS.flatMap((kind) => sectionOf(statement, kind, format)),
    totals: [{ label: "Total", value: total, strong: true }],
    payment: null,
    notes: ["Of: what the share is of. Counted: how much of it is invoiced, or collected, by the end of the month."],
    pageLabel: "Page {page} of {pages}",
    digits: format.digits,
    attachments: [],
  };
}

function sectionOf(
  { agent, entries }: CommissionStatement,
  kind: CommissionEntryKind,
  format: LocaleFormat,
): readonly InvoiceSection[] {
  const ofKind = entries.filter((entry) => entry.kind === kind);
  if (ofKind.length === 0) return [];
  const money = (amount: Nanos) => format.exactAmount(amount, agent.currency);
  const rows = ofKind.map(
    (entry): InvoiceRow => ({
      description: `${entry.payerName}, ${entry.invoiceNumber}, ${entry.rule} (${entry.of})`,
      rate: `${format.rate(parseDecimal(entry.percent) ?? ZERO)} %`,
      calls: money(nanosFromSql(entry.base)),
      minutes: money(nanosFromSql(entry.counted)),
      amount: money(nanosFromSql(entry.amount)),
    }),
  );
  const subtotal = { description: HEADINGS[kind], rate: "", calls: "", minutes: "", amount: money(sumOf(ofKind)) };
  return [{ heading: HEADINGS[kind], rows, subtotal }];
}

const sumOf = (entries: readonly StatementEntry[]): Nanos =>
  nanos(entries.reduce((sum, { amount }) => sum + nanosFromSql(amount), 0n));
