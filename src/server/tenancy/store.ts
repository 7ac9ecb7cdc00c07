import { invariant } from "../../core/invariant.ts";
import type { Currency } from "../../core/money/currency.ts";
import { nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import type { NumberRules } from "../../core/numbering/number-plan.ts";
import type { AccountKind, PaymentMode } from "../../core/tenancy/account.ts";
import type { AccountRule } from "../../core/tenancy/account-rule.ts";
import type { AwayPolicy } from "../../core/tenancy/away-policy.ts";
import type { DestinationGroup } from "../../core/tenancy/destination-group.ts";
import type { CreditEnd, MoneyEnd } from "../../core/tenancy/money-end.ts";
import type { Trunk } from "../../core/tenancy/trunk.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Service } from "../../core/usage/service-units.ts";
import type { CommissionSetup } from "../commission/commission-setup.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { Brand, Letterhead } from "../invoicing/letterhead.ts";
import { noteAssignment, noteRules } from "../rerating/note-setting-change.ts";
import {
  type AccountLimitsJson,
  accountLimitsFromJson,
  accountLimitsToJson,
  type SessionLimitsJson,
  sessionLimitsFromJson,
  sessionLimitsToJson,
} from "./limits-json.ts";
import type { StoredAccount, StoredTenant, TariffAssignment } from "./party.ts";

interface TenantRow {
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  readonly time_zone: string;
  readonly letterhead: Letterhead;
  readonly emergency_numbers: readonly string[];
  readonly destination_groups: readonly DestinationGroup[];
  readonly low_balance: readonly string[];
}

const TENANT_COLUMNS = `id, name, currency, time_zone, letterhead, emergency_numbers, destination_groups,
  low_balance`;

const tenantOf = (row: TenantRow): StoredTenant => ({
  id: row.id,
  name: row.name,
  currency: row.currency as Currency,
  timeZone: row.time_zone,
  letterhead: row.letterhead,
  emergencyNumbers: row.emergency_numbers,
  destinationGroups: row.destination_groups,
  lowBalance: row.low_balance.map(nanosFromSql),
});

/** All tenants, by name; needs a role that may cross tenants. */
export async function listTenants(tx: Tx): Promise<readonly StoredTenant[]> {
  const { rows } = await tx.query<TenantRow>(`select ${TENANT_COLUMNS} from tenants order by name`);
  return rows.map(tenantOf);
}

/** The tenant that the transaction works for. */
export async function loadTenant(tx: Tx, tenantId: string): Promise<StoredTenant> {
  const { rows } = await tx.query<TenantRow>(`select ${TENANT_COLUMNS} from tenants where id = $1`, [tenantId]);
  const [row] = rows;
  invariant(row, `tenant ${tenantId} is there`);
  return tenantOf(row);
}

/** Creates the tenant, or brings the one of that id up to date. */
export async function saveTenant(tx: Tx, tenant: StoredTenant): Promise<void> {
  await tx.query(
    `insert into tenants (${TENANT_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do update set name = excluded.name, currency = excluded.currency, time_zone = excluded.time_zone,
       letterhead = excluded.letterhead, emergency_numbers = excluded.emergency_numbers,
       destination_groups = excluded.destination_groups, low_balance = excluded.low_balance`,
    [
      ...[tenant.id, tenant.name, tenant.currency, tenant.timeZone],
      ...[JSON.stringify(tenant.letterhead), tenant.emergencyNumbers],
      ...[JSON.stringify(tenant.destinationGroups), tenant.lowBalance.map(nanosToSql)],
    ],
  );
}

interface AccountRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly book_id: string;
  readonly parent_id: string | null;
  readonly code: string;
  readonly name: string;
  readonly kind: AccountKind;
  readonly payment: PaymentMode;
  readonly currency: string;
  readonly time_zone: string;
  readonly credit_limit: string;
  readonly limits: AccountLimitsJson;
  readonly low_balance: readonly string[] | null;
  readonly when_money_ends: MoneyEnd | null;
  readonly when_credit_ends: Exclude<CreditEnd, "end-calls"> | null;
  readonly letterhead: Letterhead;
  readonly brand: Brand;
  readonly customer_since: string | null;
  readonly commission: CommissionSetup | null;
  readonly predecessor_id: string | null;
  readonly since_at: EpochMs | null;
  readonly is_closed: boolean;
}

const accountOf = (row: AccountRow): StoredAccount => ({
  id: row.id,
  tenantId: row.tenant_id,
  bookId: row.book_id,
  code: row.code,
  name: row.name,
  kind: row.kind,
  payment: row.payment,
  parentId: row.parent_id,
  currency: row.currency as Currency,
  timeZone: row.time_zone,
  creditLimit: nanosFromSql(row.credit_limit),
  limits: accountLimitsFromJson(row.limits),
  lowBalance: row.low_balance?.map(nanosFromSql) ?? null,
  whenMoneyEnds: row.when_money_ends,
  whenCreditEnds: row.when_credit_ends ?? "end-calls",
  letterhead: row.letterhead,
  brand: row.brand,
  customerSince: row.customer_since,
  commission: row.commission,
  ...(row.predecessor_id !== null &&
    row.since_at !== null && { succession: { predecessorId: row.predecessor_id, since: row.since_at } }),
  ...(row.is_closed && { isClosed: true }),
});

const ACCOUNT_COLUMNS = `tenant_id, id, book_id, parent_id, code, name, kind, payment, currency, time_zone,
  credit_limit, limits, low_balance, when_money_ends, when_credit_ends, letterhead, brand, customer_since, commission,
  predecessor_id, since_at, closed_at is not null as is_closed`;

/** All accounts of a tenant, or those of `ids`, by code. */
export async function listAccounts(
  tx: Tx,
  tenantId: string,
  ids: readonly string[] | null = null,
): Promise<readonly StoredAccount[]> {
  const { rows } = await tx.query<AccountRow>(
    `select ${ACCOUNT_COLUMNS} from accounts where tenant_id = $1 ${ids === null ? "" : "and id = any($2)"}
     order by code`,
    ids === null ? [tenantId] : [tenantId, ids],
  );
  return rows.map(accountOf);
}

/** The account of that code; undefined: there is none. */
export async function readAccountByCode(tx: Tx, tenantId: string, code: string): Promise<StoredAccount | undefined> {
  const { rows } = await tx.query<AccountRow>(
    `select ${ACCOUNT_COLUMNS} from accounts where tenant_id = $1 and code = $2`,
    [tenantId, code],
  );
  return rows.map(accountOf)[0];
}

export async function insertBook(tx: Tx, book: { readonly id: string; readonly tenantId: string }): Promise<void> {
  await tx.query("insert into books (tenant_id, id) values ($1, $2)", [book.tenantId, book.id]);
}

export async function insertAccount(tx: Tx, account: StoredAccount): Promise<void> {
  await tx.query(
    `insert into accounts (tenant_id, id, book_id, parent_id, code, name, kind, payment, currency, time_zone,
       credit_limit, letterhead, limits, low_balance, when_money_ends, when_credit_ends, brand, customer_since,
       commission)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
    [
      account.tenantId,
      account.id,
      account.bookId,
      account.parentId,
      account.code,
      account.name,
      account.kind,
      account.payment,
      account.currency,
      account.timeZone,
      nanosToSql(account.creditLimit),
      ...settingsOf(account),
    ],
  );
}

/** Changes what may change of an account: all but its code, kind, payment, currency, parent and book. */
export async function updateAccount(tx: Tx, account: StoredAccount): Promise<void> {
  const { rowCount } = await tx.query(
    `update accounts set name = $2, time_zone = $3, credit_limit = $4, letterhead = $5, limits = $6, low_balance = $7,
       when_money_ends = $8, when_credit_ends = $9, brand = $10, customer_since = $11, commission = $12
     where id = $1`,
    [account.id, account.name, account.timeZone, nanosToSql(account.creditLimit), ...settingsOf(account)],
  );
  invariant(rowCount === 1, `account ${account.id} is there to update`);
}

/** Letterhead, limits, thresholds of warnings, what happens when the money ends, brand and commission, as columns. */
const settingsOf = (account: StoredAccount): readonly unknown[] => [
  JSON.stringify(account.letterhead),
  JSON.stringify(accountLimitsToJson(account.limits)),
  account.lowBalance?.map(nanosToSql) ?? null,
  account.whenMoneyEnds && JSON.stringify(account.whenMoneyEnds),
  account.whenCreditEnds === "end-calls" ? null : account.whenCreditEnds,
  JSON.stringify(account.brand),
  account.customerSince,
  account.commission && JSON.stringify(account.commission),
];

/** Creates the trunk, or gives the one of that source, name and direction its account and numbers; answers its id. */
export async function saveTrunk(tx: Tx, tenantId: string, trunk: Trunk): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into trunks (tenant_id, id, source_id, name, account_id, direction, numbers, when_database_away, limits)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (tenant_id, source_id, name, direction)
       do update set account_id = excluded.account_id, numbers = excluded.numbers,
         when_database_away = excluded.when_database_away, limits = excluded.limits
     returning id`,
    [
      tenantId,
      trunk.id,
      trunk.sourceId,
      trunk.name,
      trunk.accountId,
      trunk.direction,
      trunk.numbers && JSON.stringify(trunk.numbers),
      trunk.whenDatabaseAway && JSON.stringify(trunk.whenDatabaseAway),
      JSON.stringify(sessionLimitsToJson(trunk.limits)),
    ],
  );
  if (trunk.direction === "egress") await noteRules(tx, tenantId);
  return rows[0]?.id ?? trunk.id;
}

export async function listTrunks(tx: Tx, tenantId: string): Promise<readonly Trunk[]> {
  const { rows } = await tx.query<{
    id: string;
    source_id: string | null;
    name: string;
    account_id: string;
    direction: "ingress" | "egress";
    numbers: NumberRules | null;
    when_database_away: AwayPolicy | null;
    limits: SessionLimitsJson;
  }>(
    `select id, source_id, name, account_id, direction, numbers, when_database_away, limits from trunks
     where tenant_id = $1 order by id`,
    [tenantId],
  );
  return rows.map((row) => ({
    id: row.id,
    sourceId: row.source_id,
    name: row.name,
    accountId: row.account_id,
    direction: row.direction,
    numbers: row.numbers,
    whenDatabaseAway: row.when_database_away,
    limits: sessionLimitsFromJson(row.limits),
  }));
}

interface RuleRow {
  readonly id: string;
  readonly source_id: string | null;
  readonly account_id: string;
  readonly trunk_id: string | null;
  readonly priority: number;
  readonly address: string | null;
  readonly trunk: string | null;
  readonly account_code: string | null;
  readonly sip_user: string | null;
  readonly tech_prefix: string | null;
  readonly calling_prefix: string | null;
}

export async function listRules(tx: Tx, tenantId: string): Promise<readonly AccountRule[]> {
  const { rows } = await tx.query<RuleRow>(
    `select id, source_id, account_id, trunk_id, priority, address, trunk, account_code, sip_user, tech_prefix,
      calling_prefix
     from account_rules where tenant_id = $1 order by id`,
    [tenantId],
  );
  return rows.map((row) => ({
    id: row.id,
    sourceId: row.source_id,
    accountId: row.account_id,
    trunkId: row.trunk_id,
    priority: row.priority,
    match: {
      ...(row.address === null ? {} : { address: row.address }),
      ...(row.trunk === null ? {} : { trunk: row.trunk }),
      ...(row.account_code === null ? {} : { accountCode: row.account_code }),
      ...(row.sip_user === null ? {} : { sipUser: row.sip_user }),
      ...(row.tech_prefix === null ? {} : { techPrefix: row.tech_prefix }),
      ...(row.calling_prefix === null ? {} : { callingPrefix: row.calling_prefix }),
    },
  }));
}

/** Replaces all account rules of a tenant: which rule wins depends on all of them, so they change together. */
export async function replaceRules(tx: Tx, tenantId: string, rules: readonly AccountRule[]): Promise<void> {
  await tx.query("delete from account_rules where tenant_id = $1", [tenantId]);
  for (const { match, ...rule } of rules)
    await tx.query(
      `insert into account_rules (tenant_id, id, source_id, account_id, trunk_id, priority, address, trunk,
         account_code, sip_user, tech_prefix, calling_prefix)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
       on conflict do nothing`,
      [
        tenantId,
        rule.id,
        rule.sourceId,
        rule.accountId,
        rule.trunkId,
        rule.priority,
        match.address,
        match.trunk,
        match.accountCode,
        match.sipUser,
        match.techPrefix,
        match.callingPrefix,
      ],
    );
  await noteRules(tx, tenantId);
}

/** By account and service, the oldest first; all of a tenant, or those of `accountIds`. */
export async function listTariffAssignments(
  tx: Tx,
  tenantId: string,
  accountIds: readonly string[] | null = null,
): Promise<readonly TariffAssignment[]> {
  const { rows } = await tx.query<{
    account_id: string;
    service: Service;
    tariff_id: string;
    effective_from: EpochMs;
  }>(
    `select account_id, service, tariff_id, effective_from from account_tariffs
     where tenant_id = $1 ${accountIds === null ? "" : "and account_id = any($2)"}
     order by account_id, service, effective_from`,
    accountIds === null ? [tenantId] : [tenantId, accountIds],
  );
  return rows.map((row) => {
    const { account_id: accountId, service, tariff_id: tariffId, effective_from: effectiveFrom } = row;
    return { accountId, service, tariffId, effectiveFrom };
  });
}

export async function saveTariffAssignment(tx: Tx, tenantId: string, assignment: TariffAssignment): Promise<void> {
  const { accountId, service, tariffId, effectiveFrom } = assignment;
  await tx.query(
    `insert into account_tariffs (tenant_id, account_id, service, tariff_id, effective_from)
     values ($1, $2, $3, $4, $5)
     on conflict (account_id, service, effective_from) do update set tariff_id = excluded.tariff_id`,
    [tenantId, accountId, service, tariffId, timestampToSql(effectiveFrom)],
  );
  await noteAssignment(tx, tenantId, assignment);
}
