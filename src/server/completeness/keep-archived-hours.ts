import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import { eventHours, hasParts, PARTS } from "./event-hours.ts";
import type { Period } from "./finding.ts";

/** Keeps what the calls of a part of the archive come to by hour and trunk, before they leave the tables. */
export async function keepArchivedHours(
  tx: Tx,
  { tenantId, archiveId, period }: { readonly tenantId: string; readonly archiveId: string; readonly period: Period },
): Promise<void> {
  const { rows } = await tx.query<{ id: string }>("select id from sources where tenant_id = $1", [tenantId]);
  const sourceIds = rows.map(({ id }) => id);
  await tx.query(
    `with ${PARTS}
     insert into archived_hours
       (tenant_id, archive_id, source_id, hour, trunk, stored, duplicate, calls, answered, talked_s)
     select $1, $5, source_id, hour, trunk, sum(stored), sum(duplicate), sum(calls), sum(answered), sum(talked_s)
     from (${eventHours(await hasParts(tx, sourceIds))}) as gone group by source_id, hour, trunk`,
    [tenantId, sourceIds, timestampToSql(period.from), timestampToSql(period.until), archiveId],
  );
}
