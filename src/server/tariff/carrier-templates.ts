import type { Actor } from "../access/actor.ts";
import { auditJson } from "../audit/audit-json.ts";
import { recordAudit } from "../audit/record-audit.ts";
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
export async function saveTemplate(db: Database, actor: Actor, template: store.StoredTemplate): Promise<void> {
  const { tenantId } = actor;
  parseCarrierTemplate(template.template);
  const object = { kind: "deck-template", id: null, name: template.name };
  await db.transaction("app", { tenantId }, async (tx) => {
    const before = auditJson(await store.loadTemplate(tx, tenantId, template.name));
    await store.saveTemplate(tx, tenantId, template);
    const after = auditJson(template.template);
    await recordAudit(tx, actor, [{ action: "deck-template.saved", object, before, after, reason: null }]);
  });
}

/** Errors: Problem `deck-template-unknown`. Decks that were imported by it keep a copy. */
export async function deleteTemplate(db: Database, actor: Actor, name: string): Promise<void> {
  const { tenantId } = actor;
  const object = { kind: "deck-template", id: null, name };
  const found = await db.transaction("app", { tenantId }, async (tx) => {
    const before = auditJson(await store.loadTemplate(tx, tenantId, name));
    if (!(await store.deleteTemplate(tx, tenantId, name))) return false;
    await recordAudit(tx, actor, [{ action: "deck-template.deleted", object, before, after: null, reason: null }]);
    return true;
  });
  if (!found) throw deckTemplateUnknown({ name });
}
