import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Database } from "../db/database.ts";
import { findSourceNamed } from "../mediation/find-source.ts";
import { type Alarm, acknowledge, countAlarms, listAlarms } from "./alarm-store.ts";
import { alarmUnknown } from "./problems.ts";

export type { Alarm };

/** Alarms of a tenant, newest first: those that wait for somebody, or all. Errors: Problem `source-unknown`. */
export async function findAlarms(
  db: Database,
  filter: {
    readonly tenantId: string;
    readonly source?: string | undefined;
    readonly isAll: boolean;
    readonly limit: number;
  },
): Promise<readonly Alarm[]> {
  const { tenantId, source, isAll, limit } = filter;
  const sourceId = source === undefined ? undefined : (await findSourceNamed(db, tenantId, source)).id;
  return await db.transaction("app", { tenantId }, (tx) => listAlarms(tx, { tenantId, sourceId, isAll, limit }));
}

/**
 * Says that somebody has seen an alarm: it is listed no more and stays open until its trouble is over. Doing it again
 * changes nothing. Errors: Problem `alarm-unknown`.
 */
export async function acknowledgeAlarm(
  db: Database,
  { id, actor }: { readonly id: string; readonly actor: Actor },
): Promise<Alarm> {
  const alarm = await db.transaction("app", { tenantId: actor.tenantId }, async (tx) => {
    const seen = await acknowledge(tx, { id, author: actor.name });
    if (seen === undefined) return undefined;
    const object = { kind: "alarm", id, name: seen.what };
    await recordAudit(tx, actor, [{ action: "alarm.acknowledged", object, before: null, after: null, reason: null }]);
    return seen;
  });
  if (alarm === undefined) throw alarmUnknown({ id });
  return alarm;
}

/** How many alarms of all tenants wait for somebody. */
export const countOpenAlarms = countAlarms;
