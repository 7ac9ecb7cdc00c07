import { createTransport } from "nodemailer";
import type { Config } from "../../config.ts";
import type { DueMail } from "./mail-store.ts";

/** What became of a mail that was handed to the mail server. */
export type Delivery =
  | { readonly kind: "taken" }
  /** `isFinal`: the server will never take this mail. */
  | { readonly kind: "refused"; readonly fault: string; readonly isFinal: boolean };

/** The server through which mails leave. */
export interface MailServer {
  deliver(mail: Pick<DueMail, "id" | "to" | "subject" | "text" | "sender">): Promise<Delivery>;
  close(): void;
}

const CONNECT_MS_MAX = 15_000;
/** A server that says nothing for so long is given up; it may look at what it got for a while. */
const SILENCE_MS_MAX = 60_000;
const CONNECTIONS_MAX = 2;
const SUBMISSION_PORT = 587;
const SUBMISSION_TLS_PORT = 465;
const FAULT_CHARACTERS_MAX = 300;

/** The server of the settings; null: none is set, and mails wait. */
export function mailServerOf({ smtpUrl, mailFrom }: Pick<Config, "smtpUrl" | "mailFrom">): MailServer | null {
  if (smtpUrl === null || mailFrom === null) return null;
  const transport = createTransport({
    ...smtpOptions(smtpUrl),
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    connectionTimeout: CONNECT_MS_MAX,
    greetingTimeout: CONNECT_MS_MAX,
    socketTimeout: SILENCE_MS_MAX,
    disableFileAccess: true, // a mail is text: nothing in it may name a file or an address to be read
    disableUrlAccess: true,
  });
  const domain = mailFrom.replace(/^.*@/, "").replace(/>$/, "");
  return {
    deliver: ({ id, to, subject, text, sender }) =>
      transport
        .sendMail({
          ...{ from: sender ?? mailFrom, to: { name: "", address: to }, subject, text },
          messageId: `<${id}@${domain}>`, // of each try the same: who gets a mail twice can tell
          headers: { "Auto-Submitted": "auto-generated" }, // RFC 3834: no "I am on holiday" comes back
        })
        .then(
          (): Delivery => ({ kind: "taken" }),
          (error: unknown) => refusalOf(error as MailFault),
        ),
    close: () => transport.close(),
  };
}

/**
 * How the server of `smtp://user:password@host:port` is spoken to. With `smtp:` the connection must turn to TLS
 * (STARTTLS), with `smtps:` it begins with it. Only to this machine, or with `?tls=optional`, is it done without where
 * the server offers none.
 */
function smtpOptions(url: string) {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  const secure = protocol === "smtps:";
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const isHere = /^(localhost|127\.[\d.]+|::1)$/.test(host);
  return {
    ...{ host, secure, port: port === "" ? (secure ? SUBMISSION_TLS_PORT : SUBMISSION_PORT) : Number(port) },
    requireTLS: !secure && !isHere && searchParams.get("tls") !== "optional",
    ...(username !== "" && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  };
}

interface MailFault extends Error {
  readonly code?: string;
  readonly permanent?: boolean;
  readonly responseCode?: number;
}

/** What a server says of the mail itself is final when it says 5xx (RFC 5321 §4.2.1); of a log-in it never is. */
function refusalOf({ code, permanent, message }: MailFault): Delivery {
  const isAboutMail = code === "EENVELOPE" || code === "EMESSAGE";
  const fault = message.replaceAll(/\p{Cc}+/gu, " ").slice(0, FAULT_CHARACTERS_MAX);
  return { kind: "refused", fault, isFinal: isAboutMail && permanent === true };
}
