import { nanosToSql } from "../../core/money/nanos.ts";
import { textField } from "../files/text-field.ts";
import type { MarginReport } from "./margin-report.ts";

/** One row a key (RFC 4180), with headings; the total is left to the reader's program. */
export function marginCsv({ by, currency, rows }: MarginReport): string {
  const lines = rows.map(({ key, calls, revenue, cost, margin, marginPercent }) => [
    ...[textField(key), calls, nanosToSql(revenue), nanosToSql(cost), nanosToSql(margin), marginPercent, currency],
  ]);
  return [[by, "calls", "revenue", "cost", "margin", "margin_percent", "currency"], ...lines]
    .map((fields) => `${fields.join(",")}\r\n`)
    .join("");
}
