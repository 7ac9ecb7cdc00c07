import type { Pool } from "../../core/catalog/pools.ts";
import { invariant } from "../../core/invariant.ts";
import { type BillingPeriod, parseMonth, periodInstants } from "../../core/invoicing/billing-period.ts";
import type { Problem } from "../../core/problem.ts";
import { type EpochMs, fromInstant } from "../../core/time/epoch.ts";
import { findPools } from "../catalog/find-pools.ts";
import type { Database } from "../db/database.ts";
import { findAccounts } from "../tenancy/find-account.ts";
import { findTenants } from "../tenancy/find-tenant.ts";
import type { StoredAccount, StoredTenant } from "../tenancy/party.ts";
import { accountUnknown } from "../tenancy/problems.ts";
import { type InvoiceSeller, invoiceSeller } from "./invoice-seller.ts";
import { periodInvalid, periodNotOver } from "./problems.ts";

/** Which accounts to bill, and for which period. */
export interface BillingScope {
  readonly tenantId: string;
  /** Codes; empty: every account. */
  readonly accountCodes: readonly string[];
  /** null: of each account the latest calendar month that is over on its own clock. */
  readonly period: BillingPeriod | null;
  readonly now: Temporal.Instant;
}

/** What is to be billed, and until when. */
export interface BillingOrder {
  readonly tenant: StoredTenant;
  readonly sellerOf: (account: StoredAccount) => InvoiceSeller;
  /** The period of an account: a month, two dates, or its latest month that is over. */
  readonly periodOf: (account: StoredAccount) => BillingPeriod;
  /** Whether a period that is not over yet may be billed: in a preview. */
  readonly openPeriods: boolean;
  /** Whose prices depend on the calls before, by account: their months are priced again before they are billed. */
  readonly pools: ReadonlyMap<string, Pool>;
  readonly now: Temporal.Instant;
}

/**
 * A period as it is asked for: a month ("2026-03"), two dates of which the second is no longer billed, or nothing.
 *
 * @throws Problem `period-invalid`.
 */
export function readPeriod(given: {
  readonly month: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}): BillingPeriod | null {
  const { month, from, to } = given;
  if (month === undefined && from === undefined && to === undefined) return null;
  const period =
    month === undefined
      ? datesPeriod(from, to)
      : from === undefined && to === undefined
        ? parseMonth(month)
        : undefined;
  if (period === undefined) throw periodInvalid({ given: [month, from, to].filter(Boolean).join(" to ") });
  return period;
}

function datesPeriod(from: string | undefined, to: string | undefined): BillingPeriod | undefined {
  const [startDate, endDate] = [plainDate(from), plainDate(to)];
  if (!startDate || !endDate || Temporal.PlainDate.compare(startDate, endDate) >= 0) return undefined;
  return { startDate, endDate };
}

function plainDate(text: string | undefined): Temporal.PlainDate | undefined {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  try {
    return Temporal.PlainDate.from(text, { overflow: "reject" });
  } catch {
    return undefined; // the right digits, but no such day
  }
}

/** The latest calendar month that is over in a zone. */
export function lastMonth(now: Temporal.Instant, timeZone: string): BillingPeriod {
  const endDate = now.toZonedDateTimeISO(timeZone).toPlainDate().with({ day: 1 });
  return { startDate: endDate.subtract({ months: 1 }), endDate };
}

/** Whether a month that begins then is of an account's period: what is priced again later changes nothing of it. */
export function isBilledFrom(
  { periodOf }: BillingOrder,
  account: StoredAccount,
  startAt: EpochMs | undefined,
): boolean {
  return startAt !== undefined && startAt < fromInstant(periodInstants(periodOf(account), account.timeZone).endAt);
}

/**
 * The accounts of a scope, by code, and how they are to be billed.
 *
 * @throws Problem `account-unknown`; `period-not-over` when open periods are not wanted and no account's is over.
 */
export async function openOrder(
  db: Database,
  { tenantId, accountCodes, period, now }: BillingScope,
  { openPeriods }: Pick<BillingOrder, "openPeriods">,
): Promise<{ readonly order: BillingOrder; readonly accounts: readonly StoredAccount[] }> {
  const tenant = (await findTenants(db)).find(({ id }) => id === tenantId);
  invariant(tenant, `tenant ${tenantId} is there`);
  const [all, pools] = await db.transaction("app", { tenantId }, async (tx) => [
    await findAccounts(tx, tenantId),
    await findPools(tx, tenantId),
  ]);
  const unknown = accountCodes.find((code) => !all.some((account) => account.code === code));
  if (unknown !== undefined) throw accountUnknown({ code: unknown });
  const wanted = new Set(accountCodes);
  const accounts = wanted.size === 0 ? all : all.filter(({ code }) => wanted.has(code));
  const periodOf = ({ timeZone }: StoredAccount) => period ?? lastMonth(now, timeZone);
  const byId = new Map(all.map((account) => [account.id, account]));
  const sellerOf = (account: StoredAccount) => invoiceSeller(account, tenant, byId);
  const order: BillingOrder = { tenant, sellerOf, periodOf, openPeriods, pools, now };
  const [first] = accounts;
  if (!openPeriods && first !== undefined && accounts.every((account) => endsAfter(order, account)))
    throw notOver(order, first);
  return { order, accounts };
}

/** Whether an account's period is not over yet on its own clock. */
export const endsAfter = ({ periodOf, now }: BillingOrder, account: StoredAccount): boolean =>
  Temporal.Instant.compare(periodInstants(periodOf(account), account.timeZone).endAt, now) > 0;

export function notOver({ periodOf }: BillingOrder, account: StoredAccount): Problem {
  const period = periodOf(account);
  const { endAt } = periodInstants(period, account.timeZone);
  return periodNotOver({
    period: `${period.startDate} to ${period.endDate}`,
    endAt: endAt.toZonedDateTimeISO(account.timeZone).toString({ smallestUnit: "second" }),
  });
}
