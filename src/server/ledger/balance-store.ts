import type { LedgerAccountKind } from "../../core/ledger/ledger-account.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, nanosFromSql } from "../../core/money/nanos.ts";
import type { Tx } from "../db/tx.ts";

/** What one ledger account of an owner adds up to: debits less credits. */
export interface LedgerBalance {
  readonly ownerId: string;
  readonly kind: LedgerAccountKind;
  readonly currency: Currency;
  readonly amount: Nanos;
}

/** Every balance of a tenant that is not zero. */
export async function listBalances(tx: Tx, tenantId: string): Promise<readonly LedgerBalance[]> {
  const { rows } = await tx.query<{ account_id: string; kind: LedgerAccountKind; currency: string; amount: string }>(
    `select account_id, kind, currency, amount from balances where tenant_id = $1 and amount <> 0
     order by account_id, kind, currency`,
    [tenantId],
  );
  return rows.map((row) => ({
    ownerId: row.account_id,
    kind: row.kind,
    currency: row.currency as Currency,
    amount: nanosFromSql(row.amount),
  }));
}
