import { hash } from "node:crypto";
import { canonicalJson } from "../../core/canonical-json.ts";

/** An entry as the table has it: times and JSON as text, to the character. */
export interface StoredEntry {
  readonly tenant_id: string;
  readonly id: string;
  /** UTC with microseconds: `2026-03-01T12:00:00.123456Z`. */
  readonly happened: string;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly actor_name: string;
  readonly address: string | null;
  readonly impersonator_id: string | null;
  readonly impersonator_name: string | null;
  readonly account_id: string | null;
  readonly action: string;
  readonly object_kind: string;
  readonly object_id: string | null;
  readonly object_name: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason: string | null;
  readonly is_security: boolean;
  readonly personal: string | null;
}

/** SHA-256 over the canonical JSON of an entry and its place. Source: docs/concepts/audit.md. */
export function entryDigest(entry: StoredEntry, sequence: number): Buffer {
  const { actor_kind, actor_id, actor_name, impersonator_id, impersonator_name } = entry;
  const { object_kind, object_id, object_name, is_security, happened, tenant_id, account_id, ...rest } = entry;
  const { action, address, after, before, id, personal, reason } = rest;
  const text = canonicalJson({
    ...{ action, address, after, before, id, personal, reason, sequence },
    ...{ account: account_id, happenedAt: happened, isSecurity: is_security, tenant: tenant_id },
    actor: { kind: actor_kind, id: actor_id, name: actor_name },
    impersonator: { id: impersonator_id, name: impersonator_name },
    object: { kind: object_kind, id: object_id, name: object_name },
  });
  return hash("sha256", text, "buffer");
}
