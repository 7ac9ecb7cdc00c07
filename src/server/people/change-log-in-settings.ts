import { type Actor, scopeOf } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import type { LogInSettings } from "./log-in-settings.ts";
import { readLogInSettings, saveLogInSettings } from "./log-in-settings-store.ts";
import { askForEnrolment } from "./user-session-store.ts";

/** What a tenant asks of its people, those of its resellers and customers included. */
export const findLogInSettings = (db: Database, { tenantId }: Pick<Actor, "tenantId">): Promise<LogInSettings> =>
  db.transaction("app", { tenantId }, (tx) => readLogInSettings(tx, tenantId));

/**
 * Sets it. Times count from the next log-in; when a second factor is required, who is logged in and has none can from
 * now on do nothing but set one up.
 */
export async function changeLogInSettings(db: Database, actor: Actor, settings: LogInSettings): Promise<LogInSettings> {
  const { tenantId } = actor;
  await db.transaction("app", scopeOf(actor), async (tx) => {
    const before = await readLogInSettings(tx, tenantId);
    await saveLogInSettings(tx, tenantId, settings);
    if (settings.secondFactorRequired) await askForEnrolment(tx, tenantId);
    await recordAudit(tx, actor, [
      {
        action: "log-in-settings.changed",
        object: { kind: "tenant", id: tenantId, name: "log-in settings" },
        before: { ...before },
        after: { ...settings },
        reason: null,
        isSecurity: true,
      },
    ]);
  });
  return settings;
}
