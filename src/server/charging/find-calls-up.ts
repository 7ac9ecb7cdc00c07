import type { CutWay } from "../../core/charging/cut-way.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";

/** An open session, to be compared with what its switch says is up. */
export interface CallUp {
  readonly key: string;
  readonly leg: string;
  readonly openedAt: EpochMs;
  /** As far as it was reported. */
  readonly answeredAt: EpochMs | null;
  readonly usedS: number;
}

interface CallUpRow {
  readonly key: string;
  readonly leg: string;
  readonly opened_at: EpochMs;
  readonly answered_at: EpochMs | null;
  readonly used_s: string;
}

/** Open sessions of a source whose calls came by a protocol, in the order in which they were opened. */
export async function findCallsUp(
  db: Database,
  { sourceId, way }: { readonly sourceId: string; readonly way: CutWay },
): Promise<readonly CallUp[]> {
  const { rows } = await db.transaction("ingest", {}, (tx) =>
    tx.query<CallUpRow>(
      `select attempt ->> 'key' as key, attempt ->> 'leg' as leg, opened_at, answered_at, used_s from sessions
       where state = 'open' and source_id = $1 and attempt -> 'handle' ->> 'way' = $2 order by opened_at, id`,
      [sourceId, way],
    ),
  );
  return rows.map((row) => ({
    key: row.key,
    leg: row.leg,
    openedAt: row.opened_at,
    answeredAt: row.answered_at,
    usedS: Number(row.used_s),
  }));
}
