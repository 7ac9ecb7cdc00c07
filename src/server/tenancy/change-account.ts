import type { Actor } from "../access/actor.ts";
import { versionChanged } from "../api/problems.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { requireSeenTariff } from "../tariff/find-seen-tariffs.ts";
import { accountVersion } from "./account-version.ts";
import { applySetup } from "./apply-setup.ts";
import { findAccount } from "./find-account.ts";
import { accountExists, accountOwn } from "./problems.ts";
import type { AccountSetup } from "./setup-schema.ts";
import { listAccounts, loadTenant, readAccountByCode } from "./store.ts";

/** The whole database, which setups are applied to, and what the actor sees of it. */
interface Views {
  readonly db: Database;
  readonly seen: Database;
}

/**
 * Creates an account, as a setup file with nothing else would. Who acts for a reseller creates it under one that they
 * see, their own when they name none.
 *
 * Errors: Problems `account-exists`, `account-unknown` for a parent, `tariff-unknown`, `setup-invalid`.
 */
export async function createAccount({ db, seen }: Views, actor: Actor, setup: AccountSetup): Promise<void> {
  const parent = setup.parent ?? (actor.accountId === null ? null : await ownCode(seen, actor, actor.accountId));
  await requireSeen(seen, actor, { parent, tariff: setup.tariff });
  await apply(db, actor, { ...setup, parent }, async (tx, tenantId) => {
    if ((await readAccountByCode(tx, tenantId, setup.code)) !== undefined) throw accountExists({ code: setup.code });
  });
}

/**
 * Changes an account that the actor sees and does not act for. `ifMatch` is the version that they saw; null: any.
 *
 * Errors: Problems `account-unknown`, `account-own`, `version-changed`, `tariff-unknown`, `setup-invalid`.
 */
export async function changeAccount(
  { db, seen }: Views,
  actor: Actor,
  wanted: {
    readonly code: string;
    readonly changes: Partial<AccountSetup>;
    readonly ifMatch: string | null;
  },
): Promise<void> {
  const { code, changes, ifMatch } = wanted;
  const { tenantId } = actor;
  const { id, kind } = await seen.transaction("app", { tenantId }, (tx) => findAccount(tx, tenantId, code));
  if (id === actor.accountId) throw accountOwn({ code });
  await requireSeen(seen, actor, { parent: null, tariff: changes.tariff });
  await apply(db, actor, { ...changes, code, kind }, async (tx) => {
    const version = accountVersion(await findAccount(tx, tenantId, code));
    if (ifMatch !== null && ifMatch !== version) throw versionChanged();
  });
}

const ownCode = (seen: Database, { tenantId }: Actor, id: string): Promise<string | null> =>
  seen.transaction("app", { tenantId }, async (tx) => (await listAccounts(tx, tenantId, [id]))[0]?.code ?? null);

/** What a setup names is looked up in the whole tenant: here it has to be in sight of who names it. */
async function requireSeen(
  seen: Database,
  { tenantId }: Actor,
  { parent, tariff }: { readonly parent: string | null; readonly tariff?: string | undefined },
): Promise<void> {
  if (parent !== null) await seen.transaction("app", { tenantId }, (tx) => findAccount(tx, tenantId, parent));
  if (tariff !== undefined) await requireSeenTariff(seen, tenantId, tariff);
}

async function apply(
  db: Database,
  actor: Actor,
  account: AccountSetup,
  precondition: (tx: Tx, tenantId: string) => Promise<void>,
): Promise<void> {
  const { tenantId } = actor;
  const { name } = await db.transaction("app", { tenantId }, (tx) => loadTenant(tx, tenantId));
  await applySetup(db, { tenant: { name }, accounts: [account] }, { dryRun: false, actor, precondition });
}
