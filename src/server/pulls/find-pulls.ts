import type { Database } from "../db/database.ts";
import { findSources } from "../mediation/find-sources.ts";
import type { Source } from "../mediation/source.ts";
import { findTenants } from "../tenancy/find-tenant.ts";
import { pullUnknown } from "./problems.ts";
import type { PullSettings } from "./pull-settings.ts";
import { listPulls, type StoredPull } from "./pull-store.ts";

export type { StoredPull };

/** A pull that a source's settings describe, and how far it has come; null before its first run. */
export interface Pull {
  readonly source: Source;
  readonly settings: PullSettings;
  readonly stored: StoredPull | null;
}

/** Which pulls: all of a tenant, those of one source, or one by its name. */
export interface PullFilter {
  readonly source?: string | undefined;
  readonly name?: string | undefined;
}

/**
 * The pulls that the settings of a tenant's sources describe. Errors: Problem `pull-unknown` where none fits the
 * filter.
 */
export async function findPulls(db: Database, tenantId: string, filter: PullFilter = {}): Promise<readonly Pull[]> {
  const pulls = (await allPulls(db, tenantId)).filter(
    ({ source, settings }) =>
      (filter.source === undefined || source.name === filter.source) &&
      (filter.name === undefined || settings.name === filter.name),
  );
  if (pulls.length === 0) throw pullUnknown({ source: filter.source ?? null, name: filter.name ?? null });
  return pulls;
}

/** The pulls of all tenants. */
export async function findEveryPull(db: Database): Promise<readonly Pull[]> {
  return (await Promise.all((await findTenants(db)).map(({ id }) => allPulls(db, id)))).flat();
}

async function allPulls(db: Database, tenantId: string): Promise<readonly Pull[]> {
  const sources = await findSources(db, tenantId);
  if (sources.every(({ config }) => config.pulls.length === 0)) return [];
  const stored = await db.transaction("app", { tenantId }, (tx) => listPulls(tx, tenantId));
  const known = new Map(stored.map((pull) => [`${pull.sourceId} ${pull.name}`, pull]));
  return sources.flatMap((source) =>
    source.config.pulls.map((settings) => ({
      source,
      settings,
      stored: known.get(`${source.id} ${settings.name}`) ?? null,
    })),
  );
}
