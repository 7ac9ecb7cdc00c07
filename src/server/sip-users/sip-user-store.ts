import type { EpochMs } from "../../core/time/epoch.ts";
import type { SipSecret } from "../../protocol/radius/sip-digest.ts";
import { plainArray } from "../db/plain-array.ts";
import type { Tx } from "../db/tx.ts";
import type { SealedSecret } from "../secrets/sealed-secret.ts";
import type { SipUser } from "./sip-user.ts";

/** A user as he is stored. */
export interface StoredSipUser extends SipUser {
  readonly secretKind: SipSecret["kind"];
  readonly sealed: SealedSecret;
}

/** A user as he is listed. */
export interface ListedSipUser extends Pick<SipUser, "name" | "realm"> {
  /** The account's code. */
  readonly account: string;
  readonly secretKind: SipSecret["kind"];
  readonly changedBy: string;
  readonly changedAt: EpochMs;
}

interface Row {
  readonly id: string;
  readonly tenant_id: string;
  readonly account_id: string;
  readonly name: string;
  readonly realm: string;
  readonly secret_kind: SipSecret["kind"];
  readonly secret: Buffer;
  readonly key_id: string;
}

const COLUMNS = "u.id, u.tenant_id, u.account_id, u.name, u.realm, u.secret_kind, u.secret, u.key_id";

const userOf = (row: Row): StoredSipUser => ({
  id: row.id,
  tenantId: row.tenant_id,
  accountId: row.account_id,
  name: row.name,
  realm: row.realm,
  secretKind: row.secret_kind,
  sealed: { keyId: row.key_id, octets: row.secret },
});

/** Who is asked for: the user of this realm, else the one of any. */
export interface WantedSipUser extends Pick<SipUser, "tenantId" | "name" | "realm"> {}

/** Looks many users up at once; answers in their order. */
export async function findSipUsersByName(
  tx: Tx,
  wanted: readonly WantedSipUser[],
): Promise<readonly (StoredSipUser | undefined)[]> {
  const { rows } = await tx.prepared<Row & { readonly place: number }>(
    "find-sip-users",
    `select w.place::integer, ${COLUMNS}
     from unnest($1::uuid[], $2::text[], $3::text[]) with ordinality as w(tenant_id, name, realm, place)
     cross join lateral (
       select * from sip_users s where s.tenant_id = w.tenant_id and s.name = w.name and s.realm in (w.realm, '')
       order by s.realm desc limit 1) u`,
    [
      plainArray(wanted.map(({ tenantId }) => tenantId)),
      wanted.map(({ name }) => name),
      wanted.map(({ realm }) => realm),
    ],
  );
  const found = new Map(rows.map((row) => [row.place - 1, userOf(row)]));
  return wanted.map((_, index) => found.get(index));
}

/** Of tenants, those that have users at all. */
export async function tenantsWithSipUsers(tx: Tx, tenantIds: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.prepared<{ id: string }>(
    "tenants-with-sip-users",
    "select wanted as id from unnest($1::uuid[]) wanted where exists (select from sip_users where tenant_id = wanted)",
    [plainArray(tenantIds)],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Every user of a tenant, without their secrets: whose calls are whose. */
export async function listSipUserAccounts(tx: Tx, tenantId: string): Promise<readonly SipUser[]> {
  const { rows } = await tx.query<Omit<Row, "secret" | "secret_kind" | "key_id">>(
    "select id, tenant_id, account_id, name, realm from sip_users where tenant_id = $1 order by id",
    [tenantId],
  );
  return rows.map(({ id, account_id, name, realm }) => ({ id, tenantId, accountId: account_id, name, realm }));
}

/** The user of just this name and realm, with his account's code. */
export async function findSipUser(
  tx: Tx,
  { tenantId, name, realm }: WantedSipUser,
): Promise<{ readonly user: StoredSipUser; readonly account: string } | undefined> {
  const { rows } = await tx.query<Row & { readonly code: string }>(
    `select ${COLUMNS}, a.code from sip_users u join accounts a on a.id = u.account_id
     where u.tenant_id = $1 and u.name = $2 and u.realm = $3`,
    [tenantId, name, realm],
  );
  return rows[0] && { user: userOf(rows[0]), account: rows[0].code };
}

/** Stores a user, or the new secret of the one who is there. */
export async function saveSipUser(tx: Tx, user: StoredSipUser, changedBy: string): Promise<void> {
  await tx.query(
    `insert into sip_users (id, tenant_id, account_id, name, realm, secret_kind, secret, key_id, changed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (tenant_id, name, realm) do update set secret_kind = excluded.secret_kind, secret = excluded.secret,
       key_id = excluded.key_id, changed_by = excluded.changed_by, changed_at = clock_timestamp()`,
    [
      ...[user.id, user.tenantId, user.accountId, user.name, user.realm, user.secretKind],
      ...[Buffer.from(user.sealed.octets), user.sealed.keyId, changedBy],
    ],
  );
}

/** Answers whether there was such a user. */
export async function deleteSipUser(tx: Tx, { tenantId, name, realm }: WantedSipUser): Promise<boolean> {
  const { rowCount } = await tx.query("delete from sip_users where tenant_id = $1 and name = $2 and realm = $3", [
    ...[tenantId, name, realm],
  ]);
  return rowCount > 0;
}

/** Which users to list. */
export interface SipUserFilter {
  readonly tenantId: string;
  /** Those of one account, by its code; null: of all. */
  readonly account: string | null;
  /** Those behind this one; not given: from the first on. */
  readonly behind?: Pick<ListedSipUser, "account" | "name" | "realm">;
  readonly limit: number;
}

/** Users by account and name. */
export async function listSipUsers(
  tx: Tx,
  { tenantId, account, behind, limit }: SipUserFilter,
): Promise<readonly ListedSipUser[]> {
  const { rows } = await tx.query<
    Pick<Row, "name" | "realm" | "secret_kind"> & {
      readonly code: string;
      readonly changed_by: string;
      readonly changed_at: EpochMs;
    }
  >(
    `select a.code, u.name, u.realm, u.secret_kind, u.changed_by, u.changed_at
     from sip_users u join accounts a on a.id = u.account_id
     where u.tenant_id = $1 and ($2::text is null or a.code = $2)
       and ($4::text is null or (a.code, u.name, u.realm) > ($4, $5, $6)) order by a.code, u.name, u.realm limit $3`,
    [tenantId, account, limit, behind?.account ?? null, behind?.name ?? "", behind?.realm ?? ""],
  );
  return rows.map(({ code, name, realm, secret_kind, changed_by, changed_at }) => ({
    ...{ account: code, name, realm, secretKind: secret_kind, changedBy: changed_by, changedAt: changed_at },
  }));
}
