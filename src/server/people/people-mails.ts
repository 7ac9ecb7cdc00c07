import type { Tx } from "../db/tx.ts";
import { queueMail } from "../mail/queue-mail.ts";
import type { User } from "./user.ts";

type Addressee = Pick<User, "tenantId" | "accountId" | "email" | "name">;

/** `operator` is whose Tollwright it is, as its people know it. */
export interface LinkMail {
  readonly operator: string;
  readonly link: string;
}

export const INVITATION_S = 7 * 86_400;
export const PASSWORD_RESET_S = 3_600;

const mail = (tx: Tx, { tenantId, accountId, email, name }: Addressee, subject: string, lines: readonly string[]) =>
  queueMail(tx, { tenantId, accountId, to: email, subject, text: [`Hello ${name},`, "", ...lines, ""].join("\n") });

export const queueInvitation = (tx: Tx, user: Addressee, { operator, link }: LinkMail): Promise<string> =>
  mail(tx, user, `${operator}: you are invited`, [
    `${operator} gives you access. Choose a password here within seven days:`,
    "",
    link,
    "",
    "From then on you log in with this e-mail address. If you do not know what this is about, ignore it: without a",
    "password nobody gets in.",
  ]);

export const queuePasswordReset = (tx: Tx, user: Addressee, { operator, link }: LinkMail): Promise<string> =>
  mail(tx, user, `${operator}: choose a new password`, [
    "A new password was asked for. Choose it here within one hour:",
    "",
    link,
    "",
    "If it was not you, ignore this: your password stays as it is.",
  ]);

export const queuePasswordChanged = (tx: Tx, user: Addressee): Promise<string> =>
  mail(tx, user, "Your password was changed", [
    "Your password was changed, and you are logged out everywhere else.",
    "If it was not you, choose a new one at once: ask for it on the log-in page.",
  ]);

export const queueRecoveryCodeUsed = (tx: Tx, user: Addressee, left: number): Promise<string> =>
  mail(tx, user, "A recovery code was used", [
    `You logged in with a recovery code instead of your second factor. There are ${left} left.`,
    "If it was not you, change your password and make new codes at once.",
  ]);

export const queueAddressChanged = (tx: Tx, user: Addressee): Promise<string> =>
  mail(tx, user, "Your e-mail address was changed", [
    "From now on you log in with another e-mail address, and mails go there.",
    "If you did not ask for that, tell whoever manages your users at once.",
  ]);
