import type { Tx } from "../db/tx.ts";
import type { SealedColumn } from "./sealed-columns.ts";
import type { SealedSecret } from "./sealed-secret.ts";

/** How many secrets of a table are sealed under which key. */
export async function countByKey(tx: Tx, { table }: SealedColumn): Promise<ReadonlyMap<string, number>> {
  const { rows } = await tx.query<{ key_id: string; count: string }>(
    `select key_id, count(*) from ${table} where key_id is not null group by key_id`,
  );
  return new Map(rows.map(({ key_id, count }) => [key_id, Number(count)]));
}

/** A secret with what names its row. */
export interface SealedRow {
  readonly row: Readonly<Record<string, string>>;
  readonly secret: SealedSecret;
}

/** Secrets that are not under `keyId`, behind the row `after`, locked until `tx` ends. */
export async function sealedOtherwise(
  tx: Tx,
  column: SealedColumn,
  { keyId, after, limit }: { readonly keyId: string; readonly after: readonly string[] | null; readonly limit: number },
): Promise<readonly SealedRow[]> {
  const { table, key, owner, sealed } = column;
  const texts = [...key, ...owner].map((name) => `${name}::text`).join(", ");
  const place = key.map((name) => `${name}::text`).join(", ");
  const marks = key.map((_, index) => `$${index + 3}::text`).join(", ");
  const { rows } = await tx.query<Record<string, string> & { sealed_octets: Buffer; key_id: string }>(
    `select ${texts}, ${sealed} as sealed_octets, key_id from ${table}
     where key_id <> $1 ${after === null ? "" : `and (${place}) > (${marks})`} order by ${place} limit $2 for update`,
    [keyId, limit, ...(after ?? [])],
  );
  return rows.map(({ sealed_octets: octets, key_id, ...row }) => {
    return { row: row as Readonly<Record<string, string>>, secret: { keyId: key_id, octets } };
  });
}

/** Stores a secret as it is sealed now. */
export async function saveSealed(
  tx: Tx,
  { table, key, sealed }: SealedColumn,
  row: Readonly<Record<string, string>>,
  { keyId, octets }: SealedSecret,
): Promise<void> {
  const names = key.map((name, index) => `${name}::text = $${index + 3}`).join(" and ");
  await tx.query(`update ${table} set ${sealed} = $1, key_id = $2 where ${names}`, [
    ...[Buffer.from(octets), keyId],
    ...key.map((name) => row[name]),
  ]);
}
