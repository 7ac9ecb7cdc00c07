import { plainArray } from "../db/plain-array.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredEntry } from "./entry-digest.ts";
import type { SealHeader } from "./seal.ts";

const UTC_MICROSECONDS = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/** The columns of a `StoredEntry`. */
export const ENTRY_COLUMNS = `tenant_id, id, to_char(happened_at at time zone 'UTC', ${UTC_MICROSECONDS}) as happened,
  actor_kind, actor_id, actor_name, address, impersonator_id, impersonator_name, account_id, action, object_kind,
  object_id, object_name, before::text as before, after::text as after, reason,
  is_security, personal::text as personal`;

/** Tenants with entries that have no place yet. */
export async function tenantsToSeal(tx: Tx): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select t.id from tenants t where exists (
       select from audit_entries e where e.tenant_id = t.id and e.sequence is null) order by t.id`,
  );
  return rows.map(({ id }) => id);
}

/** Every tenant that has an entry or a seal. */
export async function tenantsWithAudit(tx: Tx): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select t.id from tenants t where exists (select from audit_entries e where e.tenant_id = t.id)
       or exists (select from audit_seals s where s.tenant_id = t.id) order by t.id`,
  );
  return rows.map(({ id }) => id);
}

/** Keeps every other sealer away from the tenant's chain until `tx` ends. */
export async function lockChain(tx: Tx, tenantId: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('tollwright audit ' || $1, 0))", [tenantId]);
}

/** A seal as it is stored. */
export interface StoredSeal extends SealHeader {
  readonly previous: Buffer;
  readonly chain: Buffer;
}

interface SealRow {
  readonly number: string;
  readonly first_sequence: string;
  readonly last_sequence: string;
  readonly sealed: string;
  readonly previous: Buffer;
  readonly chain: Buffer;
}

const SEAL_COLUMNS = `number, first_sequence, last_sequence, previous, chain,
  to_char(sealed_at at time zone 'UTC', ${UTC_MICROSECONDS}) as sealed`;

const sealOf = (tenantId: string, row: SealRow): StoredSeal => ({
  ...{ tenantId, previous: row.previous, chain: row.chain, sealedAt: row.sealed },
  number: Number(row.number),
  firstSequence: Number(row.first_sequence),
  lastSequence: Number(row.last_sequence),
});

/** The tenant's last seal; undefined: there is none. */
export async function lastSeal(tx: Tx, tenantId: string): Promise<StoredSeal | undefined> {
  const { rows } = await tx.query<SealRow>(
    `select ${SEAL_COLUMNS} from audit_seals where tenant_id = $1 order by number desc limit 1`,
    [tenantId],
  );
  return rows.map((row) => sealOf(tenantId, row))[0];
}

/** Seals behind the one of that number, in their order. */
export async function sealsAfter(tx: Tx, tenantId: string, number: number, limit: number) {
  const { rows } = await tx.query<SealRow>(
    `select ${SEAL_COLUMNS} from audit_seals where tenant_id = $1 and number > $2 order by number limit $3`,
    [tenantId, number, limit],
  );
  return rows.map((row) => sealOf(tenantId, row));
}

/** The oldest entries without a place, and the database's time. */
export async function unsealedEntries(
  tx: Tx,
  tenantId: string,
  limit: number,
): Promise<{ readonly entries: readonly StoredEntry[]; readonly sealedAt: string }> {
  const { rows } = await tx.query<StoredEntry>(
    `select ${ENTRY_COLUMNS} from audit_entries where tenant_id = $1 and sequence is null
     order by happened_at, id limit $2`,
    [tenantId, limit],
  );
  const clock = await tx.query<{ at: string }>(
    `select to_char(clock_timestamp() at time zone 'UTC', ${UTC_MICROSECONDS}) as at`,
  );
  return { entries: rows, sealedAt: clock.rows[0]?.at ?? "" };
}

/** Entries of a tenant from one place to another, in their order, with what the chain has of them. */
export async function sealedEntries(
  tx: Tx,
  tenantId: string,
  { firstSequence, lastSequence }: { readonly firstSequence: number; readonly lastSequence: number },
): Promise<readonly (StoredEntry & { readonly sequence: string; readonly digest: Buffer })[]> {
  const { rows } = await tx.query<StoredEntry & { sequence: string; digest: Buffer }>(
    `select ${ENTRY_COLUMNS}, sequence, digest from audit_entries
     where tenant_id = $1 and sequence between $2 and $3 order by sequence`,
    [tenantId, firstSequence, lastSequence],
  );
  return rows;
}

/** How many entries have a place behind the last that is sealed, and how many none, since when. */
export async function entriesOutside(tx: Tx, tenantId: string, lastSequence: number) {
  const { rows } = await tx.query<{ beyond: string; waiting: string }>(
    `select (select count(*) from audit_entries where tenant_id = $1 and sequence > $2) as beyond,
       (select count(*) from audit_entries where tenant_id = $1 and sequence is null) as waiting`,
    [tenantId, lastSequence],
  );
  return { beyond: Number(rows[0]?.beyond ?? 0), waiting: Number(rows[0]?.waiting ?? 0) };
}

/** Gives entries their places and stores the seal over them. */
export async function storeSeal(
  tx: Tx,
  seal: StoredSeal,
  entries: readonly { readonly id: string; readonly sequence: number; readonly digest: Buffer }[],
): Promise<void> {
  await tx.query(
    `update audit_entries e set sequence = t.sequence, digest = decode(t.digest, 'hex')
     from unnest($1::uuid[], $2::bigint[], $3::text[]) as t(id, sequence, digest) where e.id = t.id`,
    [
      plainArray(entries.map(({ id }) => id)),
      plainArray(entries.map(({ sequence }) => sequence)),
      plainArray(entries.map(({ digest }) => digest.toString("hex"))),
    ],
  );
  await tx.query(
    `insert into audit_seals (tenant_id, number, first_sequence, last_sequence, sealed_at, previous, chain)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      ...[seal.tenantId, seal.number, seal.firstSequence, seal.lastSequence, seal.sealedAt],
      ...[seal.previous, seal.chain],
    ],
  );
}
