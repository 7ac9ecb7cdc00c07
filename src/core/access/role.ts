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
