import { invariant } from "../../core/invariant.ts";
import type { AdjustmentItem, UsageItem } from "../../core/invoicing/billable-item.ts";
import { type BillingPeriod, parseMonth, periodInstants } from "../../core/invoicing/billing-period.ts";
import { buildInvoice } from "../../core/invoicing/build-invoice.ts";
import type { Invoice } from "../../core/invoicing/invoice.ts";
import { parseDecimal } from "../../core/money/decimal.ts";
import { type Nanos, NO_NANOS, nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import { Problem } from "../../core/problem.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { type BillingOrder, endsAfter, notOver } from "./billing-scope.ts";
import {
  type EarlierInvoice,
  loadAdjustments,
  loadEarlierInvoices,
  loadPositions,
  loadResidues,
  loadUsageSums,
  type Residue,
  type UnbilledAdjustment,
  type UsageSum,
} from "./billing-store.ts";
import type { Coverage, Position } from "./coverage.ts";
import type { InvoiceSeller } from "./invoice-seller.ts";
import { type InvoiceSettings, invoiceSettings } from "./letterhead.ts";
import type { MissingSpend } from "./missing-spend.ts";

/** What billing comes to for one account. */
export type Draft =
  | {
      readonly kind: "invoice";
      readonly account: StoredAccount;
      readonly coverage: Coverage;
      readonly invoice: Invoice;
      readonly settings: InvoiceSettings;
      readonly seller: InvoiceSeller;
    }
  /** Nothing to bill up to the end of the period, or billed further already. */
  | { readonly kind: "nothing"; readonly account: StoredAccount; readonly coverage: Coverage }
  | ParkedAccount;

/** An account that could not be billed; it stops nobody else's invoice and is tried again by the next run. */
export interface ParkedAccount {
  readonly kind: "parked";
  readonly account: StoredAccount;
  readonly what: string;
  readonly fix: string;
}

/**
 * Reads what accounts have to be billed for and decides their invoices, in the order of `accounts`; writes nothing. All
 * accounts of a book, or of many, are read in one pass over the charges. `unposted` is billed too, as if it were
 * posted: for a preview.
 */
export async function draftInvoices(
  tx: Tx,
  order: BillingOrder,
  accounts: readonly StoredAccount[],
  unposted: readonly MissingSpend[] = [],
): Promise<readonly Draft[]> {
  const positions = await loadPositions(tx, accounts);
  const covered = accounts.map((account) => {
    const position = positions.get(account.id);
    invariant(position, "every account has a position");
    return orParked(account, () => ({
      kind: "covered" as const,
      account,
      coverage: coverageOf(order, account, position),
    }));
  });
  const open = covered.filter((one) => one.kind === "covered").filter(({ coverage }) => !billedFurther(coverage));
  const unbilled = await loadUnbilled(tx, open, unposted);
  return covered.map((one): Draft => {
    if (one.kind === "parked") return one;
    const { account, coverage } = one;
    if (billedFurther(coverage)) return { kind: "nothing", account, coverage };
    return orParked(account, () => draft(order, account, coverage, unbilled(account.id)));
  });
}

/** A bug or a fault of one account's data must not keep the others from their invoices. */
function orParked<T>(account: StoredAccount, work: () => T): T | ParkedAccount {
  try {
    return work();
  } catch (error) {
    return parked(account, error);
  }
}

/** Why an account was not billed: the problem as it is, or the bug's own words. */
export function parked(account: StoredAccount, error: unknown): ParkedAccount {
  if (error instanceof Problem) return { kind: "parked", account, what: error.what, fix: error.fix };
  const what = `Its invoice could not be made: ${error instanceof Error ? error.message : String(error)}.`;
  return { kind: "parked", account, what, fix: "Run `tollwright doctor`, and report this with what it says." };
}

function coverageOf(order: BillingOrder, account: StoredAccount, after: Position): Coverage {
  if (!order.openPeriods && endsAfter(order, account)) throw notOver(order, account);
  const { id: accountId, bookId, timeZone } = account;
  const period = order.periodOf(account);
  const { startAt, endAt } = periodInstants(period, timeZone);
  return { bookId, accountId, timeZone, period, startAt: fromInstant(startAt), endAt: fromInstant(endAt), after };
}

/** Going back would bill twice what lies between; late calls of the earlier period are on the next invoice anyway. */
const billedFurther = ({ endAt, after }: Coverage): boolean => endAt < after.endAt;

/** Everything of an account that its invoice depends on and that is in the database. */
interface Unbilled {
  readonly sums: readonly UsageSum[];
  readonly adjustments: readonly UnbilledAdjustment[];
  readonly residues: readonly Residue[];
  /** Those that billed the earlier periods in which there is something to bill again. */
  readonly invoices: readonly EarlierInvoice[];
}

async function loadUnbilled(
  tx: Tx,
  open: readonly { readonly account: StoredAccount; readonly coverage: Coverage }[],
  unposted: readonly MissingSpend[],
): Promise<(accountId: string) => Unbilled> {
  const coverages = open.map(({ coverage }) => coverage);
  const sums = Map.groupBy(await loadUsageSums(tx, coverages), (row) => row.account_id);
  const expected = unposted.map(({ account, adjustmentId, memo, amount }) => {
    return { account_id: account.id, key: `adjustment/${adjustmentId}`, memo, amount: nanosToSql(amount) };
  });
  const adjustments = Map.groupBy([...(await loadAdjustments(tx, coverages)), ...expected], (row) => row.account_id);
  const accounts = open.map(({ account }) => account);
  const residues = Map.groupBy(await loadResidues(tx, accounts), (row) => row.account_id);
  const reopened = coverages.flatMap(({ bookId, accountId }) => {
    const [fromDate] = (sums.get(accountId) ?? []).flatMap(({ month }) => month ?? []).sort();
    return fromDate === undefined ? [] : [{ bookId, accountId, fromDate }];
  });
  const invoices = Map.groupBy(await loadEarlierInvoices(tx, reopened), (row) => row.account_id);
  return (accountId) => ({
    sums: sums.get(accountId) ?? [],
    adjustments: adjustments.get(accountId) ?? [],
    residues: residues.get(accountId) ?? [],
    invoices: invoices.get(accountId) ?? [],
  });
}

function usageItem(sum: UsageSum, period: BillingPeriod, invoices: readonly EarlierInvoice[]): UsageItem {
  const { month } = sum;
  const surcharges = nanosFromSql(sum.surcharges);
  const preceding =
    month === null ? undefined : invoices.find((one) => one.period_start_date <= month && one.period_end_date > month);
  return {
    kind: "usage",
    period: month === null ? period : monthBefore(month, period),
    destination: sum.destination,
    ...(sum.service !== null && { service: sum.service }),
    ratePerMinute: sum.rate === null ? null : (parseDecimal(sum.rate) ?? null),
    calls: Number(sum.calls),
    billedS: Number(sum.billed_s),
    connectFees: nanosFromSql(sum.connect_fees),
    ...(surcharges !== 0n && { surcharges }),
    ...(sum.allowance === null ? {} : { covered: { by: sum.allowance, seconds: Number(sum.covered_s ?? 0) } }),
    ...(preceding === undefined ? {} : { precedingInvoice: preceding.number }),
    exactAmount: nanosFromSql(sum.amount),
  };
}

/** The calendar month that starts on `firstDay`, as far as it lies before `period`. */
function monthBefore(firstDay: string, { startDate }: BillingPeriod): BillingPeriod {
  const month = parseMonth(firstDay.slice(0, "2026-03".length));
  invariant(month, `a month from the database starts on its first day, got ${firstDay}`);
  return Temporal.PlainDate.compare(month.endDate, startDate) <= 0 ? month : { ...month, endDate: startDate };
}

function adjustmentItem({ key, memo, amount }: UnbilledAdjustment): AdjustmentItem {
  return { kind: "adjustment", adjustmentId: key, description: memo, exactAmount: nanosFromSql(amount) };
}

function draft({ sellerOf, now }: BillingOrder, account: StoredAccount, coverage: Coverage, unbilled: Unbilled): Draft {
  const { bookId, currency, timeZone } = account;
  for (const sum of unbilled.sums)
    invariant(sum.currency === currency, `charges of a ${currency} account are in ${currency}, got ${sum.currency}`);
  const balance = (kind: Residue["kind"]): Nanos =>
    nanosFromSql(unbilled.residues.find((residue) => residue.kind === kind)?.amount ?? "0");
  const postpaid = account.payment === "postpaid";
  const seller = sellerOf(account);
  const settings = invoiceSettings(seller, account);
  const invoice = buildInvoice({
    bookId,
    accountId: account.id,
    currency,
    timeZone,
    period: coverage.period,
    should: [
      ...unbilled.sums.map((sum) => usageItem(sum, coverage.period, unbilled.invoices)),
      ...unbilled.adjustments.map(adjustmentItem),
    ],
    billed: [], // what was billed is left out by the coverage, charge by charge
    payment: postpaid
      ? { kind: "postpaid", termDays: settings.termDays }
      : { kind: "prepaid", overrun: settings.collectOverrun ? balance("overrun") : NO_NANOS },
    rounding: settings.rounding,
    roundingCarried: postpaid && settings.carryRounding ? balance("rounding") : NO_NANOS,
    now,
  });
  return invoice === null
    ? { kind: "nothing", account, coverage }
    : { kind: "invoice", account, coverage, invoice, settings, seller };
}
