import { invariant } from "../../core/invariant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampArray, uuidArray } from "../db/array-parameter.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";

/** A name under which a file came. */
export interface Arrival {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly name: string;
  /** null: it was empty. */
  readonly fileId: string | null;
  readonly arrivedAt: EpochMs;
}

/** Keeps when a name came first; a name that was empty and comes with records is a file from then on. */
export async function saveArrival(tx: Tx, arrival: Arrival): Promise<void> {
  await tx.query(
    `insert into file_arrivals as a (tenant_id, source_id, name, file_id, arrived_at) values ($1, $2, $3, $4, $5)
     on conflict (source_id, name) do update set file_id = excluded.file_id
       where a.file_id is null and excluded.file_id is not null`,
    [arrival.tenantId, arrival.sourceId, arrival.name, arrival.fileId, timestampToSql(arrival.arrivedAt)],
  );
}

/** The same for a content that was imported before, whatever its name was then. */
export async function saveKnownArrival(
  tx: Tx,
  { sourceId, sha256, name, arrivedAt }: Omit<Arrival, "tenantId" | "fileId"> & { readonly sha256: string },
): Promise<void> {
  await tx.query(
    `insert into file_arrivals (tenant_id, source_id, name, file_id, arrived_at)
     select tenant_id, source_id, $3, id, $4 from source_files where source_id = $1 and sha256 = $2
     on conflict (source_id, name) do nothing`,
    [sourceId, sha256, name, timestampToSql(arrivedAt)],
  );
}

/** A name, and when it came. */
export interface ArrivedName {
  readonly name: string;
  readonly at: EpochMs;
}

/** The names of a source that came since `since`, oldest first. */
export async function listArrivals(
  tx: Tx,
  { sourceId, since }: { readonly sourceId: string; readonly since: EpochMs | null },
): Promise<readonly ArrivedName[]> {
  const { rows } = await tx.query<ArrivedName>(
    `select name, arrived_at as at from file_arrivals
     where source_id = $1 and ($2::timestamptz is null or arrived_at >= $2) order by arrived_at, name`,
    [sourceId, since === null ? null : timestampToSql(since)],
  );
  return rows;
}

/** That rows of a source came, and when. */
export interface Sign {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly at: EpochMs;
}

/** Keeps that rows came without a file in this minute: however many they are, it is one row a source. */
export async function saveSigns(tx: Tx, signs: readonly Sign[]): Promise<void> {
  const sorted = signs.toSorted((a, b) => (a.sourceId < b.sourceId ? -1 : 1));
  await tx.prepared(
    "save-signs",
    `insert into source_signs (tenant_id, source_id, at)
     select tenant_id, source_id, date_trunc('minute', at)
     from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as t(tenant_id, source_id, at)
     on conflict do nothing`,
    [
      uuidArray(sorted.map(({ tenantId }) => tenantId)),
      uuidArray(sorted.map(({ sourceId }) => sourceId)),
      timestampArray(sorted.map(({ at }) => at)),
    ],
  );
}

/** When a source was set up, and when it was last heard of. */
export interface Contact {
  readonly createdAt: EpochMs;
  readonly lastAt: EpochMs | null;
}

export async function findContact(tx: Tx, sourceId: string): Promise<Contact> {
  const { rows } = await tx.query<Contact>(
    `select created_at as "createdAt", greatest(
       (select max(arrived_at) from file_arrivals where source_id = s.id),
       (select max(at) from source_signs where source_id = s.id)) as "lastAt"
     from sources s where id = $1`,
    [sourceId],
  );
  const [contact] = rows;
  invariant(contact, `source ${sourceId} is there`);
  return contact;
}

/** Every sign of life of a source since `since`: files by name, and minutes in which rows came without one. */
export async function listSigns(
  tx: Tx,
  { sourceId, since }: { readonly sourceId: string; readonly since: EpochMs },
): Promise<readonly EpochMs[]> {
  const { rows } = await tx.query<{ at: EpochMs }>(
    `select arrived_at as at from file_arrivals where source_id = $1 and arrived_at >= $2
     union select at from source_signs where source_id = $1 and at >= $2
     order by at`,
    [sourceId, timestampToSql(since)],
  );
  return rows.map(({ at }) => at);
}
