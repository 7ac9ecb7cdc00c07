import type { EpochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { findSources } from "../mediation/find-sources.ts";
import { sourceUnknown } from "../mediation/problems.ts";
import { loadRatingContext, type RatingContext } from "../rating/rating-context.ts";
import { tariffUnknown } from "../tariff/problems.ts";
import { accountUnknown } from "../tenancy/problems.ts";
import { withAccountsUnder } from "./judge-call.ts";
import type { Selection } from "./selection.ts";

/** A selection in the names that people type. */
export interface TypedSelection {
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  /** Codes; empty: every account. */
  readonly accounts: readonly string[];
  /** The accounts under these as well. */
  readonly accountsUnder: boolean;
  /** Names; empty: every tariff. Tariffs derived from these are among them. */
  readonly tariffs: readonly string[];
  readonly sides: Selection["sides"];
  readonly prefix: string | null;
  readonly destination: string | null;
  readonly source: string | null;
  readonly currency: string | null;
}

/**
 * Finds what a typed selection names. The order in which things are named makes no other request.
 *
 * @throws Problem `account-unknown`, `tariff-unknown`, `source-unknown`.
 */
export async function readSelection(db: Database, tenantId: string, typed: TypedSelection): Promise<Selection> {
  const context = await db.transaction("app", { tenantId }, (tx) => loadRatingContext(tx, tenantId, null));
  const { from, to, prefix, destination, currency } = typed;
  const accounts = typed.accounts.map((code) => accountOf(context, code));
  const tariffs = typed.tariffs.map((name) => tariffOf(context, name));
  return {
    from,
    to,
    accounts:
      accounts.length === 0 ? null : sorted(typed.accountsUnder ? withAccountsUnder(context, accounts) : accounts),
    tariffs: tariffs.length === 0 ? null : sorted(withDerived(context, tariffs)),
    sides: typed.sides === null ? null : [...typed.sides].sort(),
    prefix,
    destination,
    sourceId: typed.source === null ? null : await sourceOf(db, tenantId, typed.source),
    currency,
    beforeEpoch: null,
  };
}

const sorted = (ids: readonly string[]): readonly string[] => [...new Set(ids)].sort();

function accountOf({ accounts }: RatingContext, code: string): string {
  const found = [...accounts.values()].find((account) => account.code === code);
  if (found === undefined) throw accountUnknown({ code });
  return found.id;
}

function tariffOf({ tariffs }: RatingContext, name: string): string {
  const found = [...tariffs.tariffs.values()].find(({ tariff }) => tariff.name === name);
  if (found === undefined) throw tariffUnknown({ name });
  return found.tariff.id;
}

/** A derived tariff charges what its base says, so that a change of the base is one of it. */
export function withDerived({ tariffs }: RatingContext, tariffIds: readonly string[]): readonly string[] {
  const found = new Set(tariffIds);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { tariff } of tariffs.tariffs.values())
      if (tariff.derivation !== null && found.has(tariff.derivation.baseTariffId)) found.add(tariff.id);
  }
  return [...found];
}

async function sourceOf(db: Database, tenantId: string, name: string): Promise<string> {
  const found = (await findSources(db, tenantId)).find((source) => source.name === name);
  if (found === undefined) throw sourceUnknown({ name });
  return found.id;
}
