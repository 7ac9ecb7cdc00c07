import type { Permission } from "../../core/access/permission.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { ApiKey } from "./api-key.ts";

interface Row {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly account_id: string | null;
  readonly permissions: readonly Permission[];
  readonly addresses: readonly string[];
  readonly created_by: string;
  readonly created_at: EpochMs;
  readonly expires_at: EpochMs;
  readonly revoked_at: EpochMs | null;
  readonly revoked_by: string | null;
  readonly last_used_at: EpochMs | null;
  readonly last_used_from: string | null;
}

const COLUMNS = `id, name, hint, account_id, permissions, addresses, created_by, created_at, expires_at, revoked_at,
  revoked_by, last_used_at, last_used_from`;

const keyOf = (row: Row): ApiKey => ({
  id: row.id,
  name: row.name,
  hint: row.hint,
  accountId: row.account_id,
  permissions: row.permissions,
  addresses: row.addresses,
  createdBy: row.created_by,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  revokedBy: row.revoked_by,
  lastUsedAt: row.last_used_at,
  lastUsedFrom: row.last_used_from,
});

/** Whether there is such an account, for whom the transaction works. */
export async function isAccountSeen(tx: Tx, id: string): Promise<boolean> {
  const { rowCount } = await tx.query("select from accounts where id = $1", [id]);
  return rowCount > 0;
}

/** What a new key consists of. */
export interface NewKey extends Pick<ApiKey, "id" | "name" | "hint" | "accountId" | "permissions" | "addresses"> {
  readonly tenantId: string;
  readonly hash: Buffer;
  readonly expiresAt: EpochMs;
  readonly createdBy: string;
}

/** @throws pg.DatabaseError by which {@link isUniqueViolation} tells that another key has the name. */
export async function insertKey(tx: Tx, key: NewKey): Promise<ApiKey> {
  const { rows } = await tx.query<Row>(
    `insert into api_keys (tenant_id, id, account_id, name, hash, hint, permissions, addresses, expires_at, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${COLUMNS}`,
    [
      ...[key.tenantId, key.id, key.accountId, key.name, key.hash, key.hint, key.permissions, key.addresses],
      ...[timestampToSql(key.expiresAt), key.createdBy],
    ],
  );
  return keyOf(rows[0] as Row);
}

/** Which keys; the newest come first. */
export interface KeyPage {
  /** Those that are revoked or over as well. */
  readonly withEnded: boolean;
  /** Only those older than the one of this id. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export async function listKeys(
  tx: Tx,
  tenantId: string,
  { withEnded, after, limit }: KeyPage,
): Promise<readonly ApiKey[]> {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from api_keys
     where tenant_id = $1 and ($2 or revoked_at is null and expires_at > clock_timestamp())
       and ($3::uuid is null or id < $3) order by id desc limit $4`,
    [tenantId, withEnded, after ?? null, limit],
  );
  return rows.map(keyOf);
}

/** The key of that id. */
export async function readKey(tx: Tx, { tenantId, id }: KeyId): Promise<ApiKey | undefined> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from api_keys where tenant_id = $1 and id = $2`, [
    ...[tenantId, id],
  ]);
  return rows[0] && keyOf(rows[0]);
}

/** The key, locked until the transaction ends. */
export async function lockKey(tx: Tx, { tenantId, id }: KeyId): Promise<ApiKey | undefined> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from api_keys where tenant_id = $1 and id = $2 for update`, [
    ...[tenantId, id],
  ]);
  return rows[0] && keyOf(rows[0]);
}

interface KeyId {
  readonly tenantId: string;
  readonly id: string;
}

/** Gives a key another name, other ranges, or both. */
export async function updateKey(
  tx: Tx,
  { tenantId, id, name, addresses }: KeyId & Pick<ApiKey, "name" | "addresses">,
): Promise<ApiKey> {
  const { rows } = await tx.query<Row>(
    `update api_keys set name = $3, addresses = $4 where tenant_id = $1 and id = $2 returning ${COLUMNS}`,
    [tenantId, id, name, addresses],
  );
  return keyOf(rows[0] as Row);
}

/** Ends a key for good. */
export async function setRevoked(tx: Tx, { tenantId, id, by }: KeyId & { readonly by: string }): Promise<ApiKey> {
  const { rows } = await tx.query<Row>(
    `update api_keys set revoked_at = clock_timestamp(), revoked_by = $3 where tenant_id = $1 and id = $2
     returning ${COLUMNS}`,
    [tenantId, id, by],
  );
  return keyOf(rows[0] as Row);
}

/** A key that is good now, whosever it is. */
export async function findKeyByHash(
  tx: Tx,
  hash: Buffer,
): Promise<(ApiKey & { readonly tenantId: string }) | undefined> {
  const { rows } = await tx.prepared<Row & { readonly tenant_id: string }>(
    "find-key-by-hash",
    `select tenant_id, ${COLUMNS} from api_keys
     where hash = $1 and revoked_at is null and expires_at > clock_timestamp()`,
    [hash],
  );
  return rows[0] && { ...keyOf(rows[0]), tenantId: rows[0].tenant_id };
}

/** Notes that a key was used, unless that was noted within the last minute. */
export async function noteUse(tx: Tx, { id, address }: { readonly id: string; readonly address: string | null }) {
  await tx.query(
    `update api_keys set last_used_at = clock_timestamp(), last_used_from = $2 where id = $1
       and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')`,
    [id, address],
  );
}
