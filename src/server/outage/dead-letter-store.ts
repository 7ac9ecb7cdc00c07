import { uuidv7 } from "../../clock.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { ChargingRequest } from "../charging/charging-request.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import { recordEvents } from "../events/record-events.ts";
import type { JournalEntry } from "./journal-entry.ts";

/** A journalled request that could not be decided when its turn came. */
export interface DeadLetter {
  readonly id: string;
  readonly tenantId: string;
  /** null: the source is gone. */
  readonly source: string | null;
  readonly sourceId: string;
  readonly request: ChargingRequest;
  /** Why it could not be decided, when it was tried last. */
  readonly reason: string;
  readonly journalledAt: EpochMs;
  readonly failedAt: EpochMs;
  /** How it was settled; null: it waits for somebody. */
  readonly settled: {
    readonly outcome: "decided" | "discarded";
    readonly at: EpochMs;
    readonly by: string;
    readonly why: string;
  } | null;
}

export interface DeadLetterFilter {
  readonly tenantId: string;
  readonly source?: string | undefined;
  readonly id?: string | undefined;
  /** Those that are settled as well. */
  readonly isAll: boolean;
  readonly limit: number;
}

/** Keeps requests for somebody to look at, and says so. */
export async function addDeadLetters(
  tx: Tx,
  tenantId: string,
  letters: readonly { readonly entry: JournalEntry; readonly reason: string }[],
): Promise<void> {
  for (const { entry, reason } of letters)
    await tx.query(
      `insert into charging_dead_letters (id, tenant_id, source_id, request, reason, journalled_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [uuidv7(), tenantId, entry.request.sourceId, JSON.stringify(entry.request), reason, timestampToSql(entry.at)],
    );
  const bySource = Map.groupBy(letters, ({ entry }) => entry.request.sourceId);
  const events = [...bySource].map(([objectId, [first, ...others]]) => {
    const data = { requests: 1 + others.length, reason: first?.reason ?? "" };
    return { kind: "dead-letter", accountId: null, objectId, data } as const;
  });
  await recordEvents(tx, tenantId, events);
}

/** In the order in which they failed. */
export async function listDeadLetters(tx: Tx, filter: DeadLetterFilter): Promise<readonly DeadLetter[]> {
  const { tenantId, source = null, id = null, isAll, limit } = filter;
  const { rows } = await tx.query<{
    id: string;
    name: string | null;
    source_id: string;
    request: ChargingRequest;
    reason: string;
    journalled_at: EpochMs;
    failed_at: EpochMs;
    outcome: "decided" | "discarded" | null;
    settled_at: EpochMs;
    settled_by: string;
    why: string;
  }>(
    `select l.*, s.name from charging_dead_letters l left join sources s on s.id = l.source_id
     where l.tenant_id = $1 and ($2::text is null or s.name = $2) and ($3::uuid is null or l.id = $3)
       and ($4 or l.outcome is null)
     order by l.failed_at, l.id limit $5`,
    [tenantId, source, id, isAll, limit],
  );
  return rows.map((row) => ({
    ...{ id: row.id, tenantId, source: row.name, sourceId: row.source_id, request: row.request, reason: row.reason },
    ...{ journalledAt: row.journalled_at, failedAt: row.failed_at },
    settled:
      row.outcome === null ? null : { outcome: row.outcome, at: row.settled_at, by: row.settled_by, why: row.why },
  }));
}

/** Who settles which letter. */
interface Settling {
  readonly tenantId: string;
  readonly id: string;
  readonly outcome: "decided" | "discarded";
  readonly by: string;
  readonly why: string;
}

/** Takes a letter off the list, once; false: it does not wait. */
export async function settleDeadLetter(tx: Tx, { tenantId, id, outcome, by, why }: Settling): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update charging_dead_letters set outcome = $3, settled_by = $4, why = $5, settled_at = clock_timestamp()
     where tenant_id = $1 and id = $2 and outcome is null`,
    [tenantId, id, outcome, by, why],
  );
  return rowCount === 1;
}

/** Notes why a letter that was tried again waits on. */
export async function keepDeadLetter(
  tx: Tx,
  { tenantId, id, reason }: Pick<Settling, "tenantId" | "id"> & { readonly reason: string },
): Promise<void> {
  await tx.query(
    `update charging_dead_letters set reason = $3, failed_at = clock_timestamp()
     where tenant_id = $1 and id = $2 and outcome is null`,
    [tenantId, id, reason],
  );
}
