import type pino from "pino";
import type { MailsReport } from "../server/mail/send-mails.ts";

/** Mails that do not leave; whose they are is not said, since the log is no place for addresses. */
export const mailsReport = (log: pino.Logger): MailsReport => ({
  waiting: (mails) =>
    log.warn(
      { mails },
      "Mails wait: TOLLWRIGHT_SMTP_URL and TOLLWRIGHT_MAIL_FROM say through which server they leave.",
    ),
  failed: ({ id, fault, isGivenUp }) =>
    log[isGivenUp ? "error" : "warn"]({ mail: id, fault }, isGivenUp ? "A mail is given up." : "A mail did not leave."),
  lookFailed: (error) => log.warn(`Mails could not be looked at: ${String(error)}`),
});

/** Sessions and failures that could not be forgotten. */
export const logInsReport =
  (log: pino.Logger) =>
  (error: unknown): void =>
    log.warn(`Log-ins that are over could not be removed: ${String(error)}`);
