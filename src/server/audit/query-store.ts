import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import { ENTRY_COLUMNS } from "./chain-store.ts";
import type { StoredEntry } from "./entry-digest.ts";

/** Which entries; what is left out does not matter. */
export interface AuditFilter {
  /** A name ("cli:root") or the id of a user or key. */
  readonly actor?: string | undefined;
  /** "user.invited", or all of "user". */
  readonly action?: string | undefined;
  /** The object's kind. */
  readonly kind?: string | undefined;
  /** The object's id or name. */
  readonly object?: string | undefined;
  readonly since?: EpochMs | undefined;
  /** Before then. */
  readonly until?: EpochMs | undefined;
  readonly isSecurity?: boolean | undefined;
}

/** Where a page ended: the entries behind it are older. */
export interface AuditPlace {
  /** UTC with microseconds. */
  readonly happened: string;
  readonly id: string;
}

/** An entry as it is stored, with its place in the chain; null: not sealed yet. */
export interface AuditRow extends StoredEntry {
  readonly sequence: string | null;
}

/** Entries of a tenant that `tx` may see, the latest first. */
export async function queryEntries(
  tx: Tx,
  tenantId: string,
  { filter, after, limit }: { readonly filter: AuditFilter; readonly after: AuditPlace | null; readonly limit: number },
): Promise<readonly AuditRow[]> {
  const { actor, action, kind, object, since, until, isSecurity } = filter;
  const { rows } = await tx.query<AuditRow>(
    `select ${ENTRY_COLUMNS}, sequence from audit_entries
     where tenant_id = $1 and ($2::text is null or actor_name = $2 or actor_id = $2)
       and ($3::text is null or action = $3 or (action >= $3 || '.' and action < $3 || '/'))
       and ($4::text is null or object_kind = $4) and ($5::text is null or object_id = $5 or object_name = $5)
       and ($6::timestamptz is null or happened_at >= $6) and ($7::timestamptz is null or happened_at < $7)
       and ($8::boolean is null or is_security = $8)
       and ($9::timestamptz is null or (happened_at, id) < ($9, $10::uuid))
     order by happened_at desc, id desc limit $11`,
    [
      ...[tenantId, actor ?? null, action ?? null, kind ?? null, object ?? null],
      ...[since === undefined ? null : timestampToSql(since), until === undefined ? null : timestampToSql(until)],
      ...[isSecurity ?? null, after?.happened ?? null, after?.id ?? null, limit],
    ],
  );
  return rows;
}

/** One entry that `tx` may see, by its id or its place in the chain. */
export async function readEntry(tx: Tx, tenantId: string, name: string): Promise<AuditRow | undefined> {
  const isPlace = /^[1-9]\d{0,14}$/.test(name);
  const { rows } = await tx.query<AuditRow>(
    `select ${ENTRY_COLUMNS}, sequence from audit_entries
     where tenant_id = $1 and (id = $2::uuid or sequence = $3::bigint)`,
    [tenantId, isPlace ? null : name, isPlace ? name : null],
  );
  return rows[0];
}
