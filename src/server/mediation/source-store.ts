import { invariant } from "../../core/invariant.ts";
import type { Tx } from "../db/tx.ts";
import { noteSource } from "../rerating/note-setting-change.ts";
import { sourceUnknown } from "./problems.ts";
import { readSourceConfig, type Source, type SourceConfig } from "./source.ts";

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

/** A way in which switches ask for their calls, or are told to end them, by the name of its settings. */
export type SwitchProtocol = "radius" | "diameter" | "jsonRpc" | "evapi" | "cgrates" | "eventSocket" | "agi" | "ari";

/** A source whose switch speaks a protocol, with its settings of it. */
export interface ProtocolSource<Protocol extends SwitchProtocol> {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly name: string;
  readonly settings: NonNullable<SourceConfig[Protocol]>;
  /** By which its emergency calls are known where nothing else is. */
  readonly numbers: SourceConfig["numbers"];
  /** Of its tenant. */
  readonly emergencyNumbers: readonly string[];
}

/** The sources of all tenants that have settings of a protocol; needs a role that may cross tenants. */
export async function findProtocolSources<Protocol extends SwitchProtocol>(
  tx: Tx,
  protocol: Protocol,
): Promise<readonly ProtocolSource<Protocol>[]> {
  const { rows } = await tx.query<SourceRow & { emergency_numbers: string[] }>(
    `select s.id, s.tenant_id, s.name, s.format, s.settings, t.emergency_numbers
     from sources s join tenants t on t.id = s.tenant_id
     where jsonb_typeof(s.settings -> $1::text) = 'object' order by s.tenant_id, s.name`,
    [protocol],
  );
  return rows.flatMap((row) => {
    const { id: sourceId, tenantId, name, config } = sourceOf(row);
    const { [protocol]: settings, numbers } = config;
    const { emergency_numbers: emergencyNumbers } = row;
    return settings === null ? [] : [{ tenantId, sourceId, name, settings, numbers, emergencyNumbers }];
  });
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
