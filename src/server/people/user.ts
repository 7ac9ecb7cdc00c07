import type { MailAddress } from "../../core/access/mail-address.ts";
import type { Permission } from "../../core/access/permission.ts";
import type { UserState } from "../../core/access/user.ts";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";

/** A person who logs in. */
export interface User {
  readonly id: string;
  readonly tenantId: string;
  /** The reseller or customer whose people they are of; null: the operator's. */
  readonly accountId: string | null;
  readonly email: MailAddress;
  readonly name: string;
  readonly language: string;
  readonly state: UserState;
  /** Names of built-in roles, and of roles of the same account. */
  readonly roles: readonly string[];
  /** What all the roles together let them do. */
  readonly permissions: readonly Permission[];
  readonly createdBy: string;
  readonly createdAt: EpochMs;
  readonly lastLogInAt: EpochMs | null;
  /** Changes with every change of the row. */
  readonly version: string;
}

const timeOrNull = (at: EpochMs | null): string | null => (at === null ? null : toInstant(at).toString());

/** A user as answers show them. */
export const userJson = (user: User) => ({
  id: user.id,
  accountId: user.accountId,
  email: user.email as string,
  name: user.name,
  language: user.language,
  state: user.state,
  roles: [...user.roles],
  permissions: [...user.permissions],
  createdBy: user.createdBy,
  createdAt: toInstant(user.createdAt).toString(),
  lastLogInAt: timeOrNull(user.lastLogInAt),
});
