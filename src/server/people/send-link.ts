import { type Actor, scopeOf } from "../access/actor.ts";
import { requireOwnHands } from "../access/own-hands.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { auditUser } from "./audit-user.ts";
import { requireRank } from "./grant-roles.ts";
import { INVITATION_S, type LinkMail, PASSWORD_RESET_S, queueInvitation, queuePasswordReset } from "./people-mails.ts";
import { userUnknown } from "./problems.ts";
import { makeToken } from "./secret-token.ts";
import { saveUserToken, type TokenPurpose } from "./token-store.ts";
import type { User } from "./user.ts";
import { readUser } from "./user-store.ts";

/** What a user who has no password gets, and one who has. */
const purposeFor = ({ state }: Pick<User, "state">): TokenPurpose =>
  state === "invited" ? "invitation" : "password-reset";

/** Makes the link by which somebody sets a password; the one before is good no more. */
export async function makeLink(
  tx: Tx,
  user: Pick<User, "tenantId" | "accountId" | "id" | "state">,
  linkUrl: string,
): Promise<string> {
  const { token, hash } = makeToken();
  const purpose = purposeFor(user);
  await saveUserToken(tx, user, { purpose, hash, lifeS: purpose === "invitation" ? INVITATION_S : PASSWORD_RESET_S });
  return `${linkUrl}/set-password#${token}`; // behind #: neither logs nor other sites see it
}

/** Queues the mail with the link. */
export async function mailLink(
  tx: Tx,
  user: User,
  { linkUrl, operator }: { readonly linkUrl: string; readonly operator: string },
): Promise<void> {
  const mail: LinkMail = { operator, link: await makeLink(tx, user, linkUrl) };
  await (purposeFor(user) === "invitation" ? queueInvitation : queuePasswordReset)(tx, user, mail);
}

/**
 * Gives a user a link to set a password, by whom manages users: `send` mails or shows it, in the same transaction.
 *
 * Errors: Problem `user-unknown` (also for who is disabled), `user-outranks`, `own-user-protected`,
 * `impersonation-refused`.
 */
export async function sendLink(
  db: Database,
  actor: Actor,
  id: string,
  send: (tx: Tx, user: User) => Promise<void>,
): Promise<User> {
  requireOwnHands(actor);
  return await db.transaction("app", scopeOf(actor), async (tx) => {
    const user = await readUser(tx, { tenantId: actor.tenantId, id }, "for update");
    if (user === undefined || user.state === "disabled") throw userUnknown();
    requireRank(actor, user);
    await send(tx, user);
    await auditUser(tx, actor, user.state === "invited" ? "user.invited" : "user.password-reset-sent", { user });
    return user;
  });
}
