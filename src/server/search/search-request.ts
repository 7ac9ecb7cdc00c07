import type { Nanos } from "../../core/money/nanos.ts";
import { readNumberPattern } from "../../core/numbering/number-pattern.ts";
import { DAY_MS } from "../../core/time/civil-day.ts";
import { type EpochMs, epochMs, fromInstant } from "../../core/time/epoch.ts";
import { parseInstant } from "../../core/time/instant-text.ts";
import { type NamedPeriod, namedPeriod } from "../../core/time/named-period.ts";
import type { Service } from "../../core/usage/service-units.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { findSourceNamed } from "../mediation/find-source.ts";
import { findAccount, findAccounts } from "../tenancy/find-account.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { CallFilter, CauseFilter } from "./call-filter.ts";
import { searchInvalid } from "./problems.ts";

/** A search as a person words it, and as it is saved: names and texts, nothing looked up yet. */
export interface SearchRequest {
  readonly period?: NamedPeriod;
  /** Dates in the tenant's zone, or times with an offset. */
  readonly from?: string;
  readonly to?: string;
  /** A code: the account, those under it, or the vendor of that code. */
  readonly account?: string;
  readonly source?: string;
  readonly calling?: string;
  readonly called?: string;
  readonly number?: string;
  readonly trunk?: string;
  readonly cause?: string;
  readonly answered?: boolean;
  readonly service?: Service;
  readonly minSeconds?: number;
  readonly maxSeconds?: number;
  readonly minCost?: Nanos;
  readonly maxCost?: Nanos;
}

/** A search that is kept under a name, to be run again or exported by the clock. */
export interface SavedSearch {
  readonly name: string;
  readonly request: SearchRequest;
  readonly savedBy: string;
}

/** What is looked through when no time is given. */
const DEFAULT_DAYS = 31;

/**
 * Looks up what a request names.
 *
 * @throws Problem `search-invalid`, `account-unknown`, `source-unknown`.
 */
export async function resolveSearch(
  db: Database,
  tenant: { readonly id: string; readonly timeZone: string },
  request: SearchRequest,
  at: Temporal.Instant,
): Promise<CallFilter> {
  const { source, calling, called, number, trunk, cause, answered, service } = request;
  return {
    ...timeOf(request, tenant.timeZone, at),
    ...(request.account === undefined ? {} : await partyOf(db, tenant.id, request.account)),
    ...(source === undefined ? {} : { sourceId: (await findSourceNamed(db, tenant.id, source)).id }),
    ...(calling === undefined ? {} : { calling: patternOf(calling) }),
    ...(called === undefined ? {} : { called: patternOf(called) }),
    ...(number === undefined ? {} : { number: patternOf(number) }),
    ...(trunk === undefined ? {} : { trunk }),
    ...(cause === undefined ? {} : { cause: causeOf(cause) }),
    ...(answered === undefined ? {} : { answered }),
    ...(service === undefined ? {} : { service }),
    talkedS: { min: request.minSeconds ?? null, max: request.maxSeconds ?? null },
    ...(request.minCost === undefined && request.maxCost === undefined
      ? {}
      : { cost: { min: request.minCost ?? null, max: request.maxCost ?? null } }),
  };
}

function timeOf(request: SearchRequest, zone: string, at: Temporal.Instant): { from: EpochMs; until: EpochMs } {
  if (request.period !== undefined) {
    if (request.from !== undefined || request.to !== undefined)
      throw searchInvalid({ what: "A period and a time were given.", fix: "Give --period, or --from and --to." });
    return namedPeriod(request.period, zone, at);
  }
  const until = request.to === undefined ? epochMs(fromInstant(at) + DAY_MS) : instantOf(request.to, zone);
  const from = request.from === undefined ? epochMs(until - DEFAULT_DAYS * DAY_MS) : instantOf(request.from, zone);
  if (from >= until)
    throw searchInvalid({ what: "The search ends before it begins.", fix: "Give a --from that lies before --to." });
  return { from, until };
}

function instantOf(text: string, zone: string): EpochMs {
  const at = parseInstant(text, zone);
  if (at !== undefined) return at;
  throw searchInvalid({
    what: `"${text}" is no time.`,
    fix: 'Give a date (in the tenant\'s zone), or a time with its offset such as "2026-03-01T08:00:00Z".',
  });
}

function patternOf(text: string) {
  const pattern = readNumberPattern(text);
  if (pattern !== undefined) return pattern;
  throw searchInvalid({
    what: `"${text}" says no number to look for.`,
    fix: 'Give a whole number, its beginning with a star ("4420*"), or a part of it ("*7946*").',
  });
}

function causeOf(text: string): CauseFilter {
  if (!/^\d+$/.test(text)) return { kind: "text", value: text };
  const value = Number(text);
  if (value >= 1 && value <= 699) return { kind: "number", value };
  throw searchInvalid({
    what: `"${text}" is no cause.`,
    fix: "Give a Q.850 cause (1 to 127), a SIP status (100 to 699) or the switch's own word, such as NORMAL_CLEARING.",
  });
}

/** A vendor's calls are those it carried; anybody else's are those it pays, and those of the accounts under it. */
function partyOf(
  db: Database,
  tenantId: string,
  code: string,
): Promise<Pick<CallFilter, "payers" | "vendorAccountId">> {
  return db.transaction("app", { tenantId }, async (tx) => {
    const account = await findAccount(tx, tenantId, code);
    if (account.kind === "vendor") return { vendorAccountId: account.id };
    const under = await accountsUnder(tx, tenantId, account);
    return { payers: { bookId: account.bookId, accountIds: [...under] } };
  });
}

async function accountsUnder(tx: Tx, tenantId: string, account: StoredAccount): Promise<ReadonlySet<string>> {
  if (account.kind === "customer") return new Set([account.id]);
  const children = Map.groupBy(await findAccounts(tx, tenantId), ({ parentId }) => parentId);
  const found = new Set<string>();
  const open = [account];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next.id)) continue;
    found.add(next.id);
    open.push(...(children.get(next.id) ?? []));
  }
  return found;
}
