import type { BacklogPlace } from "../backlog/backlog.ts";
import type { Tx } from "../db/tx.ts";

/** The journal of a tenant in one data folder. */
export interface JournalKey {
  readonly tenantId: string;
  readonly journalId: string;
}

/** How far the journal is replayed; its start when it is new. */
export async function findPlace(tx: Tx, { tenantId, journalId }: JournalKey): Promise<BacklogPlace> {
  const { rows } = await tx.query<{ segment: string; byte_offset: string }>(
    "select segment, byte_offset from charging_journals where tenant_id = $1 and journal_id = $2",
    [tenantId, journalId],
  );
  return { segment: Number(rows[0]?.segment ?? 0), offset: Number(rows[0]?.byte_offset ?? 0) };
}

/** Moves on, in the transaction that replays; false when it is no longer where this reader left it. */
export async function movePlace(
  tx: Tx,
  { tenantId, journalId }: JournalKey,
  step: { readonly from: BacklogPlace; readonly to: BacklogPlace; readonly entries: number },
): Promise<boolean> {
  const { from, to, entries } = step;
  const { rowCount } = await tx.query(
    `insert into charging_journals as j (tenant_id, journal_id, segment, byte_offset, replayed, last_at)
     values ($1, $2, $5, $6, $7, clock_timestamp())
     on conflict (tenant_id, journal_id) do update set segment = $5, byte_offset = $6, replayed = j.replayed + $7,
       last_at = clock_timestamp()
     where j.segment = $3 and j.byte_offset = $4`,
    [tenantId, journalId, from.segment, from.offset, to.segment, to.offset, entries],
  );
  return rowCount === 1;
}

/** Sources whose switches speak a protocol with us, or had sessions lately. */
export async function findChargedSources(
  tx: Tx,
): Promise<readonly { readonly tenantId: string; readonly sourceId: string }[]> {
  const { rows } = await tx.query<{ tenant_id: string; id: string }>(
    `select tenant_id, id from sources s
     where exists (select from unnest($1::text[]) as p(name) where jsonb_typeof(s.settings -> p.name) = 'object')
       or id in (select distinct source_id from sessions)`,
    [["radius", "diameter", "jsonRpc", "evapi", "cgrates", "eventSocket", "agi", "ari"]],
  );
  return rows.map((row) => ({ tenantId: row.tenant_id, sourceId: row.id }));
}
