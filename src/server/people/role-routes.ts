import { Type } from "typebox";
import { BUILT_IN_ROLES, ROLE_PERMISSIONS } from "../../core/access/role.ts";
import { toInstant } from "../../core/time/epoch.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { closed, id, instant, orNull, text } from "../api/schemas.ts";
import { changeLogInSettings, findLogInSettings } from "./change-log-in-settings.ts";
import { changeRole, createRole, findRoles, removeRole } from "./define-role.ts";
import { permissions, roleName } from "./people-schemas.ts";
import type { Role } from "./role.ts";

const TAG = "Roles";
const Params = Type.Object({ role: id() }, closed);
const OwnRole = Type.Object(
  {
    id: id(),
    accountId: orNull(id(), "whose people may have it; null: the operator's"),
    name: roleName,
    permissions,
    changedBy: text(300),
    changedAt: instant(),
  },
  closed,
);
const BuiltIn = Type.Object({ name: Type.Enum([...BUILT_IN_ROLES]), permissions }, closed);

const roleJson = ({ id: roleId, accountId, name, permissions: permitted, changedBy, changedAt }: Role) => ({
  ...{ id: roleId, accountId, name, permissions: [...permitted], changedBy },
  changedAt: toInstant(changedAt).toString(),
});

const list = apiRoute({
  method: "GET",
  url: "/v1/roles",
  operation: "listRoles",
  tag: TAG,
  summary: "List roles: the built-in ones and your own",
  admits: "users:read",
  answer: Type.Object(
    { builtIn: Type.Array(BuiltIn, { maxItems: BUILT_IN_ROLES.length }), own: Type.Array(OwnRole, { maxItems: 500 }) },
    closed,
  ),
  handle: async ({ db, actor }) => ({
    builtIn: BUILT_IN_ROLES.map((name) => ({ name, permissions: [...ROLE_PERMISSIONS[name]] })),
    own: (await findRoles(db, actor)).map(roleJson),
  }),
});

const create = apiRoute({
  method: "POST",
  url: "/v1/roles",
  operation: "createRole",
  tag: TAG,
  summary: "Make a role from permissions",
  admits: "users:write",
  body: Type.Object(
    {
      name: roleName,
      permissions,
      accountId: Type.Optional(orNull(id(), "whose people may have it; yours when left out")),
    },
    { ...closed, examples: [{ name: "night-desk", permissions: ["calls:read", "sessions:read", "sessions:write"] }] },
  ),
  answer: OwnRole,
  status: 201,
  problems: ["role-invalid", "role-name-taken", "permissions-exceeded", "key-account-unknown", "impersonation-refused"],
  handle: async ({ db, actor, body }) =>
    roleJson(await createRole(db, actor, { ...body, accountId: body.accountId ?? null })),
});

const change = apiRoute({
  method: "PUT",
  url: "/v1/roles/{role}",
  operation: "changeRole",
  tag: TAG,
  summary: "Give a role other permissions",
  about: "At once for everybody who has it.",
  admits: "users:write",
  params: Params,
  body: Type.Object({ permissions }, { ...closed, examples: [{ permissions: ["calls:read"] }] }),
  answer: OwnRole,
  problems: ["role-unknown", "role-invalid", "permissions-exceeded", "impersonation-refused"],
  handle: async ({ db, actor, params, body }) => roleJson(await changeRole(db, actor, params.role, body.permissions)),
});

const remove = apiRoute({
  method: "DELETE",
  url: "/v1/roles/{role}",
  operation: "removeRole",
  tag: TAG,
  summary: "Remove a role that nobody has",
  admits: "users:write",
  params: Params,
  answer: null,
  problems: ["role-unknown", "role-in-use", "permissions-exceeded", "impersonation-refused"],
  handle: ({ db, actor, params }) => removeRole(db, actor, params.role),
});

const LogInSettings = Type.Object(
  {
    secondFactorRequired: Type.Boolean({ description: "who has none can do nothing but set one up" }),
    sessionIdleS: Type.Integer({ minimum: 300, maximum: 2_592_000, description: "until an unused session is over" }),
    sessionS: Type.Integer({ minimum: 300, maximum: 7_776_000, description: "until any session is over" }),
  },
  { ...closed, examples: [{ secondFactorRequired: true, sessionIdleS: 3_600, sessionS: 86_400 }] },
);

const showSettings = apiRoute({
  method: "GET",
  url: "/v1/log-in-settings",
  operation: "getLogInSettings",
  tag: TAG,
  summary: "Show what is asked of people who log in",
  admits: "settings:read",
  isOperatorOnly: true,
  answer: LogInSettings,
  handle: ({ db, actor }) => findLogInSettings(db, actor),
});

const changeSettings = apiRoute({
  method: "PUT",
  url: "/v1/log-in-settings",
  operation: "changeLogInSettings",
  tag: TAG,
  summary: "Say what is asked of people who log in",
  about: "Of the operator's own people and of those of all accounts.",
  admits: "settings:write",
  isOperatorOnly: true,
  body: LogInSettings,
  answer: LogInSettings,
  handle: ({ db, actor, body }) => changeLogInSettings(db, actor, body),
});

/** The routes of roles, and of what is asked of people who log in. */
export const roleRoutes: readonly ApiRoute[] = [list, create, change, remove, showSettings, changeSettings];
