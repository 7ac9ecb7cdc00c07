import {
  type BucketUnits,
  type BucketUnitsJson,
  bucketUnitsFromJson,
  bucketUnitsToJson,
} from "../../core/allowance/bucket-units.ts";
import type { Tx } from "../db/tx.ts";

/** An allowance of a book, as what is held of it is kept. */
export interface HeldAllowance {
  readonly bookId: string;
  readonly key: string;
}

/** What open sessions hold of an allowance. */
export interface AllowanceHold extends HeldAllowance {
  readonly units: readonly BucketUnits[];
}

interface HoldRow {
  readonly book_id: string;
  readonly key: string;
  readonly held: readonly Omit<BucketUnitsJson, "key">[];
}

const holdOf = ({ book_id, key, held }: HoldRow): AllowanceHold => ({
  bookId: book_id,
  key,
  units: bucketUnitsFromJson(held.map((units) => ({ key, ...units }))),
});

/**
 * Locks what sessions hold of allowances until `tx` ends, in order. In two statements: one that made the missing rows
 * and read them as well would read nothing after another's insert, and two first sessions would be granted the same.
 */
export async function lockUnitHolds(
  tx: Tx,
  tenantId: string,
  allowances: readonly HeldAllowance[],
): Promise<readonly AllowanceHold[]> {
  const [bookIds, keys] = placeColumns(allowances);
  await tx.prepared(
    "make-allowance-holds",
    `insert into allowance_holds (tenant_id, book_id, key)
     select $1::uuid, * from unnest($2::uuid[], $3::text[]) as t(book_id, key)
     where not exists (select from allowance_holds h where h.book_id = t.book_id and h.key = t.key)
     order by book_id, key on conflict do nothing`,
    [tenantId, bookIds, keys],
  );
  const { rows } = await tx.prepared<HoldRow>(
    "lock-allowance-holds",
    `select book_id, key, held from allowance_holds
     where (book_id, key) in (select * from unnest($1::uuid[], $2::text[])) order by book_id, key for update`,
    [bookIds, keys],
  );
  return rows.map(holdOf);
}

/** What sessions hold of allowances, without a lock: of those that none has held, nothing. */
export async function listUnitHolds(tx: Tx, allowances: readonly HeldAllowance[]): Promise<readonly AllowanceHold[]> {
  const { rows } = await tx.query<HoldRow>(
    `select book_id, key, held from allowance_holds
     where (book_id, key) in (select * from unnest($1::uuid[], $2::text[])) order by book_id, key`,
    [...placeColumns(allowances)],
  );
  return rows.map(holdOf);
}

/** Stores what sessions hold now of allowances that {@link lockUnitHolds} has locked. */
export async function saveUnitHolds(tx: Tx, holds: readonly AllowanceHold[]): Promise<void> {
  if (holds.length === 0) return;
  await tx.prepared(
    "save-allowance-holds",
    `update allowance_holds h set held = t.held
     from unnest($1::uuid[], $2::text[], $3::jsonb[]) as t(book_id, key, held)
     where h.book_id = t.book_id and h.key = t.key`,
    [...placeColumns(holds), holds.map(({ units }) => JSON.stringify(bucketUnitsToJson(units).map(withoutKey)))],
  );
}

const withoutKey = ({ key: _, ...units }: BucketUnitsJson): Omit<BucketUnitsJson, "key"> => units;

const placeColumns = (places: readonly HeldAllowance[]): readonly [string[], string[]] => [
  places.map(({ bookId }) => bookId),
  places.map(({ key }) => key),
];
