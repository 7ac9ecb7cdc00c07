import { commissionDue, type SoldPart } from "../../core/commission/commission-due.ts";
import { commissionEntries } from "../../core/commission/commission-entry.ts";
import type { CommissionRule } from "../../core/commission/commission-rule.ts";
import { invariant } from "../../core/invariant.ts";
import { postCommission } from "../../core/ledger/post-commission.ts";
import { type Nanos, NO_NANOS, nanos } from "../../core/money/nanos.ts";
import { Problem } from "../../core/problem.ts";
import type { ExchangeTerms } from "../../core/rating/rate-sides.ts";
import { agentsOf } from "../../core/tenancy/selling-chain.ts";
import type { Actor } from "../access/actor.ts";
import { archivedBetween, deletedBetween } from "../archive/is-archived.ts";
import { auditJson } from "../audit/audit-json.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { rehearse } from "../db/rehearse.ts";
import type { BulkTx, Tx } from "../db/tx.ts";
import { insertJournals, lockBooks } from "../ledger/post-journals.ts";
import { inCurrency } from "../rating/in-currency.ts";
import { loadExchange } from "../rating/rating-context.ts";
import { findAccounts } from "../tenancy/find-account.ts";
import { findTenants } from "../tenancy/find-tenant.ts";
import type { StoredAccount, StoredTenant } from "../tenancy/party.ts";
import {
  type EarningInvoice,
  insertEntries,
  type KeptBase,
  keepBases,
  listEarningInvoices,
  loadAgentState,
  loadBases,
  loadBooked,
  type NewEntry,
} from "./commission-store.ts";
import { readCommissionMonth } from "./find-statement.ts";
import { commissionCallsArchived, commissionPeriodClosed, commissionPeriodInvalid } from "./problems.ts";
import { readCommission } from "./read-commission.ts";

export interface CommissionRun {
  readonly actor: Actor;
  /** The month whose statements are made, "2026-03"; null: the latest that is over on the operator's clock. */
  readonly month: string | null;
  readonly now: Temporal.Instant;
  readonly dryRun: boolean;
}

/** What became of one agent. */
export type AgentOutcome =
  | { readonly kind: "booked"; readonly agent: StoredAccount; readonly entries: number; readonly amount: Nanos }
  | { readonly kind: "nothing"; readonly agent: StoredAccount }
  | { readonly kind: "parked"; readonly agent: StoredAccount; readonly what: string; readonly fix: string };

export interface CommissionReport {
  readonly period: Temporal.PlainYearMonth;
  readonly agents: readonly AgentOutcome[];
}

/** Invoices that are in memory with their parts at once. */
const PAGE_INVOICES = 200;
const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/**
 * Books what agents earned until the end of a month, each in a transaction of its own: what they should have for the
 * invoices of periods that end by then, and for what was paid by then, less what was booked before. A second run finds
 * nothing to book. An agent whose amounts cannot be told is parked and stops nobody else.
 *
 * @throws Problem `commission-period-invalid`; `commission-period-closed`: a later month is booked already.
 */
export async function runCommissions(db: Database, run: CommissionRun): Promise<CommissionReport> {
  const { tenantId } = run.actor;
  const tenant = (await findTenants(db)).find(({ id }) => id === tenantId);
  invariant(tenant, `tenant ${tenantId} is there`);
  const period = readMonth(run, tenant);
  const accounts = await db.transaction("app", { tenantId }, (tx) => findAccounts(tx, tenantId));
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const payersOf = new Map<string, StoredAccount[]>();
  for (const account of accounts)
    for (const { id } of account.kind === "vendor" ? [] : agentsOf(account.id, byId))
      payersOf.set(id, [...(payersOf.get(id) ?? []), account]);
  const agents: AgentOutcome[] = [];
  for (const agent of accounts.filter(({ kind }) => kind === "agent")) {
    const scene = { run, tenant, period, agent, payers: payersOf.get(agent.id) ?? [] };
    const transact = (work: (tx: BulkTx) => Promise<AgentOutcome>) => db.bulk("ingest", {}, work);
    agents.push(await orParked(agent, () => rehearse(run.dryRun, transact, (tx) => bookAgent(tx, scene))));
  }
  return { period, agents };
}

interface Scene {
  readonly run: CommissionRun;
  readonly tenant: StoredTenant;
  readonly period: Temporal.PlainYearMonth;
  readonly agent: StoredAccount;
  /** Who buys past the agent. */
  readonly payers: readonly StoredAccount[];
}

function readMonth({ month, now }: CommissionRun, { timeZone }: StoredTenant): Temporal.PlainYearMonth {
  const present = now.toZonedDateTimeISO(timeZone).toPlainDate().toPlainYearMonth();
  if (month === null) return present.subtract({ months: 1 });
  const period = readCommissionMonth(month);
  if (Temporal.PlainYearMonth.compare(period, present) >= 0)
    throw commissionPeriodInvalid({ given: month, why: "it is not over on the operator's clock" });
  return period;
}

/** What one agent's data does not allow must not keep the others from their money; an earlier month is everybody's. */
async function orParked(agent: StoredAccount, work: () => Promise<AgentOutcome>): Promise<AgentOutcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.code === "commission-period-closed" || error.status >= 500) throw error;
    return { kind: "parked", agent, what: error.what, fix: error.fix };
  }
}

async function bookAgent(tx: Tx, scene: Scene): Promise<AgentOutcome> {
  const { agent, period, run, tenant } = scene;
  const { bookId, currency } = agent;
  const books = await lockBooks(tx, [bookId]);
  const { lastNumber, postings, latestPeriod } = await loadAgentState(tx, agent.id, period);
  if (latestPeriod !== null && latestPeriod > period.toString())
    throw commissionPeriodClosed({ period: period.toString(), latest: latestPeriod });
  const groups = new Map(tenant.destinationGroups.map((group) => [group.name, group]));
  const rules = readCommission(agent.commission ?? { rules: [] }, groups);
  const exchange = await loadExchange(tx, tenant.id, tenant);
  const entries = await newEntries(tx, scene, { rules, exchange });
  if (entries.length === 0) return { kind: "nothing", agent };
  const amount = nanos(entries.reduce((sum, entry) => sum + entry.amount, 0n));
  const posting = { owner: { bookId, ownerId: agent.id, currency }, period, postingNumber: postings + 1, amount };
  const journal = postCommission(posting);
  const memo = `Commissions of ${period}`;
  await insertJournals(tx, books, [{ journal, batchId: null, firstAnsweredAt: null, memo, bookedBy: run.actor.name }]);
  const journalNumber = books.get(bookId)?.lastJournalNumber;
  invariant(journalNumber, "the agent's book is locked");
  await insertEntries(tx, agent, { period, lastNumber, journalNumber }, entries);
  await recordAudit(tx, run.actor, [
    {
      action: "commission.booked",
      object: { kind: "account", id: agent.id, name: agent.code },
      before: null,
      after: auditJson({ period: period.toString(), entries: entries.length, amount, currency }),
      reason: null,
    },
  ]);
  return { kind: "booked", agent, entries: entries.length, amount };
}

interface Terms {
  readonly rules: readonly CommissionRule[];
  readonly exchange: ExchangeTerms;
}

async function newEntries(tx: Tx, { agent, payers, period, tenant }: Scene, terms: Terms): Promise<NewEntry[]> {
  const { bookId } = agent;
  const until = period.add({ months: 1 }).toPlainDate({ day: 1 });
  const payerIds = payers.map(({ id }) => id);
  const entries: NewEntry[] = [];
  for (let afterId = FIRST_ID; ; ) {
    const invoices = await listEarningInvoices(tx, { bookId, payerIds, until, afterId, limit: PAGE_INVOICES });
    for (const invoice of invoices)
      if (!invoice.isRead) {
        await requireOnline(tx, tenant.id, invoice);
        await keepBases(tx, tenant.id, bookId, invoice.id);
      }
    const ids = invoices.map(({ id }) => id);
    const bases = Map.groupBy(await loadBases(tx, bookId, ids), ({ invoiceId }) => invoiceId);
    const booked = Map.groupBy(await loadBooked(tx, { bookId, agentId: agent.id }, ids), ({ invoiceId }) => invoiceId);
    for (const invoice of invoices) {
      const parts = (bases.get(invoice.id) ?? []).map((base) => soldPart(base, agent, terms.exchange));
      const { total, paid, customerSince } = invoice;
      const sold = { customerSince: Temporal.PlainDate.from(customerSince), total, paid, parts };
      const due = commissionDue(terms.rules, sold);
      entries.push(...commissionEntries(due, booked.get(invoice.id) ?? []).map((entry) => ({ ...entry, invoice })));
    }
    const last = invoices.at(-1);
    if (last === undefined || invoices.length < PAGE_INVOICES) return entries;
    afterId = last.id;
  }
}

/** In the agent's currency, at the rate of the day. */
function soldPart(
  { kind, amount, currency, ...base }: KeptBase,
  agent: StoredAccount,
  exchange: ExchangeTerms,
): SoldPart {
  const own = inCurrency(exchange, { amount, currency, date: base.day }, agent.currency);
  const { service, prefix, destination } = base;
  const day = Temporal.PlainDate.from(base.day);
  return {
    ...{ day, service, prefix, destination },
    revenue: kind === "revenue" ? own : NO_NANOS,
    cost: kind === "cost" ? own : NO_NANOS,
  };
}

/** Whose calls were archived before their parts were read earns on them once they are back. */
async function requireOnline(tx: Tx, tenantId: string, { startAt, endAt, number }: EarningInvoice): Promise<void> {
  if (startAt === null) return;
  const time = { from: startAt, until: endAt };
  const months = [...(await archivedBetween(tx, tenantId, time)), ...(await deletedBetween(tx, tenantId, time))];
  if (months.length > 0) throw commissionCallsArchived({ number, months });
}
