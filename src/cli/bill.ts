import { counted } from "../core/counted.ts";
import type { Invoice } from "../core/invoicing/invoice.ts";
import { type Nanos, nanosToSql } from "../core/money/nanos.ts";
import { type BillingScope, readPeriod } from "../server/invoicing/billing-scope.ts";
import type { Draft, ParkedAccount } from "../server/invoicing/draft-invoices.ts";
import { previewInvoices } from "../server/invoicing/preview-invoice.ts";
import { runBill } from "../server/invoicing/run-bill.ts";
import { storedLines } from "../server/invoicing/stored-line.ts";
import { type CommandContext, type CommandGroup, defineCommand, type Outcome } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { dryRun, flag, option, optionalArgument, optionList } from "./input.ts";
import { lineTable } from "./invoice-lines.ts";
import { amountText } from "./money-text.ts";
import type { Table } from "./table.ts";

const scopeInputs = {
  arguments: {
    period: optionalArgument("MONTH", "such as 2026-03; if left out, each account's latest month that is over"),
  },
  options: {
    from: option("--from DATE", "the first day to bill, in place of a month"),
    to: option("--to DATE", "the first day that is no longer billed"),
    account: optionList("--account CODE", "only this account; may be given several times"),
  },
};

const run = defineCommand({
  name: "run",
  summary: "make the invoices of a period",
  about:
    "Bills what should be billed less what was billed: a second run makes nothing, and late or corrected calls are " +
    "on the next invoice. Numbers have no gaps. An account that cannot be billed is listed and stops nobody else " +
    "(exit status 1). What vendors have earned is posted to their books.",
  arguments: scopeInputs.arguments,
  options: { ...scopeInputs.options, dryRun },
  examples: [
    { command: "tollwright bill run", does: "Bills last month, for every account." },
    { command: "tollwright bill run 2026-03 --account bakery", does: "Bills March to one account." },
  ],
  async run(context, { period }, options) {
    const scope = await scopeOf(context, period, options);
    if (options.dryRun)
      return draftsOutcome(await previewInvoices(await context.db(), { ...scope, openPeriods: false }));
    const bar = context.progress("Billing", 1);
    const onProgress = (done: number, total: number) => bar.update(done, total);
    const report = await runBill(await context.db(), {
      ...scope,
      actor: commandLineActor(context, scope.tenantId),
      onProgress,
    });
    bar.stop();
    const { billed, nothing, parked, vendorPostings } = report;
    return {
      json: {
        invoices: billed.map(({ account, number, invoice }) => ({ number, ...invoiceJson(account.code, invoice) })),
        nothingToBill: nothing,
        vendorPostings,
      },
      human: [
        ...invoiceTable(billed.map(({ account, number, invoice }) => ({ code: account.code, number, invoice }))),
        `${counted(billed.length, "invoice")} made, ${counted(nothing, "account")} had nothing to bill.`,
        ...(vendorPostings === 0 ? [] : [`${counted(vendorPostings, "journal")} posted to the books of vendors.`]),
      ],
      ...rejectsOf(parked),
    };
  },
});

const preview = defineCommand({
  name: "preview",
  summary: "show what a bill run would make, and change nothing",
  about: "A period that is not over yet is shown as far as it has come.",
  arguments: scopeInputs.arguments,
  options: { ...scopeInputs.options, lines: flag("--lines", "show the lines of every invoice") },
  examples: [
    { command: "tollwright bill preview 2026-03", does: "Shows every account's total for March." },
    {
      command: "tollwright bill preview 2026-04 --account bakery --lines",
      does: "Shows what the bakery has used so far.",
    },
  ],
  async run(context, { period }, options) {
    const scope = await scopeOf(context, period, options);
    const drafts = await previewInvoices(await context.db(), { ...scope, openPeriods: true });
    return draftsOutcome(drafts, options.lines);
  },
});

async function scopeOf(
  context: CommandContext,
  month: string | undefined,
  {
    from,
    to,
    account,
  }: { readonly from: string | undefined; readonly to: string | undefined; readonly account: readonly string[] },
): Promise<BillingScope> {
  const period = readPeriod({ month, from, to });
  const { id: tenantId } = await context.tenant();
  return { tenantId, accountCodes: account, period, now: context.now };
}

function draftsOutcome(drafts: readonly Draft[], lines = false): Outcome {
  const invoices = drafts.filter((draft) => draft.kind === "invoice");
  const nothing = drafts.filter(({ kind }) => kind === "nothing").length;
  return {
    json: {
      invoices: invoices.map(({ account, invoice }) => invoiceJson(account.code, invoice)),
      nothingToBill: nothing,
    },
    human: [
      ...invoiceTable(invoices.map(({ account, invoice }) => ({ code: account.code, number: "", invoice }))),
      ...(lines
        ? invoices.flatMap(({ account, invoice }) => [
            "",
            `${account.code}:`,
            lineTable(storedLines(invoice), invoice.currency),
          ])
        : []),
      `${counted(invoices.length, "invoice")} would be made, ${counted(nothing, "account")} with nothing to bill.`,
    ],
    ...rejectsOf(drafts.filter((draft) => draft.kind === "parked")),
  };
}

function invoiceJson(account: string, invoice: Invoice) {
  const { kind, currency, period, issueDate, dueDate } = invoice;
  const amount = (name: "exactTotal" | "total" | "rounding" | "paid" | "due") => nanosToSql(invoice[name]);
  return {
    ...{
      account,
      kind,
      currency,
      periodStartDate: period.startDate.toString(),
      periodEndDate: period.endDate.toString(),
    },
    ...{ issueDate: issueDate.toString(), dueDate: dueDate.toString(), lines: storedLines(invoice) },
    ...{ exactTotal: amount("exactTotal"), total: amount("total"), rounding: amount("rounding") },
    ...{ paid: amount("paid"), due: amount("due") },
  };
}

function invoiceTable(
  rows: readonly { readonly code: string; readonly number: string; readonly invoice: Invoice }[],
): Table[] {
  if (rows.length === 0) return [];
  const table: Table = {
    columns: [
      ...["NUMBER", "ACCOUNT", "KIND", "PERIOD"].map((title) => ({ title })),
      ...["TOTAL", "DUE"].map((title) => ({ title, align: "right" as const })),
      { title: "" },
    ],
    rows: rows.map(({ code, number, invoice: { kind, period, total, due, currency } }) => {
      const amount = (value: Nanos) => amountText(value, currency);
      const lastDay = period.endDate.subtract({ days: 1 });
      return [number, code, kind, `${period.startDate} – ${lastDay}`, amount(total), amount(due), currency];
    }),
  };
  return [table];
}

function rejectsOf(parked: readonly ParkedAccount[]): Pick<Outcome, "rejects"> {
  const listed = parked.map(({ account, what, fix }) => {
    return { at: `account ${account.code}`, code: "account-not-billed" as const, what, fix };
  });
  return { rejects: { total: listed.length, listed } };
}

/** `tollwright bill …` */
export const billCommands: CommandGroup = { name: "bill", summary: "invoices of a period", commands: [run, preview] };
