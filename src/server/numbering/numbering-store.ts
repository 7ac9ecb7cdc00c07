import type { Exchange } from "../../core/numbering/jurisdiction.ts";
import type { E164 } from "../../core/numbering/number.ts";
import type { BulkTx, Tx } from "../db/tx.ts";
import type { NanpImport } from "./nanp-table.ts";

/** One text for the tables of a tenant, as they are now; changes with every import, and is "" before the first. */
export async function nanpVersion(tx: Tx, tenantId: string): Promise<string> {
  const { rows } = await tx.query<{ version: string | null }>(
    `select string_agg(kind || ' ' || xmin::text || ' ' || extract(epoch from imported_at), ',' order by kind) as version
     from nanp_imports where tenant_id = $1`,
    [tenantId],
  );
  return rows[0]?.version ?? "";
}

export async function listNanpImports(tx: Tx, tenantId: string): Promise<readonly NanpImport[]> {
  const { rows } = await tx.query<NanpImport>(
    `select kind, file_name as "fileName", rows, to_json(imported_at) #>> '{}' as "importedAt",
       imported_by as "importedBy"
     from nanp_imports where tenant_id = $1 order by kind`,
    [tenantId],
  );
  return rows;
}

/** A row for a state: 200,000 exchanges come in some seventy rows. */
export async function loadExchanges(tx: Tx, tenantId: string): Promise<Exchange[]> {
  const { rows } = await tx.query<{ state: string; codes: string }>(
    "select state, string_agg(npa_nxx, ' ') as codes from nanp_exchanges where tenant_id = $1 group by state",
    [tenantId],
  );
  return rows.flatMap(({ state, codes }) => codes.split(" ").map((npaNxx) => ({ npaNxx, state })));
}

export async function loadPortedNumbers(tx: Tx, tenantId: string): Promise<Map<E164, E164>> {
  const { rows } = await tx.query<{ routing_number: E164; numbers: string }>(
    `select routing_number, string_agg(number, ' ') as numbers from nanp_ported_numbers where tenant_id = $1
     group by routing_number`,
    [tenantId],
  );
  return new Map(
    rows.flatMap(({ routing_number, numbers }) => {
      return numbers.split(" ").map((number) => [number as E164, routing_number] as const);
    }),
  );
}

/** One line of an imported table: of exchanges NPA-NXX, state and LATA, of ported numbers number and routing number. */
export type NanpRow = readonly [string, string, string | null];

/** Puts `rows` in place of all that the table has. Each first field stands once. */
export async function replaceNanpTable(
  tx: BulkTx,
  { tenantId, ...about }: Omit<NanpImport, "importedAt" | "rows"> & { readonly tenantId: string },
  rows: readonly NanpRow[],
): Promise<void> {
  const isExchanges = about.kind === "exchanges";
  const table = isExchanges ? "nanp_exchanges" : "nanp_ported_numbers";
  await tx.query(`delete from ${table} where tenant_id = $1`, [tenantId]);
  const columns = [0, 1, 2].map((place) => rows.map((row) => row[place] ?? null));
  await tx.query(
    isExchanges
      ? `insert into nanp_exchanges (tenant_id, npa_nxx, state, lata)
         select $1, * from unnest($2::text[], $3::text[], $4::text[])`
      : `insert into nanp_ported_numbers (tenant_id, number, routing_number)
         select $1, number, routing from unnest($2::text[], $3::text[], $4::text[]) as t(number, routing, nothing)`,
    [tenantId, ...columns],
  );
  await tx.query(
    `insert into nanp_imports (tenant_id, kind, file_name, rows, imported_by) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, kind) do update set file_name = excluded.file_name, rows = excluded.rows,
       imported_by = excluded.imported_by, imported_at = now()`,
    [tenantId, about.kind, about.fileName, rows.length, about.importedBy],
  );
}
