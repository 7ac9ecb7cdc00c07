import type { Currency } from "../../core/money/currency.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Service } from "../../core/usage/service-units.ts";
import type { Tx } from "../db/tx.ts";

/** A tariff as who buys at it may see it: not how it is derived, nor from which deck it came. */
export interface SeenTariff {
  readonly name: string;
  /** 0: nothing is published yet, and the rest is null. */
  readonly version: number;
  readonly currency: Currency | null;
  readonly service: Service | null;
  readonly publishedAt: EpochMs | null;
}

/** Tariffs that the transaction sees, by name, behind `after`; or the one named. */
export async function listSeenTariffs(
  tx: Tx,
  tenantId: string,
  { after = null, name = null, rows: limit }: { after?: string | null; name?: string | null; rows: number },
): Promise<readonly SeenTariff[]> {
  const { rows } = await tx.query<SeenTariff>(
    `select t.name, coalesce(v.number, 0)::int as version, v.terms ->> 'currency' as currency,
       case when v.number is not null then coalesce(v.terms ->> 'service', 'voice') end as service,
       v.published_at as "publishedAt"
     from tariffs t left join lateral (
       select number, terms, published_at from tariff_versions v
       where v.tariff_id = t.id order by number desc limit 1) v on true
     where t.tenant_id = $1 and ($2::text is null or t.name > $2) and ($3::text is null or t.name = $3)
     order by t.name limit $4`,
    [tenantId, after, name, limit],
  );
  return rows;
}
