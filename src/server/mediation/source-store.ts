import { invariant } from "../../core/invariant.ts";
import type { Tx } from "../db/tx.ts";
import type { DiameterSettings } from "../diameter/settings.ts";
import type { RadiusSettings } from "../radius/settings.ts";
import { noteSource } from "../rerating/note-setting-change.ts";
import { sourceUnknown } from "./problems.ts";
import { readSourceConfig, type Source } from "./source.ts";

interface SourceRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly format: string;
  readonly settings: unknown;
}

const sourceOf = (row: SourceRow): Source => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  format: row.format,
  config: readSourceConfig(row.name, row.settings),
});

export async function listSources(tx: Tx, tenantId: string): Promise<readonly Source[]> {
  const { rows } = await tx.query<SourceRow>(
    "select id, tenant_id, name, format, settings from sources where tenant_id = $1 order by name",
    [tenantId],
  );
  return rows.map(sourceOf);
}

/** Errors: Problem `source-unknown`. */
export async function findSource(tx: Tx, tenantId: string, name: string): Promise<Source> {
  const { rows } = await tx.query<SourceRow>(
    "select id, tenant_id, name, format, settings from sources where tenant_id = $1 and name = $2",
    [tenantId, name],
  );
  const [row] = rows;
  if (row === undefined) throw sourceUnknown({ name });
  return sourceOf(row);
}

/** The source of that id, which is known to be there. */
export async function findSourceById(tx: Tx, id: string): Promise<Source> {
  const { rows } = await tx.query<SourceRow>(
    "select id, tenant_id, name, format, settings from sources where id = $1",
    [id],
  );
  const [row] = rows;
  invariant(row, `source ${id} exists`);
  return sourceOf(row);
}

/** A source whose switch speaks RADIUS. */
export interface RadiusSource {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly name: string;
  readonly settings: RadiusSettings;
}

/** The sources of all tenants that have `radius` settings; needs a role that may cross tenants. */
export async function findRadiusSources(tx: Tx): Promise<readonly RadiusSource[]> {
  const { rows } = await tx.query<SourceRow>(
    `select id, tenant_id, name, format, settings from sources
     where jsonb_typeof(settings -> 'radius') = 'object' order by tenant_id, name`,
  );
  return rows
    .map(sourceOf)
    .flatMap(({ id: sourceId, tenantId, name, config: { radius } }) =>
      radius === null ? [] : [{ tenantId, sourceId, name, settings: radius }],
    );
}

/** A source whose switch speaks Diameter. */
export interface DiameterSource {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly settings: DiameterSettings;
}

/** The sources of all tenants that have `diameter` settings; needs a role that may cross tenants. */
export async function findDiameterSources(tx: Tx): Promise<readonly DiameterSource[]> {
  const { rows } = await tx.query<SourceRow>(
    `select id, tenant_id, name, format, settings from sources
     where jsonb_typeof(settings -> 'diameter') = 'object' order by tenant_id, name`,
  );
  return rows
    .map(sourceOf)
    .flatMap(({ id: sourceId, tenantId, config: { diameter } }) =>
      diameter === null ? [] : [{ tenantId, sourceId, settings: diameter }],
    );
}

/** Creates the source, or gives the one of that name its new format and settings; answers its id. */
export async function saveSource(tx: Tx, source: Source): Promise<string> {
  const { rows } = await tx.query<{ id: string; was_there: boolean }>(
    `insert into sources (tenant_id, id, name, format, settings) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, name) do update set format = excluded.format, settings = excluded.settings
     returning id, xmax::text <> '0' as was_there`,
    [source.tenantId, source.id, source.name, source.format, JSON.stringify(source.config)],
  );
  const [{ id, was_there: wasThere } = { id: source.id, was_there: false }] = rows;
  const { legs, directions } = source.config;
  if (wasThere && (legs !== null || directions !== null)) await noteSource(tx, source.tenantId, id);
  return id;
}
