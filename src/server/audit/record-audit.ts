import { uuidv7 } from "../../clock.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import type { Actor } from "../access/actor.ts";
import type { Tx } from "../db/tx.ts";
import { makePersonKeys, sealForPerson } from "../secrets/person-box.ts";
import type { AuditEntry } from "./audit-entry.ts";
import { type EntryToStore, insertEntries } from "./audit-store.ts";
import { publicKeyOf } from "./person-key-store.ts";
import { splitEntry } from "./personal-fields.ts";

export type { AuditEntry } from "./audit-entry.ts";

/** Entries of one statement. */
const ENTRIES_MAX = 500;

/**
 * Writes down what `actor` did, in the transaction that does it: it is kept if and only if the change is. Nothing waits
 * for it; its place in the chain it gets later (seal-audit.ts). What is personal in it is sealed for whom it is of, so
 * that it can be erased one day and the entry stays. Works under every role.
 */
export async function recordAudit(tx: Tx, actor: Actor, entries: readonly AuditEntry[]): Promise<void> {
  for (let at = 0; at < entries.length; at += ENTRIES_MAX)
    await recordPage(tx, actor, entries.slice(at, at + ENTRIES_MAX));
}

async function recordPage(tx: Tx, actor: Actor, entries: readonly AuditEntry[]): Promise<void> {
  const { tenantId } = actor;
  const split = entries.map((entry) => ({ id: uuidv7(), entry, ...splitEntry(actor, entry) }));
  const persons = [...new Set(split.flatMap(({ parts }) => [...parts.keys()]))].sort(); // one order: no deadlocks
  const keys = new Map<string, Buffer | null>();
  for (const person of persons) keys.set(person, await publicKeyOf(tx, { tenantId, person }, makePersonKeys()));
  const rows = split.map(({ parts, ...row }): EntryToStore => {
    const personal = [...parts].flatMap(([person, part]) => {
      const key = keys.get(person);
      if (key == null) return []; // erased: nothing of them is written any more
      const sealed = sealForPerson(key, canonicalJson(part), [tenantId, person, row.id]);
      return [{ person, sealed: sealed.toString("base64") }];
    });
    return { ...row, personal: personal.length === 0 ? null : personal };
  });
  await insertEntries(tx, actor, rows);
}
