import type { AccountConditions } from "../../core/tenancy/account-rule.ts";
import type { Tx } from "../db/tx.ts";

/** Which rows of a list: those behind an id; not given: from the first on. */
export interface ListedAfter {
  readonly tenantId: string;
  readonly behindId: string | undefined;
  readonly limit: number;
}

/** A trunk with the names of what it points at. */
export interface ListedTrunk {
  readonly id: string;
  /** null: of every source. */
  readonly source: string | null;
  readonly name: string;
  /** The account's code. */
  readonly account: string;
  readonly direction: "ingress" | "egress";
}

/** An account rule with the names of what it points at. */
export interface ListedRule {
  readonly id: string;
  /** null: for records of every source. */
  readonly source: string | null;
  readonly account: string;
  readonly priority: number;
  readonly match: AccountConditions;
}

/** Trunks in order of their ids. */
export async function listNamedTrunks(tx: Tx, after: ListedAfter): Promise<readonly ListedTrunk[]> {
  const { rows } = await tx.query<ListedTrunk>(
    `select t.id, s.name as source, t.name, a.code as account, t.direction
     from trunks t join accounts a on a.id = t.account_id left join sources s on s.id = t.source_id
     where t.tenant_id = $1 and ($2::uuid is null or t.id > $2) order by t.id limit $3`,
    [after.tenantId, after.behindId ?? null, after.limit],
  );
  return rows;
}

/** Account rules in order of their ids. */
export async function listNamedRules(tx: Tx, after: ListedAfter): Promise<readonly ListedRule[]> {
  const { rows } = await tx.query<ListedRule>(
    `select r.id, s.name as source, a.code as account, r.priority, jsonb_strip_nulls(jsonb_build_object(
       'address', r.address::text, 'trunk', r.trunk, 'accountCode', r.account_code, 'sipUser', r.sip_user,
       'techPrefix', r.tech_prefix, 'callingPrefix', r.calling_prefix)) as match
     from account_rules r join accounts a on a.id = r.account_id left join sources s on s.id = r.source_id
     where r.tenant_id = $1 and ($2::uuid is null or r.id > $2) order by r.id limit $3`,
    [after.tenantId, after.behindId ?? null, after.limit],
  );
  return rows;
}
