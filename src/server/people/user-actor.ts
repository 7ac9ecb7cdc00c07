import type { Actor } from "../access/actor.ts";
import type { User } from "./user.ts";

/** A user as one who acts. */
export const userActor = (user: User, address: string | null): Actor => ({
  kind: "user",
  id: user.id,
  name: `user:${user.email}`,
  tenantId: user.tenantId,
  accountId: user.accountId,
  permissions: new Set(user.permissions),
  address,
  impersonator: null,
});

/** Somebody who has not shown who they are. */
export const strangerActor = (tenantId: string, address: string | null): Actor => ({
  kind: "user",
  id: null,
  name: "user:unknown",
  tenantId,
  accountId: null,
  permissions: new Set(),
  address,
  impersonator: null,
});
