import type { Tx } from "../db/tx.ts";
import { countQuarantined } from "./quarantine-store.ts";

/** How many rows of each source wait in quarantine, by the source's id; sources without any are left out. */
export const countWaiting = (tx: Tx, tenantId: string): Promise<ReadonlyMap<string, number>> =>
  countQuarantined(tx, tenantId);
