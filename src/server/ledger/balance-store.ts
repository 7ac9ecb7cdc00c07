import type { LedgerAccountKind } from "../../core/ledger/ledger-account.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, nanosFromSql } from "../../core/money/nanos.ts";
import type { Tx } from "../db/tx.ts";

/** What an owner's ledger accounts of one kind and currency add up to: debits less credits. */
export interface LedgerBalance {
  readonly ownerId: string;
  readonly kind: LedgerAccountKind;
  readonly currency: Currency;
  readonly amount: Nanos;
}

/**
 * Every balance of a tenant, or of `ownerIds`, that is not zero. A vendor has cost and clearing in every payer's book;
 * over all of them together, clearing is zero once its cost is posted to its own book.
 */
export async function listBalances(
  tx: Tx,
  tenantId: string,
  ownerIds: readonly string[] | null = null,
): Promise<readonly LedgerBalance[]> {
  const { rows } = await tx.query<{ account_id: string; kind: LedgerAccountKind; currency: string; amount: string }>(
    `select account_id, kind, currency, sum(amount) as amount from balances
     where tenant_id = $1 ${ownerIds === null ? "" : "and account_id = any($2)"}
     group by account_id, kind, currency having sum(amount) <> 0 order by account_id, kind, currency`,
    ownerIds === null ? [tenantId] : [tenantId, ownerIds],
  );
  return rows.map((row) => ({
    ownerId: row.account_id,
    kind: row.kind,
    currency: row.currency as Currency,
    amount: nanosFromSql(row.amount),
  }));
}
