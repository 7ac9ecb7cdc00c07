import { uuidv7 } from "../../clock.ts";
import { parseMailAddress } from "../../core/access/mail-address.ts";
import { languageFault, userNameFault } from "../../core/access/user.ts";
import { type Actor, scopeOf } from "../access/actor.ts";
import { requireOwnHands } from "../access/own-hands.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { isUniqueViolation } from "../db/unique-violation.ts";
import { keyAccountUnknown } from "../keys/problems.ts";
import { auditUser } from "./audit-user.ts";
import { requireGrantable } from "./grant-roles.ts";
import { savePasswordHash } from "./password-store.ts";
import { userEmailTaken, userInvalid } from "./problems.ts";
import { newPasswordHash } from "./set-password.ts";
import type { User } from "./user.ts";
import { insertUser, isAccountSeen, type NewUser, readUser } from "./user-store.ts";

export interface WantedUser {
  readonly email: string;
  readonly name: string;
  readonly language: string;
  readonly roles: readonly string[];
  /** Whose people they are of: an account that the maker sees; null: that of the maker. */
  readonly accountId: string | null;
}

/**
 * Makes a user, with nothing that its maker does not have. Without a password they can log in once they have set one by
 * a link: `afterwards` sends it, in the same transaction.
 *
 * Errors: Problem `user-invalid`, `user-email-taken`, `role-unknown`, `permissions-exceeded`, `key-account-unknown`,
 * `password-too-weak`, `impersonation-refused`.
 */
export async function createUser(
  db: Database,
  actor: Actor,
  wanted: WantedUser,
  { password = null, afterwards = async () => undefined }: Creating = {},
): Promise<User> {
  requireOwnHands(actor);
  const { tenantId } = actor;
  const [email, roles] = [parseMailAddress(wanted.email), [...new Set(wanted.roles)].sort()];
  if (email === undefined)
    throw userInvalid({ fault: `"${wanted.email}" is no e-mail address such as ada@example.com.` });
  const fault = userNameFault(wanted.name) ?? languageFault(wanted.language) ?? rolesFault(roles);
  if (fault !== null) throw userInvalid({ fault });
  const hash = password === null ? null : await newPasswordHash(password, { email, name: wanted.name });
  const create = async (tx: Tx): Promise<User> => {
    const accountId = wanted.accountId ?? actor.accountId;
    if (accountId !== null && !(await isAccountSeen(tx, accountId))) throw keyAccountUnknown();
    await requireGrantable(tx, actor, { accountId, roles });
    const user: NewUser = {
      ...{ id: uuidv7(), tenantId, accountId, email, name: wanted.name, language: wanted.language, roles },
      ...{ state: hash === null ? "invited" : "active", createdBy: actor.name },
    };
    await insertUser(tx, user);
    if (hash !== null) await savePasswordHash(tx, user, hash);
    const made = (await readUser(tx, user)) as User;
    const { name, language, state } = made;
    await auditUser(tx, actor, hash === null ? "user.invited" : "user.created", {
      user: made,
      after: { email, name, language, state, roles, accountId },
    });
    await afterwards(tx, made);
    return made;
  };
  return await db.transaction("app", scopeOf(actor), create).catch((error: unknown) => {
    throw isUniqueViolation(error) ? userEmailTaken({ email }) : error;
  });
}

interface Creating {
  /** Null: they set one themselves. */
  readonly password?: string | null;
  readonly afterwards?: (tx: Tx, user: User) => Promise<unknown>;
}

const ROLES_MAX = 20;

/** What is wrong with a list of roles, as a sentence; null: nothing. */
export const rolesFault = (roles: readonly string[]): string | null =>
  roles.length >= 1 && roles.length <= ROLES_MAX ? null : `A user has 1 to ${ROLES_MAX} roles.`;
