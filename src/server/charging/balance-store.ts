import type { Currency } from "../../core/money/currency.ts";
import { nanosFromSql } from "../../core/money/nanos.ts";
import type { PaymentMode } from "../../core/tenancy/account.ts";
import type { Tx } from "../db/tx.ts";
import type { WatchedAccount } from "./balance-warnings.ts";
import type { HeldAccount } from "./hold-store.ts";

/** An account whose balance has crossed a threshold since it was looked at last, up or down. */
export type CrossedAccount = HeldAccount & Pick<WatchedAccount, "account" | "thresholds">;

/**
 * Accounts whose balance is below another threshold, or above one again, than was noted last. Whatever moved it: calls
 * that came as records, money that came in, a credit limit, or thresholds themselves. Where nothing was ever booked
 * there is no balance yet.
 */
export async function findCrossed(tx: Tx, limit: number): Promise<readonly CrossedAccount[]> {
  const { rows } = await tx.query<{
    readonly tenant_id: string;
    readonly book_id: string;
    readonly id: string;
    readonly payment: PaymentMode;
    readonly credit_limit: string;
    readonly currency: string;
    readonly thresholds: readonly string[];
  }>(
    `select a.tenant_id, a.book_id, a.id, a.payment, a.credit_limit, a.currency, w.thresholds
     from accounts a join tenants t on t.id = a.tenant_id
     left join account_holds h on h.book_id = a.book_id and h.account_id = a.id
     cross join lateral (
       select coalesce(a.low_balance, case when a.currency = t.currency then t.low_balance else '{}' end) as thresholds
     ) w
     cross join lateral (
       select a.credit_limit - sum(b.amount) - coalesce((h.counters ->> 'used')::numeric, 0) as money
       from balances b where b.book_id = a.book_id and b.account_id = a.id and b.currency = a.currency
         and b.kind = any(case a.payment when 'prepaid' then array['wallet'] else array['unbilled', 'receivable'] end)
     ) m
     where a.kind <> 'vendor' and (a.payment = 'prepaid' or a.credit_limit <> 0) and m.money is not null
       and (select min(threshold) from unnest(w.thresholds) as threshold where m.money < threshold)
         is distinct from (h.counters ->> 'below')::numeric
     order by a.id limit $1`,
    [limit],
  );
  return rows.map((row) => ({
    ...{ tenantId: row.tenant_id, bookId: row.book_id, accountId: row.id },
    account: {
      id: row.id,
      payment: row.payment,
      creditLimit: nanosFromSql(row.credit_limit),
      currency: row.currency as Currency,
    },
    thresholds: row.thresholds.map(nanosFromSql),
  }));
}

/** Only one process at a time looks; false: another does. */
export async function lockBalanceLook(tx: Tx): Promise<boolean> {
  const { rows } = await tx.query<{ locked: boolean }>(
    "select pg_try_advisory_xact_lock(hashtext('tollwright.low_balances')) as locked",
  );
  return rows[0]?.locked ?? false;
}
