import type { Tx } from "../db/tx.ts";
import type { TenantEvent } from "./event.ts";
import { insertEvents } from "./event-store.ts";

/** Stores events of a tenant, in the transaction in which they happen. */
export const recordEvents = (tx: Tx, tenantId: string, events: readonly TenantEvent[]): Promise<void> =>
  insertEvents(tx, tenantId, events);
