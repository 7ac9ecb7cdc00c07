import { PERMISSIONS, type Permission } from "./permission.ts";

export const BUILT_IN_ROLES = ["owner", "finance", "routing", "support", "read-only"] as const;
/** Roles that every tenant has; it may define others from permissions. */
export type BuiltInRole = (typeof BUILT_IN_ROLES)[number];

/** Everything but what costs show: who looks up a customer's calls needs not know what they cost us. */
const READS = PERMISSIONS.filter((permission) => permission.endsWith(":read"));
const HELP_DESK: readonly Permission[] = [
  ...["accounts:read", "calls:read", "invoices:read", "money:read", "quarantine:read", "rates:read"],
  ...["sessions:read", "sessions:write", "sources:read"],
] as const satisfies readonly Permission[];

/** What each built-in role may do. */
export const ROLE_PERMISSIONS: Readonly<Record<BuiltInRole, readonly Permission[]>> = {
  owner: PERMISSIONS,
  finance: [
    ...["accounts:read", "accounts:write", "calls:export", "calls:read", "calls:write", "commissions:read"],
    ...["commissions:write", "costs:read", "invoices:read", "invoices:write", "money:read", "money:write"],
    ...["quarantine:read", "quarantine:write", "rates:publish", "rates:read", "rates:write", "reports:read"],
    ...["sessions:read", "settings:read", "sources:read"],
  ] as const satisfies readonly Permission[],
  routing: [
    ...["accounts:read", "calls:read", "costs:read", "quarantine:read", "quarantine:write", "rates:publish"],
    ...["rates:read", "rates:write", "reports:read", "sessions:read", "sessions:write", "settings:read"],
    ...["sources:read", "sources:write"],
  ] as const satisfies readonly Permission[],
  support: HELP_DESK,
  "read-only": READS,
};

/** Whether a role is one that every tenant has. */
export const isBuiltInRole = (name: string): name is BuiltInRole => BUILT_IN_ROLES.some((role) => role === name);

/** What the built-in ones among roles permit, each once. */
export const permissionsOfRoles = (roles: readonly string[]): readonly Permission[] => [
  ...new Set(roles.filter(isBuiltInRole).flatMap((role) => ROLE_PERMISSIONS[role])),
];

/** What is wrong with the name of a role of one's own, as a sentence; null: nothing. */
export function roleNameFault(name: string): string | null {
  if (isBuiltInRole(name)) return `The role "${name}" is built in.`;
  return name.length <= 50 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)
    ? null
    : "A role's name has up to 50 lower-case letters, digits and single hyphens between them, such as night-desk.";
}
