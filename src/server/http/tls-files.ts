import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Server } from "node:https";
import { createSecureContext } from "node:tls";
import { tlsFileUnreadable } from "../files/problems.ts";
import { readPem } from "../files/read-pem.ts";

/** PEM files by name, as the settings have them. */
export interface TlsFiles {
  readonly httpTlsCert: string | null;
  readonly httpTlsKey: string | null;
  readonly httpTlsCa: string | null;
}

/** Tells of certificates that were changed while they are used. */
export interface TlsReport {
  /** `until`: when the new one ends. */
  renewed(until: string): void;
  /** What is there can't be used: the old one stays. */
  failed(error: unknown): void;
}

/** What `https.createServer` takes. */
export interface TlsOptions {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: "TLSv1.2";
}

/** How often the files are looked at: certificates are renewed days before they end. */
const LOOK_MS = 10_000;

/** The certificate of the HTTP API, followed while its files change. */
export class HttpTls {
  readonly #files: TlsFiles;
  readonly #report: TlsReport;
  #options: TlsOptions;
  #timer: NodeJS.Timeout | undefined;

  private constructor(files: TlsFiles, report: TlsReport, options: TlsOptions) {
    this.#files = files;
    this.#report = report;
    this.#options = options;
  }

  /** Null: HTTP is spoken plain. Errors: Problem `tls-file-unreadable`. */
  static async open(files: TlsFiles, report: TlsReport): Promise<HttpTls | null> {
    if (files.httpTlsCert === null && files.httpTlsKey === null && files.httpTlsCa === null) return null;
    return new HttpTls(files, report, await read(files));
  }

  get options(): TlsOptions {
    return this.#options;
  }

  /** Takes up files that change, until {@link close}; connections that are open stay as they are. */
  follow(server: Server, everyMs = LOOK_MS): void {
    const look = async () => {
      await this.#renew(server);
      if (this.#timer !== undefined) this.#timer = setTimeout(look, everyMs).unref();
    };
    this.#timer = setTimeout(look, everyMs).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** A certificate and a key that are replaced one after the other don't belong together for a moment. */
  async #renew(server: Server): Promise<void> {
    try {
      const options = await read(this.#files);
      if (isSame(options, this.#options)) return;
      server.setSecureContext(options);
      this.#options = options;
      this.#report.renewed(new X509Certificate(options.cert).validTo);
    } catch (error) {
      this.#report.failed(error);
    }
  }
}

const isSame = (one: TlsOptions, other: TlsOptions): boolean =>
  one.cert === other.cert && one.key === other.key && one.ca === other.ca;

async function read({ httpTlsCert, httpTlsKey, httpTlsCa }: TlsFiles): Promise<TlsOptions> {
  const cert = await readPem("TOLLWRIGHT_HTTP_TLS_CERT", httpTlsCert);
  const key = await readPem("TOLLWRIGHT_HTTP_TLS_KEY", httpTlsKey);
  const ca = httpTlsCa === null ? {} : { ca: await readPem("TOLLWRIGHT_HTTP_TLS_CA", httpTlsCa) };
  const isProved = httpTlsCa !== null;
  const options = {
    cert,
    key,
    ...ca,
    requestCert: isProved,
    rejectUnauthorized: isProved,
    minVersion: "TLSv1.2",
  } as const;
  try {
    prove(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw tlsFileUnreadable({ variable: "TOLLWRIGHT_HTTP_TLS_CERT", reason: `not usable with its key: ${reason}` });
  }
  return options;
}

/** OpenSSL takes a certificate without a key, too, as a file is while it is written; nobody could connect then. */
function prove(options: TlsOptions): void {
  const isPair = new X509Certificate(options.cert).checkPrivateKey(createPrivateKey(options.key));
  if (!isPair) throw new Error("the key is another certificate's");
  createSecureContext(options);
}
