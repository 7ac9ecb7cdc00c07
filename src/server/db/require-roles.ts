import type pg from "pg";
import { databaseRolesMissing } from "./database-problems.ts";

const ROLES = ["tollwright_owner", "tollwright_app", "tollwright_ingest"] as const;

/**
 * Checks, before the first migration, that the login can make the roles or may use those an administrator made, and
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
             where rolname = any($1::text[]) and pg_has_role(oid, $2)) as usable`,
    [ROLES, await memberWord(client)],
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

/** PostgreSQL 16 tells membership from the right to SET ROLE, which is the one needed here; 15 knows only the first. */
async function memberWord(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ sets: boolean }>(
    "select current_setting('server_version_num')::int >= 160000 as sets",
  );
  return rows[0]?.sets ? "set" : "member";
}
