import { isPermission } from "../../core/access/permission.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Tx } from "../db/tx.ts";
import type { Role } from "./role.ts";

interface Row {
  readonly id: string;
  readonly account_id: string | null;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly changed_by: string;
  readonly changed_at: EpochMs;
}

const COLUMNS = "id, account_id, name, permissions, changed_by, changed_at";

const roleOf = ({ id, account_id, name, permissions, changed_by, changed_at }: Row): Role => ({
  ...{ id, accountId: account_id, name, changedBy: changed_by, changedAt: changed_at },
  permissions: permissions.filter(isPermission),
});

/** Roles that somebody sees, by account and name. */
export async function listRoles(tx: Tx, tenantId: string, limit: number): Promise<readonly Role[]> {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from roles where tenant_id = $1 order by account_id nulls first, name limit $2`,
    [tenantId, limit],
  );
  return rows.map(roleOf);
}

/** One role, locked until the transaction ends. */
export async function lockRole(tx: Tx, tenantId: string, id: string): Promise<Role | undefined> {
  const { rows } = await tx.query<Row>(`select ${COLUMNS} from roles where tenant_id = $1 and id = $2 for update`, [
    tenantId,
    id,
  ]);
  return rows[0] && roleOf(rows[0]);
}

/** Roles of one account by their names, kept from being removed until the transaction ends. */
export async function holdRoles(
  tx: Tx,
  { tenantId, accountId }: { readonly tenantId: string; readonly accountId: string | null },
  names: readonly string[],
): Promise<readonly Role[]> {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from roles where tenant_id = $1 and account_id is not distinct from $2 and name = any($3::text[])
     order by name for share`,
    [tenantId, accountId, names],
  );
  return rows.map(roleOf);
}

/** Errors: a unique violation when the account has a role of that name. */
export async function insertRole(tx: Tx, tenantId: string, role: Omit<Role, "changedAt">): Promise<void> {
  await tx.query(
    `insert into roles (tenant_id, id, account_id, name, permissions, changed_by) values ($1, $2, $3, $4, $5, $6)`,
    [tenantId, role.id, role.accountId, role.name, role.permissions, role.changedBy],
  );
}

export async function updateRole(
  tx: Tx,
  tenantId: string,
  { id, permissions, changedBy }: Pick<Role, "id" | "permissions" | "changedBy">,
): Promise<void> {
  await tx.query(
    `update roles set permissions = $3, changed_by = $4, changed_at = clock_timestamp()
     where tenant_id = $1 and id = $2`,
    [tenantId, id, permissions, changedBy],
  );
}

export async function deleteRole(tx: Tx, tenantId: string, id: string): Promise<void> {
  await tx.query("delete from roles where tenant_id = $1 and id = $2", [tenantId, id]);
}

/** How many users have the role. */
export async function countRoleUsers(tx: Tx, tenantId: string, { accountId, name }: Role): Promise<number> {
  const { rows } = await tx.query<{ count: string }>(
    `select count(*) as count from users
     where tenant_id = $1 and account_id is not distinct from $2 and $3 = any(roles)`,
    [tenantId, accountId, name],
  );
  return Number(rows[0]?.count);
}
