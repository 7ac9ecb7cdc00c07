import type { Database } from "../db/database.ts";
import { type CarrierTemplate, parseCarrierTemplate } from "./carrier-template.ts";
import * as store from "./deck-template-store.ts";
import { deckTemplateUnknown } from "./problems.ts";

/** The tenant's saved templates, by name. */
export const findTemplates = (db: Database, tenantId: string): Promise<readonly store.StoredTemplate[]> =>
  db.transaction("app", { tenantId }, (tx) => store.listTemplates(tx, tenantId));

/** Errors: Problem `deck-template-unknown`. */
export async function findTemplate(db: Database, tenantId: string, name: string): Promise<CarrierTemplate> {
  const json = await db.transaction("app", { tenantId }, (tx) => store.loadTemplate(tx, tenantId, name));
  if (json === undefined) throw deckTemplateUnknown({ name });
  return parseCarrierTemplate(json);
}

/**
 * Saves a template under a name, over the one that may be there.
 *
 * @throws Problem `deck-template-invalid`.
 */
export async function saveTemplate(db: Database, tenantId: string, template: store.StoredTemplate): Promise<void> {
  parseCarrierTemplate(template.template);
  await db.transaction("app", { tenantId }, (tx) => store.saveTemplate(tx, tenantId, template));
}

/** Errors: Problem `deck-template-unknown`. Decks that were imported by it keep a copy. */
export async function deleteTemplate(db: Database, tenantId: string, name: string): Promise<void> {
  const found = await db.transaction("app", { tenantId }, (tx) => store.deleteTemplate(tx, tenantId, name));
  if (!found) throw deckTemplateUnknown({ name });
}
