import type { Currency } from "../core/money/currency.ts";
import { nanosFromSql } from "../core/money/nanos.ts";
import type { StoredLine } from "../server/invoicing/stored-line.ts";
import { amountText } from "./money-text.ts";
import type { Table } from "./table.ts";

/** The lines of an invoice: what was called, when it was not in the invoice's own period, and what it costs. */
export function lineTable(lines: readonly StoredLine[], currency: Currency): Table {
  const right = ["RATE/MIN", "CALLS", "SECONDS", "FEES", "SURCHARGES", "EXACT", "AMOUNT"].map((title) => ({
    title,
    align: "right" as const,
  }));
  return {
    columns: [{ title: "DESTINATION" }, { title: "PERIOD" }, ...right, { title: "" }],
    rows: lines.map((line) => [
      line.service === undefined ? line.description : `${line.description} (${UNITS_OF[line.service]})`,
      line.previousPeriod ? previousText(line) : "",
      line.rate ?? (line.kind === "usage" ? "varies" : ""),
      line.calls?.toString() ?? "",
      line.billedS?.toString() ?? "",
      line.connectFees === "0" ? "" : (line.connectFees ?? ""),
      line.surcharges ?? "",
      line.exactAmount,
      amountText(nanosFromSql(line.amount), currency),
      currency,
    ]),
  };
}

/** What the seconds of a line are where they are none, and what its rate is for. */
const UNITS_OF = { sms: "messages, rate each", data: "octets, rate/MB" } as const;

/** When calls before the invoice's own period were answered, and the invoice that billed that time first. */
const previousText = ({ periodStartDate, precedingInvoice }: StoredLine): string =>
  `from ${periodStartDate}${precedingInvoice === null ? "" : ` (${precedingInvoice})`}`;
