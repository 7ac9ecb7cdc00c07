import { hash } from "node:crypto";
import type { Subscription } from "../../core/catalog/package.ts";
import type { SubscriptionInForce } from "../../core/catalog/rules-in-force.ts";
import { subscriptionsIn, tiersKey } from "../../core/catalog/rules-in-force.ts";
import { periodInstants } from "../../core/invoicing/billing-period.ts";
import { type SpendItem, type SpendTerms, spendItems, unpostedSpend } from "../../core/invoicing/month-spend.ts";
import { adjust } from "../../core/ledger/adjust.ts";
import { type Nanos, nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import { tierFees } from "../../core/rating/tier.ts";
import { epochMs, fromInstant, toInstant } from "../../core/time/epoch.ts";
import { loadTierCounts, type TierCounts } from "../allowance/tier-counts.ts";
import { archivedMonths } from "../archive/is-archived.ts";
import type { Tx } from "../db/tx.ts";
import { insertJournals, type LockedBook } from "../ledger/post-journals.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { type BillingOrder, endsAfter } from "./billing-scope.ts";
import { loadPositions } from "./billing-store.ts";
import {
  type AccountMonth,
  firstBilledDates,
  firstUnbilledDates,
  insertSpendPostings,
  loadMonthUsage,
  loadSpendPostings,
  loadSpendTerms,
  type SpendPosting,
} from "./spend-store.ts";

/** Something that an account is still to be charged for a month beside its calls. */
export interface MissingSpend extends SpendItem {
  readonly account: StoredAccount;
  readonly startDate: string;
  readonly adjustmentId: string;
  /** What the invoice says: "Minimum spend, 2026-03". */
  readonly memo: string;
}

interface SpendMonth extends AccountMonth {
  readonly account: StoredAccount;
  readonly inForce: readonly SubscriptionInForce[];
}

/**
 * What accounts are still to be charged for whole months that the order covers: fees of tiers, and what is missing to
 * the least or beyond the most spend. Only of postpaid accounts; only months that are over by the end of the period.
 */
export async function missingSpend(
  tx: Tx,
  order: BillingOrder,
  accounts: readonly StoredAccount[],
): Promise<readonly MissingSpend[]> {
  const postpaid = accounts.filter(({ payment }) => payment === "postpaid");
  const posted = Map.groupBy(await loadSpendPostings(tx, postpaid), ({ accountId }) => accountId);
  // What was posted for a bound that its package has no more is taken back.
  const concerned = postpaid.filter((account) => posted.has(account.id) || hasSpend(order, account));
  const months = await spendMonths(tx, order, concerned, posted);
  if (months.length === 0) return [];
  const pools = [...new Set(months.flatMap(({ accountId }) => order.pools.get(accountId) ?? []))];
  const counts = await loadTierCounts(tx, pools);
  const usage = new Map(
    (await loadMonthUsage(tx, months)).map((row) => [`${row.accountId} ${row.startAt}`, row.amount]),
  );
  return months.flatMap((month) => {
    const used = nanosFromSql(usage.get(`${month.accountId} ${month.startAt}`) ?? "0");
    const before = (posted.get(month.accountId) ?? []).filter(({ startDate }) => startDate === month.startDate);
    const should = spendItems(used, termsOf(order, month, counts));
    const unposted = unpostedSpend(
      should,
      before.map((one) => ({ ...one, amount: nanosFromSql(one.amount) })),
    );
    return unposted.map(({ kind, name, amount }) => missing(month, { kind, name, amount }, before));
  });
}

const hasSpend = (order: BillingOrder, account: StoredAccount): boolean =>
  ownSubscriptions(order, account).some((subscription) =>
    subscription.package.versions.some((version) => saysOfSpend({ subscription, version })),
  );

const ownSubscriptions = ({ pools }: BillingOrder, { id }: StoredAccount): readonly Subscription[] =>
  pools.get(id)?.subscriptions.filter(({ accountId }) => accountId === id) ?? [];

/**
 * Tells whether an account has had other packages, or other versions of them, since it was billed: then bounds of spend
 * may be others in any month.
 */
export const spendTermsHash = (order: BillingOrder, account: StoredAccount): string => {
  const terms = ownSubscriptions(order, account).map(({ package: { id, versions }, from, to }) =>
    [id, from, to, ...versions.map(({ number }) => number)].join(" "),
  );
  return hash("sha256", terms.sort().join("\n"), "hex");
};

/** The months of accounts in which a package has something to say of their spend, or had when they were billed. */
async function spendMonths(
  tx: Tx,
  order: BillingOrder,
  accounts: readonly StoredAccount[],
  posted: ReadonlyMap<string, readonly SpendPosting[]>,
): Promise<SpendMonth[]> {
  if (accounts.length === 0) return [];
  const positions = await loadPositions(tx, accounts);
  const billedTerms = await loadSpendTerms(tx, accounts);
  const firstBilled = await firstBilledDates(tx, accounts);
  const firstUnbilled = await firstUnbilledDates(tx, accounts, positions);
  const isArchived = await archivedMonths(tx, order.tenant.id);
  return accounts.flatMap((account) => {
    const { id: accountId, bookId, timeZone } = account;
    const { startDate, endDate } = order.periodOf(account);
    const billedEnd = positions.get(accountId)?.endAt ?? Number.NEGATIVE_INFINITY;
    const periodEnd = fromInstant(periodInstants({ startDate, endDate }, timeZone).endAt);
    if (periodEnd < billedEnd || (!order.openPeriods && endsAfter(order, account))) return [];
    const known = firstBilled.get(accountId);
    const isChanged = billedTerms.get(accountId) !== spendTermsHash(order, account);
    const billedMonths = new Set(posted.get(accountId)?.map((one) => one.startDate));
    const first = firstOf([
      startDate,
      ...(known === undefined || !isChanged ? [] : [Temporal.PlainDate.from(known)]),
      ...(Number.isFinite(billedEnd) ? [toInstant(epochMs(billedEnd)).toZonedDateTimeISO(timeZone).toPlainDate()] : []),
      firstUnbilled.get(accountId) ?? startDate,
    ]);
    const months: SpendMonth[] = [];
    for (let start = first.with({ day: 1 }); ; start = start.add({ months: 1 })) {
      const end = start.add({ months: 1 });
      if (Temporal.PlainDate.compare(end, endDate) > 0) break;
      const { startAt, endAt } = periodInstants({ startDate: start, endDate: end }, timeZone);
      const span = { startAt: fromInstant(startAt), endAt: fromInstant(endAt) };
      const inForce = subscriptionsIn(span, ownSubscriptions(order, account)).filter(saysOfSpend);
      if ((inForce.length > 0 || billedMonths.has(start.toString())) && !isArchived(span))
        months.push({ account, accountId, bookId, startDate: start.toString(), ...span, inForce });
    }
    return months;
  });
}

const firstOf = (dates: readonly Temporal.PlainDate[]): Temporal.PlainDate =>
  dates.reduce((first, date) => (Temporal.PlainDate.compare(date, first) < 0 ? date : first));

const saysOfSpend = ({ version: { minimumSpend, maximumSpend, tiers } }: SubscriptionInForce): boolean =>
  minimumSpend !== null ||
  maximumSpend !== null ||
  tiers.some(({ table }) => table.steps.some(({ flatFee }) => flatFee !== 0n));

/** Of several packages, the highest least and the lowest most hold. */
function termsOf({ pools }: BillingOrder, { accountId, startAt, inForce }: SpendMonth, counts: TierCounts): SpendTerms {
  const pool = pools.get(accountId);
  const fees = inForce.flatMap(({ subscription, version }) =>
    version.tiers.map((tiers) => ({
      name: tiers.name,
      amount: tierFees(tiers.table, pool === undefined ? 0n : counts(pool, startAt, tiersKey(subscription, tiers))),
    })),
  );
  const bounds = (which: "minimumSpend" | "maximumSpend"): Nanos[] =>
    inForce.flatMap(({ version }) => version[which] ?? []).sort((a, b) => (a < b ? -1 : 1));
  return { fees, minimum: bounds("minimumSpend").at(-1) ?? null, maximum: bounds("maximumSpend").at(0) ?? null };
}

function missing({ account, startDate }: SpendMonth, item: SpendItem, before: readonly SpendPosting[]): MissingSpend {
  const { kind, name } = item;
  const place = before.filter((one) => one.kind === kind && one.name === name).length + 1;
  const adjustmentId = ["spend", account.id, startDate, kind, ...(name === "" ? [] : [name]), place].join("/");
  return { ...item, account, startDate, adjustmentId, memo: memoOf(item, startDate.slice(0, "2026-03".length)) };
}

function memoOf({ kind, name }: SpendItem, month: string): string {
  switch (kind) {
    case "tier-fee":
      return `${name}, ${month}`;
    case "minimum-spend":
      return `Minimum spend, ${month}`;
    case "maximum-spend":
      return `Maximum spend, discount, ${month}`;
    default:
      return kind satisfies never;
  }
}

/** Posts what is missing as adjustments, so that the invoices that are made next bill it; books are locked. */
export async function postSpend(
  tx: Tx,
  { tenant, now }: BillingOrder,
  bookedBy: string,
  {
    books,
    missing: items,
  }: { readonly books: ReadonlyMap<string, LockedBook>; readonly missing: readonly MissingSpend[] },
): Promise<void> {
  if (items.length === 0) return;
  const entries = items.flatMap(({ account, adjustmentId, amount, memo }) => {
    const { id: ownerId, bookId, currency, timeZone } = account;
    const effectiveDate = now.toZonedDateTimeISO(timeZone).toPlainDate();
    const journal = adjust({ owner: { bookId, ownerId, currency }, adjustmentId, effectiveDate, amount, wallet: null });
    return journal === null ? [] : [{ journal, batchId: null, firstAnsweredAt: null, memo, bookedBy }];
  });
  await insertJournals(tx, books, entries);
  const postings = items.map(({ account, startDate, kind, name, adjustmentId, amount }) => {
    const place = { bookId: account.bookId, accountId: account.id, startDate };
    return { ...place, kind, name, adjustmentId, amount: nanosToSql(amount) };
  });
  await insertSpendPostings(tx, tenant.id, postings);
}
