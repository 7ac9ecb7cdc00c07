import { channel } from "node:diagnostics_channel";
import type { RowFate } from "./arrived-row.ts";
import type { Source } from "./source.ts";

/** Rows of a source that were committed, whatever way they came. */
export interface StoredRows {
  readonly source: Pick<Source, "tenantId" | "name">;
  /** One a row. */
  readonly fates: readonly RowFate[];
}

/**
 * Imports run in many places of a process, and somebody outside them counts: without a listener it costs nothing.
 */
const STORED = channel("tollwright:stored-rows");

export function tellStored(rows: StoredRows): void {
  if (STORED.hasSubscribers) STORED.publish(rows);
}

/** Tells `listener` of rows that are committed in this process from now on, until what it answers is called. */
export function onStored(listener: (rows: StoredRows) => void): () => void {
  const heard = (message: unknown) => listener(message as StoredRows);
  STORED.subscribe(heard);
  return () => void STORED.unsubscribe(heard);
}
