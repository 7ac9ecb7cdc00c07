import { type Actor, scopeOf } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import { findAccounts } from "../tenancy/find-account.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { firstDay } from "./commission-store.ts";
import { agentUnknown, commissionPeriodInvalid } from "./problems.ts";
import type { MonthOfAgent, PlaceInMonths, StatementEntry } from "./statement.ts";
import { listEntries, listMonthsOfAgents } from "./statement-store.ts";

/** What an agent earned in a month, entry by entry. */
export interface CommissionStatement {
  readonly agent: StoredAccount;
  readonly period: Temporal.PlainYearMonth;
  readonly entries: readonly StatementEntry[];
}

/**
 * A month as it is asked for: "2026-03".
 *
 * @throws Problem `commission-period-invalid`.
 */
export function readCommissionMonth(text: string): Temporal.PlainYearMonth {
  if (!/^2[01]\d{2}-(0[1-9]|1[0-2])$/.test(text))
    throw commissionPeriodInvalid({ given: text, why: "it is not written so" });
  return Temporal.PlainYearMonth.from(text);
}

/**
 * The statement of an agent whom the actor may see; an account of another kind has an empty one.
 *
 * @throws Problem `agent-unknown`, `commission-period-invalid`.
 */
export async function findStatement(
  db: Database,
  actor: Actor,
  { agentCode, month }: { readonly agentCode: string; readonly month: string },
): Promise<CommissionStatement> {
  const period = readCommissionMonth(month);
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    const accounts = await findAccounts(tx, actor.tenantId);
    const agent = accounts.find(({ code }) => code === agentCode);
    if (agent === undefined) throw agentUnknown({ code: agentCode });
    return { agent, period, entries: await listEntries(tx, { agentId: agent.id, firstDay: firstDay(period) }) };
  });
}

/**
 * What months came to, of the agents whom the actor may see, the newest first.
 *
 * @throws Problem `commission-period-invalid`.
 */
export async function findMonthsOfAgents(
  db: Database,
  actor: Actor,
  wanted: {
    readonly agentCode: string | undefined;
    readonly month: string | undefined;
    readonly after?: PlaceInMonths | null;
    readonly limit: number;
  },
): Promise<readonly MonthOfAgent[]> {
  const { agentCode, limit, month, after = null } = wanted;
  const period = month === undefined ? undefined : firstDay(readCommissionMonth(month));
  const { tenantId } = actor;
  return await db.transaction("app", scopeOf(actor), (tx) =>
    listMonthsOfAgents(tx, { tenantId, agentCode, firstDay: period, after, limit }),
  );
}
