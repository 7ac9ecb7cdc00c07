import { textField } from "../files/text-field.ts";
import type { CommissionStatement } from "./find-statement.ts";

const COLUMNS = [
  ...["agent", "month", "entry", "kind", "customer", "invoice", "rule", "of", "percent", "base", "counted"],
  ...["amount", "currency"],
];

/** One row an entry (RFC 4180), with headings. */
export function statementCsv({ agent, period, entries }: CommissionStatement): string {
  const rows = entries.map((entry) => [
    ...[textField(agent.code), period.toString(), entry.number, entry.kind, textField(entry.payerCode)],
    ...[textField(entry.invoiceNumber), textField(entry.rule), entry.of, entry.percent, entry.base, entry.counted],
    ...[entry.amount, entry.currency],
  ]);
  return [COLUMNS, ...rows].map((fields) => `${fields.join(",")}\r\n`).join("");
}
