import { canonicalJson, type Json } from "../../core/canonical-json.ts";
import type { Actor } from "../access/actor.ts";
import { plainArray } from "../db/plain-array.ts";
import type { Tx } from "../db/tx.ts";
import type { AuditEntry } from "./audit-entry.ts";
import type { SplitEntry } from "./personal-fields.ts";

/** An entry as it is stored: without what is personal, and that sealed. */
export interface EntryToStore extends Omit<SplitEntry, "parts"> {
  readonly id: string;
  readonly entry: AuditEntry;
  readonly personal: Json | null;
}

/** Stores what `actor` did, without a place in the chain. */
export async function insertEntries(tx: Tx, actor: Actor, rows: readonly EntryToStore[]): Promise<void> {
  await tx.query(
    `insert into audit_entries (tenant_id, actor_kind, actor_id, impersonator_id, id, account_id, actor_name, address,
       impersonator_name, action, object_kind, object_id, object_name, before, after, reason, is_security, personal)
     select $1, $2, $3, $4, t.* from unnest($5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[],
       $11::text[], $12::text[], $13::text[], $14::json[], $15::json[], $16::text[], $17::boolean[], $18::json[]) as t`,
    [
      ...[actor.tenantId, actor.kind, actor.id, actor.impersonator?.id ?? null],
      plainArray(rows.map(({ id }) => id)),
      plainArray(rows.map(({ entry }) => accountOf(actor, entry))),
      rows.map(({ actorName }) => actorName),
      rows.map(({ address }) => address),
      rows.map(({ impersonatorName }) => impersonatorName),
      rows.map(({ entry }) => entry.action),
      rows.map(({ entry }) => entry.object.kind),
      rows.map(({ entry }) => entry.object.id),
      rows.map(({ objectName }) => objectName),
      rows.map(({ before }) => jsonText(before)),
      rows.map(({ after }) => jsonText(after)),
      rows.map(({ entry }) => entry.reason),
      rows.map(({ entry }) => entry.isSecurity ?? false),
      rows.map(({ personal }) => jsonText(personal)),
    ],
  );
}

const accountOf = ({ accountId }: Actor, { accountId: given, object }: AuditEntry): string | null =>
  given !== undefined ? given : object.kind === "account" && object.id !== null ? object.id : accountId;

const jsonText = (value: Json | null): string | null => (value === null ? null : canonicalJson(value));
