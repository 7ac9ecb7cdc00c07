import type { Actor } from "../access/actor.ts";
import { applyRetention } from "../archive/apply-retention.ts";
import type { AuditEntry } from "../audit/audit-entry.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { applyPackages } from "../catalog/apply-packages.ts";
import { applySubscriptions } from "../catalog/apply-subscriptions.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { applySources } from "../mediation/apply-sources.ts";
import { applyExchangeRates } from "../rating/apply-exchange-rates.ts";
import { applySipUsers } from "../sip-users/apply-sip-users.ts";
import { applyTariffs } from "../tariff/apply-tariffs.ts";
import { applyAccounts } from "./apply-accounts.ts";
import { applyAssignments } from "./apply-assignments.ts";
import { applyRules } from "./apply-rules.ts";
import { applyTenant } from "./apply-tenant.ts";
import { applyTrunks } from "./apply-trunks.ts";
import { SetupFaults } from "./setup-faults.ts";
import type { Setup } from "./setup-schema.ts";
import { lockSetup } from "./setup-store.ts";
import type { SetupChange, SetupWork } from "./setup-work.ts";
import { listTenants } from "./store.ts";

export interface SetupReport {
  readonly tenant: string;
  /** One for each thing that the setup describes, in the order in which they depend on each other. */
  readonly changes: readonly SetupChange[];
}

export interface ApplyOptions {
  /** Only says what would change. */
  readonly dryRun: boolean;
  /** Who does it: the publisher of tariff versions, and whom the audit names. The tenant is the setup's. */
  readonly actor: Omit<Actor, "tenantId">;
  /** Where the key stands under which passwords are sealed: for a setup with SIP users. */
  readonly secretsKeyFile?: string;
  /** Looks, once nobody else can apply anything, whether all is still as it was seen; it throws when not. */
  readonly precondition?: (tx: Tx, tenantId: string) => Promise<void>;
}

/**
 * Makes the database hold what a setup file describes, in one transaction; what it holds already stays untouched, so
 * that applying a file twice changes nothing the second time. What a file does not name is left alone, account rules
 * excepted (see {@link applyRules}).
 *
 * The transaction runs as the owner, the only role that may create a tenant; every statement names the tenant.
 *
 * @throws Problem `setup-invalid` (with every fault), `account-fixed`. Nothing is changed then.
 */
export async function applySetup(db: Database, setup: Setup, options: ApplyOptions): Promise<SetupReport> {
  return await db.bulk("owner", {}, async (tx) => {
    const name = setup.tenant.name.toLowerCase();
    await lockSetup(tx, name);
    const faults = new SetupFaults();
    const changes: SetupChange[] = [];
    const present = (await listTenants(tx)).find((tenant) => tenant.name.toLowerCase() === name);
    const entries: AuditEntry[] = [];
    const noted = { tx, faults, changes, entries, dryRun: options.dryRun };
    const tenant = await applyTenant(noted, setup.tenant, present);
    const { id: tenantId, currency, timeZone, destinationGroups } = tenant;
    await options.precondition?.(tx, tenantId);
    const { secretsKeyFile, actor } = options;
    const named = { author: actor.name, ...(secretsKeyFile !== undefined && { secretsKeyFile }) };
    await applyParts({ ...noted, ...named, tenantId, currency, timeZone, destinationGroups }, setup);
    faults.throwAny(); // and rolls back
    if (!options.dryRun) await recordAudit(tx, { ...actor, tenantId }, entries);
    return { tenant: tenant.name, changes };
  });
}

async function applyParts(work: SetupWork & Pick<ApplyOptions, "secretsKeyFile">, setup: Setup): Promise<void> {
  const { accounts: accountSetups = [], rules } = setup;
  const accounts = await applyAccounts(work, accountSetups);
  const accountIds = new Map([...accounts.values()].map(({ code, id }) => [code, id]));
  const { tariffIds, services } = await applyTariffs(work, setup.tariffs ?? [], accountIds);
  await applyAssignments(work, accountSetups, { accounts, tariffIds, services });
  const packages = await applyPackages(work, setup.packages ?? [], tariffIds);
  await applySubscriptions(work, accountSetups, { accounts, packages });
  await applySipUsers(work, accountSetups, { accounts, secretsKeyFile: work.secretsKeyFile });
  const sourceIds = await applySources(work, setup.sources ?? []);
  const trunks = await applyTrunks(work, setup.trunks ?? [], { accounts, sourceIds });
  if (rules !== undefined) await applyRules(work, rules, { accounts, sourceIds, trunks });
  await applyExchangeRates(work, setup.exchangeRates ?? []);
  await applyRetention(work, setup.retention);
}
