import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A mail as the server got it. */
export interface CaughtMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Lines of the header, unfolded. */
  readonly headers: readonly string[];
  /** What the text says, decoded. */
  readonly text: string;
}

/** An SMTP server of a test: it keeps what it gets, or refuses what it is told to. */
export class MailCatcher {
  readonly mails: CaughtMail[] = [];
  readonly #server: SMTPServer;

  private constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      closeTimeout: 1_000,
      authOptional: options.onAuth === undefined,
      ...(options.cert === undefined && { disabledCommands: ["STARTTLS"] }),
      ...options,
      onData: (stream, { envelope }, done) => {
        text(stream).then((raw) => {
          const { mailFrom, rcptTo } = envelope;
          const from = mailFrom === false ? "" : mailFrom.address;
          this.mails.push({ from, to: rcptTo.map(({ address }) => address), ...readMail(raw) });
          done();
        }, done);
      },
    });
    this.#server.on("error", () => undefined); // a client that does not trust us goes away in the middle
  }

  static async start(options: SMTPServerOptions = {}, port = 0): Promise<MailCatcher> {
    const catcher = new MailCatcher(options);
    await once(catcher.#server.listen(port, "127.0.0.1"), "listening");
    return catcher;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(resolve);
    });
  }
}

function readMail(raw: string): Pick<CaughtMail, "headers" | "text"> {
  const end = raw.indexOf("\r\n\r\n");
  const headers = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const body = raw.slice(end + "\r\n\r\n".length);
  const encoding = headers.find((line) => /^content-transfer-encoding:/i.test(line)) ?? "";
  return { headers, text: decoded(body, encoding).replaceAll("\r\n", "\n").trimEnd() };
}

function decoded(body: string, encoding: string): string {
  if (/base64/i.test(encoding)) return Buffer.from(body, "base64").toString("utf8");
  if (!/quoted-printable/i.test(encoding)) return body;
  const octets = body
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(octets, "latin1").toString("utf8");
}
