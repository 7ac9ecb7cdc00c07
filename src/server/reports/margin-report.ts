import { invariant } from "../../core/invariant.ts";
import type { BillingPeriod } from "../../core/invoicing/billing-period.ts";
import { periodInstants } from "../../core/invoicing/billing-period.ts";
import type { Currency } from "../../core/money/currency.ts";
import {
  type MarginBy,
  type MarginPart,
  type MarginRow,
  type MarginSums,
  marginRows,
} from "../../core/reports/margin-rows.ts";
import { buyersOf } from "../../core/tenancy/selling-chain.ts";
import { fromInstant } from "../../core/time/epoch.ts";
import { type Actor, scopeOf } from "../access/actor.ts";
import { archivedBetween, deletedBetween } from "../archive/is-archived.ts";
import type { Database } from "../db/database.ts";
import type { BulkTx } from "../db/tx.ts";
import { lastMonth } from "../invoicing/billing-scope.ts";
import { periodInvalid } from "../invoicing/problems.ts";
import { inCurrency } from "../rating/in-currency.ts";
import { loadExchange } from "../rating/rating-context.ts";
import { findAccounts } from "../tenancy/find-account.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { tenantTerms } from "../tenancy/tenant-terms.ts";
import { chargesOfAccounts, type MarginWindow, marginParts, type StoredPart } from "./margin-store.ts";

export interface MarginRequest {
  /** Whose report it is: the operator's, or that of the reseller for whom they act. */
  readonly actor: Actor;
  readonly by: MarginBy;
  /** Days on the viewer's clock; null: the latest month that is over. */
  readonly period: BillingPeriod | null;
  readonly now: Temporal.Instant;
}

/** Revenue, cost and margin of usage, as one seller sees it. */
export interface MarginReport {
  readonly by: MarginBy;
  readonly period: BillingPeriod;
  /** All amounts are in it: the operator's, or the reseller's. */
  readonly currency: Currency;
  /** By code of the account, destination, day or code of the level's seller; "" is the operator's level. */
  readonly rows: readonly MarginRow[];
  readonly total: MarginSums;
  /** Months of the period whose calls are not in the database, and therefore not in the report: "2026-01". */
  readonly monthsMissing: readonly string[];
}

/**
 * What a seller earned on usage: what its buyers were charged less what it was charged for the same calls. By level it
 * shows every reseller below the viewer, too, and nobody above: rows of other parties' charges never reach the
 * transaction, whatever is asked.
 *
 * @throws Problem `exchange-rate-unknown`; `period-invalid`: of more than 366 days.
 */
export async function marginReport(db: Database, request: MarginRequest): Promise<MarginReport> {
  const { actor, by, now } = request;
  const { tenantId } = actor;
  return await db.bulk("app", scopeOf(actor), async (tx) => {
    const terms = await tenantTerms(tx, tenantId);
    const accounts = await findAccounts(tx, tenantId);
    const viewer = accounts.find(({ id }) => id === actor.accountId) ?? null;
    invariant(viewer !== null || actor.accountId === null, "who acts for an account sees it");
    const { currency, timeZone } = viewer ?? terms;
    const period = request.period ?? lastMonth(now, timeZone);
    requireReasonable(period);
    const { startAt, endAt } = periodInstants(period, timeZone);
    const bookIds = [...new Set(accounts.map(({ bookId }) => bookId))];
    const time = { from: fromInstant(startAt), until: fromInstant(endAt) };
    const window = { tenantId, bookIds, ...time, timeZone, currency };
    const scene = { window, accounts, viewer };
    const exchange = await loadExchange(tx, tenantId, terms);
    const stored = await storedParts(tx, by, scene);
    const parts = stored.map(({ key, kind, calls, ...sum }): MarginPart => {
      const amount = sum.day === null ? sum.amount : inCurrency(exchange, { ...sum, date: sum.day }, currency);
      return { key, kind, calls, amount };
    });
    const missing = [...(await archivedBetween(tx, tenantId, time)), ...(await deletedBetween(tx, tenantId, time))];
    return { by, period, currency, ...marginRows(parts), monthsMissing: missing.sort() };
  });
}

const DAYS_MAX = 366;

/** A year at most, and one of those that there are calls of. */
function requireReasonable({ startDate, endDate }: BillingPeriod): void {
  const isShort = startDate.until(endDate, { largestUnit: "days" }).days <= DAYS_MAX;
  if (!isShort || startDate.year < 2000 || endDate.year > 2199)
    throw periodInvalid({ given: `${startDate} to ${endDate}` });
}

interface Scene {
  readonly window: MarginWindow;
  /** All that the viewer sees. */
  readonly accounts: readonly StoredAccount[];
  /** null: the operator. */
  readonly viewer: StoredAccount | null;
}

/** Customers and agents sell nothing of their own. */
async function storedParts(tx: BulkTx, by: MarginBy, scene: Scene): Promise<readonly StoredPart[]> {
  if (scene.viewer !== null && scene.viewer.kind !== "reseller") return [];
  return by === "level" ? await levelParts(tx, scene) : await ownParts(tx, by, scene);
}

async function ownParts(
  tx: BulkTx,
  by: Exclude<MarginBy, "level">,
  { window, accounts, viewer }: Scene,
): Promise<readonly StoredPart[]> {
  const viewerId = viewer?.id ?? null;
  const buyerIds = buyersOf(viewerId, accounts).map(({ id }) => id);
  const parts = await marginParts(tx, by, window, { buyerIds, sellerIds: viewerId === null ? null : [viewerId] });
  if (by !== "account") return parts;
  const codes = new Map(accounts.map(({ id, code }) => [id, code]));
  return parts.map((part) => ({ ...part, key: codes.get(part.key) ?? part.key }));
}

/** A buyer's charges are the revenue of who sells to it; a reseller's own are its cost, vendors' the operator's. */
async function levelParts(tx: BulkTx, { window, accounts, viewer }: Scene): Promise<readonly StoredPart[]> {
  const viewerId = viewer?.id ?? null;
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const sellers = [
    viewerId,
    ...accounts.filter(({ id, kind }) => kind === "reseller" && id !== viewerId).map(({ id }) => id),
  ];
  const sellerOf = new Map(sellers.flatMap((seller) => buyersOf(seller, accounts).map(({ id }) => [id, seller])));
  const nameOf = (seller: string | null) => (seller === null ? "" : (byId.get(seller)?.code ?? seller));
  const charged = await chargesOfAccounts(tx, window, [...byId.keys()]);
  return charged.flatMap((part): StoredPart[] => {
    if (part.kind === "cost") return [{ ...part, key: nameOf(null), calls: 0 }];
    const seller = sellerOf.get(part.key);
    const isReseller = byId.get(part.key)?.kind === "reseller";
    return [
      ...(seller === undefined ? [] : [{ ...part, key: nameOf(seller) }]),
      ...(isReseller ? [{ ...part, key: nameOf(part.key), kind: "cost" as const, calls: 0 }] : []),
    ];
  });
}
