import type { Tx } from "../db/tx.ts";
import type { TenantEvent } from "./event.ts";
import { insertEvents } from "./event-store.ts";

/** Stores events of a tenant, in the transaction in which they happen; answers their ids. */
export const recordEvents = (tx: Tx, tenantId: string, events: readonly TenantEvent[]): Promise<readonly string[]> =>
  insertEvents(tx, tenantId, events);
