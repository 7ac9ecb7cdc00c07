import type { AccountKind, PaymentMode } from "../../core/tenancy/account.ts";
import type { Tx } from "../db/tx.ts";

/** Which accounts are wanted; what is not given is any. */
export interface AccountFilter {
  readonly kind?: AccountKind;
  readonly payment?: PaymentMode;
  /** Code of the account that they stand directly under. */
  readonly parent?: string;
  readonly currency?: string;
  /** First letters of the code. */
  readonly code?: string;
}

/** Ids of the next `rows` accounts by code, behind `after`. */
export async function accountIdsBehind(
  tx: Tx,
  tenantId: string,
  {
    kind = null,
    payment = null,
    parent = null,
    currency = null,
    code = "",
  }: { [Key in keyof AccountFilter]: AccountFilter[Key] | null },
  { after, rows: limit }: { readonly after: string | null; readonly rows: number },
): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select a.id from accounts a
     where a.tenant_id = $1 and ($2::text is null or a.code > $2) and starts_with(a.code, $3)
       and ($4::text is null or a.kind = $4) and ($5::text is null or a.payment = $5)
       and ($6::text is null or a.currency = $6)
       and ($7::text is null or a.parent_id = (select p.id from accounts p where p.tenant_id = $1 and p.code = $7))
     order by a.code limit $8`,
    [tenantId, after, code ?? "", kind, payment, currency, parent, limit],
  );
  return rows.map(({ id }) => id);
}
