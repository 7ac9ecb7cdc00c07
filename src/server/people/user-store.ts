import type { MailAddress } from "../../core/access/mail-address.ts";
import { isPermission, type Permission } from "../../core/access/permission.ts";
import { permissionsOfRoles } from "../../core/access/role.ts";
import type { UserState } from "../../core/access/user.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { User } from "./user.ts";

export interface UserRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly account_id: string | null;
  readonly email: MailAddress;
  readonly name: string;
  readonly language: string;
  readonly state: UserState;
  readonly roles: readonly string[];
  /** Of the roles that are not built in. */
  readonly own_permissions: readonly string[];
  readonly created_by: string;
  readonly created_at: EpochMs;
  readonly last_log_in_at: EpochMs | null;
  readonly version: string;
}

/** Of `users u`, with what the roles of its account permit at this moment. */
export const USER_COLUMNS = `u.id, u.tenant_id, u.account_id, u.email, u.name, u.language, u.state, u.roles,
  array(select distinct p from roles r, unnest(r.permissions) p where r.tenant_id = u.tenant_id
    and r.account_id is not distinct from u.account_id and r.name = any(u.roles)) as own_permissions,
  u.created_by, u.created_at, u.last_log_in_at, (extract(epoch from u.changed_at) * 1000000)::bigint::text as version`;

export function userOf(row: UserRow): User {
  const permissions = new Set<Permission>(permissionsOfRoles(row.roles));
  for (const permission of row.own_permissions) if (isPermission(permission)) permissions.add(permission);
  return {
    ...{ id: row.id, tenantId: row.tenant_id, accountId: row.account_id, email: row.email, name: row.name },
    ...{ language: row.language, state: row.state, roles: row.roles, permissions: [...permissions].sort() },
    ...{ createdBy: row.created_by, createdAt: row.created_at, lastLogInAt: row.last_log_in_at, version: row.version },
  };
}

/** One user; `lock` keeps others from changing it until the transaction ends. */
export async function readUser(
  tx: Tx,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
  lock: "for update" | "" = "",
): Promise<User | undefined> {
  const { rows } = await tx.query<UserRow>(
    `select ${USER_COLUMNS} from users u where u.tenant_id = $1 and u.id = $2 ${lock && `${lock} of u`}`,
    [tenantId, id],
  );
  return rows[0] && userOf(rows[0]);
}

/** The user of an address. */
export async function readUserByEmail(
  tx: Tx,
  { tenantId, email }: { readonly tenantId: string; readonly email: MailAddress },
): Promise<User | undefined> {
  const { rows } = await tx.query<UserRow>(
    `select ${USER_COLUMNS} from users u where u.tenant_id = $1 and u.email = $2`,
    [tenantId, email],
  );
  return rows[0] && userOf(rows[0]);
}

/** Which users; what is null does not matter. */
export interface UserFilter {
  readonly accountId: string | null;
  readonly state: UserState | null;
  /** The e-mail address of the last one of the page before. */
  readonly after: string | null;
  readonly limit: number;
}

/** Users by their e-mail addresses. */
export async function listUsers(
  tx: Tx,
  tenantId: string,
  { accountId, state, after, limit }: UserFilter,
): Promise<readonly User[]> {
  const { rows } = await tx.query<UserRow>(
    `select ${USER_COLUMNS} from users u where u.tenant_id = $1 and ($2::uuid is null or u.account_id = $2)
       and ($3::text is null or u.state = $3) and ($4::text is null or u.email > $4) order by u.email limit $5`,
    [tenantId, accountId, state, after, limit],
  );
  return rows.map(userOf);
}

/** What a user is made of. */
export interface NewUser extends Pick<User, "id" | "tenantId" | "accountId" | "email" | "name" | "language" | "roles"> {
  readonly state: UserState;
  readonly createdBy: string;
}

/** Errors: a unique violation when the address is taken. */
export async function insertUser(tx: Tx, user: NewUser): Promise<void> {
  await tx.query(
    `insert into users (tenant_id, id, account_id, email, name, language, state, roles, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      ...[user.tenantId, user.id, user.accountId, user.email, user.name, user.language, user.state, user.roles],
      user.createdBy,
    ],
  );
}

/** Errors: a unique violation when the address is taken. */
export async function updateUser(
  tx: Tx,
  { tenantId, id, email, name, language, state, roles }: Omit<NewUser, "accountId" | "createdBy">,
): Promise<void> {
  await tx.query(
    `update users set email = $3, name = $4, language = $5, state = $6, roles = $7, changed_at = clock_timestamp()
     where tenant_id = $1 and id = $2`,
    [tenantId, id, email, name, language, state, roles],
  );
}

export async function noteLogIn(tx: Tx, id: string): Promise<void> {
  await tx.query("update users set last_log_in_at = clock_timestamp() where id = $1", [id]);
}

/**
 * Locks the operator's owners who can log in, and answers their ids: two transactions that each take another one away
 * must not leave none.
 */
export async function lockOwners(tx: Tx, tenantId: string): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from users where tenant_id = $1 and account_id is null and state = 'active' and 'owner' = any(roles)
     order by id for update`,
    [tenantId],
  );
  return rows.map(({ id }) => id);
}

/** Whether an account is there to be seen by whom the transaction works for. */
export async function isAccountSeen(tx: Tx, accountId: string): Promise<boolean> {
  const { rowCount } = await tx.query("select from accounts where id = $1", [accountId]);
  return rowCount > 0;
}
