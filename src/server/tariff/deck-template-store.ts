import type { Tx } from "../db/tx.ts";

export interface StoredTemplate {
  readonly name: string;
  /** As it was saved: see `parseCarrierTemplate`. */
  readonly template: unknown;
}

export async function listTemplates(tx: Tx, tenantId: string): Promise<readonly StoredTemplate[]> {
  const { rows } = await tx.query<StoredTemplate>(
    "select name, template from deck_templates where tenant_id = $1 order by name",
    [tenantId],
  );
  return rows;
}

export async function loadTemplate(tx: Tx, tenantId: string, name: string): Promise<unknown> {
  const { rows } = await tx.query<StoredTemplate>(
    "select name, template from deck_templates where tenant_id = $1 and name = $2",
    [tenantId, name],
  );
  return rows[0]?.template;
}

/** A template of that name is replaced. */
export async function saveTemplate(tx: Tx, tenantId: string, { name, template }: StoredTemplate): Promise<void> {
  await tx.query(
    `insert into deck_templates (tenant_id, name, template) values ($1, $2, $3)
     on conflict (tenant_id, name) do update set template = excluded.template`,
    [tenantId, name, JSON.stringify(template)],
  );
}

/** Answers whether there was one. */
export async function deleteTemplate(tx: Tx, tenantId: string, name: string): Promise<boolean> {
  const { rowCount } = await tx.query("delete from deck_templates where tenant_id = $1 and name = $2", [
    tenantId,
    name,
  ]);
  return rowCount > 0;
}
