import { uuidv7 } from "../../clock.ts";
import { canonicalJson, type Json } from "../../core/canonical-json.ts";
import type { Actor } from "../access/actor.ts";
import { plainArray } from "../db/plain-array.ts";
import type { Tx } from "../db/tx.ts";
import type { AuditEntry } from "./audit-entry.ts";

/** Entries of one statement. */
const ENTRIES_MAX = 500;

/** Stores what `actor` did, without a place in the chain. */
export async function insertEntries(tx: Tx, actor: Actor, entries: readonly AuditEntry[]): Promise<void> {
  for (let at = 0; at < entries.length; at += ENTRIES_MAX)
    await insertPage(tx, actor, entries.slice(at, at + ENTRIES_MAX));
}

async function insertPage(tx: Tx, actor: Actor, entries: readonly AuditEntry[]): Promise<void> {
  await tx.query(
    `insert into audit_entries (tenant_id, actor_kind, actor_id, actor_name, address, impersonator_id, impersonator_name,
       id, account_id, action, object_kind, object_id, object_name, before, after, reason, is_security)
     select $1, $2, $3, $4, $5, $6, $7, t.* from unnest($8::uuid[], $9::uuid[], $10::text[], $11::text[], $12::text[],
       $13::text[], $14::json[], $15::json[], $16::text[], $17::boolean[]) as t`,
    [
      ...[actor.tenantId, actor.kind, actor.id, actor.name, actor.address],
      ...[actor.impersonator?.id ?? null, actor.impersonator?.name ?? null],
      plainArray(entries.map(() => uuidv7())),
      plainArray(entries.map((entry) => accountOf(actor, entry))),
      entries.map(({ action }) => action),
      entries.map(({ object }) => object.kind),
      entries.map(({ object }) => object.id),
      entries.map(({ object }) => object.name),
      entries.map(({ before }) => jsonText(before)),
      entries.map(({ after }) => jsonText(after)),
      entries.map(({ reason }) => reason),
      entries.map(({ isSecurity = false }) => isSecurity),
    ],
  );
}

const accountOf = ({ accountId }: Actor, { accountId: given, object }: AuditEntry): string | null =>
  given !== undefined ? given : object.kind === "account" && object.id !== null ? object.id : accountId;

const jsonText = (value: Json | null): string | null => (value === null ? null : canonicalJson(value));
