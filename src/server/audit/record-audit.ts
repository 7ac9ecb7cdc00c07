import type { Actor } from "../access/actor.ts";
import type { Tx } from "../db/tx.ts";
import type { AuditEntry } from "./audit-entry.ts";
import { insertEntries } from "./audit-store.ts";

export type { AuditEntry } from "./audit-entry.ts";

/**
 * Writes down what `actor` did, in the transaction that does it: it is kept if and only if the change is. Nothing waits
 * for it; its place in the chain it gets later (seal-audit.ts). Works as `app`, `ingest` and `owner`.
 */
export const recordAudit = (tx: Tx, actor: Actor, entries: readonly AuditEntry[]): Promise<void> =>
  insertEntries(tx, actor, entries);
