import { invariant } from "../../core/invariant.ts";
import type { Currency } from "../../core/money/currency.ts";
import type { Tx } from "../db/tx.ts";

/** What everybody of a tenant may know of it. */
export interface TenantTerms {
  readonly id: string;
  readonly currency: Currency;
  readonly timeZone: string;
}

export async function loadTenantTerms(tx: Tx, tenantId: string): Promise<TenantTerms> {
  const { rows } = await tx.query<TenantTerms>(
    `select id, currency, time_zone as "timeZone" from tenants where id = $1`,
    [tenantId],
  );
  const [terms] = rows;
  invariant(terms, `tenant ${tenantId} is there`);
  return terms;
}
