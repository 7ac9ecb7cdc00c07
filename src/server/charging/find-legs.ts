import type { AnsweredRequest } from "../../core/charging/session.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import type { ChargingAnswer } from "./charging-request.ts";

/** One of the sessions that a switch has under one key: of a rating group, each time that it is used. */
export interface Leg {
  readonly leg: string;
  readonly isOpen: boolean;
  readonly openedAt: EpochMs;
  /** By which the latest requests that it has answered are known. */
  readonly requestKeys: readonly string[];
}

/** Sessions of other services than voice that a source has under a key, those that have ended of late included. */
export async function findLegs(
  db: Database,
  { sourceId, key }: { readonly sourceId: string; readonly key: string },
): Promise<readonly Leg[]> {
  const { rows } = await db.transaction("ingest", {}, (tx) =>
    tx.query<{
      leg: string;
      state: string;
      opened_at: EpochMs;
      answers: readonly AnsweredRequest<ChargingAnswer>[];
    }>(
      `select attempt ->> 'leg' as leg, state, opened_at, answers from sessions
       where source_id = $1 and switch_key = $2 order by opened_at, id`,
      [sourceId, key],
    ),
  );
  return rows.map(({ leg, state, opened_at: openedAt, answers }) => {
    return { leg, isOpen: state === "open", openedAt, requestKeys: answers.map((answered) => answered.key) };
  });
}
