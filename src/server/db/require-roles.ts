import type pg from "pg";
import { databaseRolesMissing } from "./database-problems.ts";

const ROLES = ["tollwright_owner", "tollwright_app", "tollwright_account", "tollwright_ingest"] as const;

/**
 * Checks, before migrations, that the login can make the roles or may use those an administrator made, and
 * that it may create a schema: otherwise the migration would fail on one of them, without saying what to do.
 *
 * @throws Problem `database-roles-missing` with the SQL that an administrator has to run.
 */
export async function requireRoles(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{
    login: string;
    database: string;
    makes_roles: boolean;
    makes_schemas: boolean;
    existing: string[];
    usable: string[];
  }>(
    `select current_user as login, current_database() as database,
       (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as makes_roles,
       has_database_privilege(current_database(), 'create') as makes_schemas,
       array(select rolname::text from pg_roles where rolname = any($1::text[])) as existing,
       array(select rolname::text from pg_roles
             where rolname = any($1::text[]) and (pg_has_role(oid, $2) or $3)) as usable`,
    [ROLES, ...(await membershipRules(client))],
  );
  const found = rows[0];
  if (!found) return;
  const missing = ROLES.filter((role) => !found.existing.includes(role));
  const locked = ROLES.filter((role) => found.existing.includes(role) && !found.usable.includes(role));
  const reasons = [
    ...(found.makes_roles ? [] : missing.map((role) => `role ${role} does not exist and it may not create roles`)),
    ...locked.map((role) => `it is not a member of ${role}`),
    ...(found.makes_schemas ? [] : ["it may not create a schema in this database"]),
  ];
  if (reasons.length === 0) return;
  const login = `"${found.login.replaceAll('"', '""')}"`;
  const sql = [
    ...missing.map((role) => `create role ${role} nologin;`),
    `grant ${ROLES.join(", ")} to ${login};`,
    `grant create, temporary on database "${found.database.replaceAll('"', '""')}" to ${login};`,
  ].join(" ");
  throw databaseRolesMissing({ login: found.login, reason: reasons.join("; "), sql });
}

/**
 * What makes a role usable. 16 and newer tell membership from the right to SET ROLE, which is the one needed here, and
 * let only a role's administrators hand it out; on 15 every login that may create roles can help itself.
 */
async function membershipRules(client: pg.ClientBase): Promise<[privilege: string, mayHelpItself: boolean]> {
  const { rows } = await client.query<{ old: boolean; makes_roles: boolean }>(`
    select current_setting('server_version_num')::int < 160000 as old,
      (select rolcreaterole from pg_roles where rolname = current_user) as makes_roles`);
  const old = rows[0]?.old ?? false;
  return [old ? "member" : "set", old && (rows[0]?.makes_roles ?? false)];
}
