/**
 * What somebody may do, as routes and screens ask for it: `<of what>:<what>`. `read` shows, `write` creates, changes
 * and removes; anything that moves money is `money:write`, whatever it is about.
 */
export const PERMISSIONS = [
  "accounts:read",
  "accounts:write",
  "audit:read",
  "calls:export",
  "calls:read",
  "calls:write",
  "clock:write",
  "commissions:read",
  "commissions:write",
  "costs:read",
  "impersonation:write",
  "invoices:read",
  "invoices:write",
  "keys:read",
  "keys:write",
  "money:read",
  "money:write",
  "personal-data:read",
  "personal-data:write",
  "quarantine:read",
  "quarantine:write",
  "rates:publish",
  "rates:read",
  "rates:write",
  "reports:read",
  "sessions:read",
  "sessions:write",
  "settings:read",
  "settings:write",
  "sources:read",
  "sources:write",
  "users:read",
  "users:write",
  "webhooks:read",
  "webhooks:write",
] as const;

/** One thing that somebody may do. */
export type Permission = (typeof PERMISSIONS)[number];

const KNOWN: ReadonlySet<string> = new Set(PERMISSIONS);

/** Whether a text names a permission. */
export const isPermission = (text: string): text is Permission => KNOWN.has(text);
