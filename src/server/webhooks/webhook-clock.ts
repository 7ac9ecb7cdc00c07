import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";

/** What time it is for webhooks; tests hand in another. */
export type WebhookClock = (tx: Tx) => Promise<EpochMs>;

/** All processes go by the database's clock. */
export const databaseClock: WebhookClock = async (tx) => {
  const { rows } = await tx.query<{ now: EpochMs }>("select clock_timestamp() as now");
  return (rows[0] as { readonly now: EpochMs }).now;
};
