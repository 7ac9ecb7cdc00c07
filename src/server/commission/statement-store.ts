import type { Tx } from "../db/tx.ts";
import type { MonthOfAgent, PlaceInMonths, StatementEntry } from "./statement.ts";

/** The entries of an agent's month, in the order in which they were booked. */
export async function listEntries(
  tx: Tx,
  { agentId, firstDay }: { readonly agentId: string; readonly firstDay: string },
): Promise<readonly StatementEntry[]> {
  const { rows } = await tx.query<StatementEntry>(
    `select e.number, e.kind, p.code as "payerCode", p.name as "payerName", i.number as "invoiceNumber", e.rule, e.of,
       trim_scale(e.percent) as percent, trim_scale(e.base) as base, trim_scale(e.counted) as counted,
       trim_scale(e.amount) as amount, e.currency
     from commission_entries e
     join accounts p on p.id = e.payer_account_id
     join invoices i on i.book_id = e.book_id and i.id = e.invoice_id
     where e.account_id = $1 and e.period = $2 order by e.number`,
    [agentId, firstDay],
  );
  return rows;
}

/** Months of agents, the newest first, those after a place. */
export async function listMonthsOfAgents(
  tx: Tx,
  wanted: {
    readonly tenantId: string;
    readonly agentCode: string | undefined;
    readonly firstDay: string | undefined;
    readonly after: PlaceInMonths | null;
    readonly limit: number;
  },
): Promise<readonly MonthOfAgent[]> {
  const { rows } = await tx.query<MonthOfAgent>(
    `select a.code as "agentCode", a.name as "agentName", to_char(e.period, 'YYYY-MM') as month,
       count(*)::integer as entries, e.currency, trim_scale(sum(e.amount)) as amount,
       trim_scale(coalesce(sum(e.amount) filter (where e.kind = 'earned'), 0)) as earned,
       trim_scale(coalesce(sum(e.amount) filter (where e.kind = 'correction'), 0)) as corrections,
       trim_scale(coalesce(sum(e.amount) filter (where e.kind = 'clawback'), 0)) as clawbacks
     from commission_entries e join accounts a on a.id = e.account_id
     where e.tenant_id = $1 and ($2::text is null or a.code = $2) and ($3::date is null or e.period = $3)
       and ($5::text is null or to_char(e.period, 'YYYY-MM') < $5
         or (to_char(e.period, 'YYYY-MM') = $5 and a.code > $6 collate "C"))
     group by a.code, a.name, e.period, e.currency order by e.period desc, a.code collate "C" limit $4`,
    [
      ...[wanted.tenantId, wanted.agentCode ?? null, wanted.firstDay ?? null, wanted.limit],
      ...[wanted.after?.month ?? null, wanted.after?.agentCode ?? null],
    ],
  );
  return rows;
}
