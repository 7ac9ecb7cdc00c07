import type { Actor } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import { findAccounts } from "../tenancy/find-account.ts";
import { tenantTerms } from "../tenancy/tenant-terms.ts";
import type { CallFilter } from "./call-filter.ts";
import { callUnknown, searchInvalid } from "./problems.ts";
import { resolveSearch, type SearchRequest } from "./search-request.ts";
import type { StoredCallView } from "./stored-call.ts";

/** What somebody sees of stored calls. */
export interface CallSight {
  /** Which calls a request means, among those that they see. Errors: those of {@link resolveSearch}. */
  filter(request: SearchRequest, at: Temporal.Instant): Promise<CallFilter>;
  /** The call without what is not theirs to see. */
  shown(call: StoredCallView): StoredCallView;
  /** Errors: Problem `call-unknown` for a call of others. */
  required(call: StoredCallView): StoredCallView;
}

/**
 * Calls are read as of the whole tenant, whose tables of usage name vendors and all levels; who acts for an account is
 * given those of its subtree, with the charges of accounts in it: never what those above pay, nor a vendor or a trunk
 * of one.
 */
export async function callSight(seen: Database, actor: Actor): Promise<CallSight> {
  const { tenantId, accountId, permissions } = actor;
  const { tenant, accounts } = await seen.transaction("app", { tenantId }, async (tx) => ({
    tenant: await tenantTerms(tx, tenantId),
    accounts: accountId === null ? [] : await findAccounts(tx, tenantId),
  }));
  const resolved = (request: SearchRequest, at: Temporal.Instant) => resolveSearch(seen, tenant, request, at);
  if (accountId === null) {
    const withoutCosts = ({ charges, ...call }: StoredCallView): StoredCallView => ({
      ...{ ...call, vendor: null, egressTrunk: null },
      charges: charges.filter(({ side }) => side !== "cost"),
    });
    const shown = permissions.has("costs:read") ? (call: StoredCallView) => call : withoutCosts;
    return { filter: resolved, shown, required: (call) => call };
  }
  const codes = new Set(accounts.map(({ code }) => code));
  const own = accounts.find(({ id }) => id === accountId);
  const all = { bookId: own?.bookId ?? accountId, accountIds: accounts.map(({ id }) => id) };
  return {
    async filter(request, at) {
      if (request.trunk !== undefined)
        throw searchInvalid({ what: "Trunks are the operator's.", fix: "Search by numbers, accounts or times." });
      const { payers = all, vendorAccountId: _vendor, ...filter } = await resolved(request, at);
      return { ...filter, payers };
    },
    shown: ({ charges, ...call }) => ({
      ...{ ...call, vendor: null, egressTrunk: null, file: null, line: 0 },
      charges: charges.filter(({ side, account }) => side !== "cost" && codes.has(account)),
    }),
    required(call) {
      if (!codes.has(call.account)) throw callUnknown({ id: call.id });
      return call;
    },
  };
}
