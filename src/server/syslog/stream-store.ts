import type { EpochMs } from "../../core/time/epoch.ts";
import type { BacklogPlace } from "../backlog/backlog.ts";
import type { Tx } from "../db/tx.ts";

/** A backlog of a source, and how far it is stored. */
export interface StreamKey {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly backlogId: string;
}

/** How far the backlog is stored; its start when it is new. */
export async function findPlace(tx: Tx, { tenantId, sourceId, backlogId }: StreamKey): Promise<BacklogPlace> {
  await tx.query(
    "insert into syslog_streams (tenant_id, source_id, backlog_id) values ($1, $2, $3) on conflict do nothing",
    [tenantId, sourceId, backlogId],
  );
  const { rows } = await tx.query<{ segment: string; byte_offset: string }>(
    "select segment, byte_offset from syslog_streams where source_id = $1 and backlog_id = $2",
    [sourceId, backlogId],
  );
  return { segment: Number(rows[0]?.segment ?? 0), offset: Number(rows[0]?.byte_offset ?? 0) };
}

/** Moves on, in the transaction that stores the rows; false when it is no longer where this reader left it. */
export async function movePlace(
  tx: Tx,
  { sourceId, backlogId }: StreamKey,
  step: { readonly from: BacklogPlace; readonly to: BacklogPlace; readonly messages: number },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update syslog_streams set segment = $5, byte_offset = $6, messages = messages + $7, last_at = now()
     where source_id = $1 and backlog_id = $2 and segment = $3 and byte_offset = $4`,
    [
      ...[sourceId, backlogId, step.from.segment, step.from.offset],
      ...[step.to.segment, step.to.offset, step.messages],
    ],
  );
  return rowCount === 1;
}

/** Adds to the counts of messages that are no records, and of those that were lost. */
export async function addLosses(
  tx: Tx,
  { sourceId, backlogId }: StreamKey,
  { ignored, dropped }: { readonly ignored: number; readonly dropped: number },
): Promise<void> {
  await tx.query(
    `update syslog_streams set ignored = ignored + $3, dropped = dropped + $4
     where source_id = $1 and backlog_id = $2`,
    [sourceId, backlogId, ignored, dropped],
  );
}

/** What a source's streams brought, all backlogs together. */
export interface StreamCounts {
  readonly sourceId: string;
  readonly messages: number;
  readonly ignored: number;
  readonly dropped: number;
  readonly lastAt: EpochMs | null;
}

export async function listStreams(tx: Tx, tenantId: string): Promise<readonly StreamCounts[]> {
  const { rows } = await tx.query<{
    source_id: string;
    messages: string;
    ignored: string;
    dropped: string;
    last_at: EpochMs | null;
  }>(
    `select source_id, sum(messages) as messages, sum(ignored) as ignored, sum(dropped) as dropped,
       max(last_at) as last_at
     from syslog_streams where tenant_id = $1 group by source_id`,
    [tenantId],
  );
  return rows.map((row) => ({
    sourceId: row.source_id,
    messages: Number(row.messages),
    ignored: Number(row.ignored),
    dropped: Number(row.dropped),
    lastAt: row.last_at,
  }));
}
