import type { EpochMs } from "../../core/time/epoch.ts";
import type { Service } from "../../core/usage/service-units.ts";
import type { Tx } from "../db/tx.ts";

/** An account rule in its operator's words; null: whatever it is. */
export interface NamedRule {
  readonly source: string | null;
  /** What has to hold of a call, by the names that a setup file has for it: `{ "sipUser": "anna" }`. */
  readonly match: Readonly<Record<string, string>>;
  readonly priority: number;
  /** The trunk whose settings apply to the call; null: those of the source. */
  readonly trunk: string | null;
}

export interface NamedTariff {
  readonly tariff: string;
  readonly service: Service;
  readonly effectiveFrom: EpochMs;
}

/** The rules that lead to an account, the most important first. */
export async function accountRulesOf(tx: Tx, accountId: string): Promise<readonly NamedRule[]> {
  const { rows } = await tx.query<NamedRule>(
    `select s.name as source, r.priority, t.name as trunk,
       jsonb_strip_nulls(jsonb_build_object('address', r.address, 'trunk', r.trunk, 'accountCode', r.account_code,
         'sipUser', r.sip_user, 'techPrefix', r.tech_prefix, 'callingPrefix', r.calling_prefix)) as match
     from account_rules r left join sources s on s.id = r.source_id left join trunks t on t.id = r.trunk_id
     where r.account_id = $1 order by r.priority desc, s.name, r.id`,
    [accountId],
  );
  return rows;
}

/** The tariffs that an account was given, by service, the oldest first. */
export async function tariffsOf(tx: Tx, accountId: string): Promise<readonly NamedTariff[]> {
  const { rows } = await tx.query<{ tariff: string; service: Service; effective_from: EpochMs }>(
    `select t.name as tariff, a.service, a.effective_from from account_tariffs a join tariffs t on t.id = a.tariff_id
     where a.account_id = $1 order by a.service, a.effective_from`,
    [accountId],
  );
  return rows.map(({ tariff, service, effective_from: effectiveFrom }) => ({ tariff, service, effectiveFrom }));
}
