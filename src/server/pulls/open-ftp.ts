import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { type ConnectionOptions, TLSSocket } from "node:tls";
import { Client, FTPError } from "basic-ftp";
import { fileFault } from "../mediation/read-file.ts";
import type { OpenFileServer } from "./file-server.ts";
import { FtpFolder } from "./ftp-folder.ts";
import type { FtpPull, FtpsPull } from "./ftp-settings.ts";
import {
  pullFolderUnreadable,
  pullSecretMissing,
  serverCertificateRefused,
  serverLoginRefused,
  serverNotTrusted,
  serverUnreachable,
} from "./problems.ts";
import type { PullRun } from "./puller.ts";
import { readSecret } from "./secret.ts";
import { trustedKeys } from "./trusted-keys.ts";

const MS_PER_S = 1_000;
/** 331, 332, 530 and their kin: who you are was understood, and not accepted. */
const LOGIN_REPLIES: ReadonlySet<number> = new Set([331, 332, 430, 530, 532]);

/** Connects to an FTP server and logs in. Errors: see {@link OpenFileServer}. */
export const openFtp: OpenFileServer<FtpPull> = (run) => open(run.settings, null);

/** The same inside TLS, on the control connection and on those of the data. */
export const openFtps: OpenFileServer<FtpsPull> = async (run) => open(run.settings, await tlsOptions(run));

async function open(settings: FtpPull | FtpsPull, tls: ConnectionOptions | null): Promise<FtpFolder> {
  const { folder, user, passwordFrom } = settings;
  const server = nameOf(settings);
  const password = passwordFrom && (await readSecret(`password for ${server}`, passwordFrom));
  const client = new Client(settings.timeoutS * MS_PER_S);
  try {
    await connect(client, settings, tls);
    await client.login(user, password ?? "").catch((error: unknown) => {
      if (!(error instanceof FTPError) || !LOGIN_REPLIES.has(error.code)) throw error;
      throw serverLoginRefused({ server, user, reason: withoutDot(error.message) });
    });
    await client.useDefaultSettings();
    if (folder !== ".")
      await client.cd(folder).catch((error: unknown) => {
        if (!(error instanceof FTPError)) throw error;
        throw pullFolderUnreadable({ server, folder, reason: withoutDot(error.message) });
      });
    return new FtpFolder(client, { server, folder });
  } catch (error) {
    client.close();
    throw await connectionProblem(settings, error);
  }
}

const nameOf = ({ kind, user, host, port }: FtpPull | FtpsPull): string => `${kind}://${user}@${host}:${port}`;

/** The control connection, in TLS unless `tls` is null. */
async function connect(client: Client, settings: FtpPull | FtpsPull, tls: ConnectionOptions | null): Promise<void> {
  const { host, port } = settings;
  if (tls !== null && settings.kind === "ftps" && settings.implicit) await client.connectImplicitTLS(host, port, tls);
  else {
    await client.connect(host, port);
    if (tls !== null) await client.useTLS(tls);
  }
}

/**
 * How certificates are verified, on the control connection and on those of the data. A pinned certificate is the only
 * authority that is trusted: it is asked for first, over a connection on which nothing secret is said.
 */
async function tlsOptions(run: PullRun<FtpsPull>): Promise<ConnectionOptions> {
  const { settings, pull } = run;
  const { host, serverName, caFile, certificates, trustFirst } = settings;
  const name = serverName ?? host;
  const named = { host: name, ...(isIP(name) === 0 && { servername: name }) };
  if (certificates.length > 0 || trustFirst || (caFile === null && pull.pinned !== null)) {
    const { fingerprint, pem } = await shownCertificate(settings);
    const trusted = trustedKeys(
      run,
      certificates.map((text) => text.toUpperCase()),
    );
    if (!(await trusted.accept(fingerprint)))
      throw serverNotTrusted({
        ...{ server: nameOf(settings), offered: `the certificate ${fingerprint}`, expected: trusted.expected },
        field: "certificates",
      });
    return { ...named, ca: pem, allowPartialTrustChain: true, checkServerIdentity: () => undefined };
  }
  if (caFile === null) return named;
  const ca = await readFile(caFile, "utf8").catch((error: unknown) => {
    throw pullSecretMissing({ what: "authority's certificate", from: `the file ${caFile}`, reason: fileFault(error) });
  });
  return { ...named, ca };
}

/** The certificate that the server shows, whoever it is. Errors: Problems of reaching it. */
async function shownCertificate(settings: FtpsPull): Promise<{ readonly fingerprint: string; readonly pem: string }> {
  const client = new Client(settings.timeoutS * MS_PER_S);
  try {
    await connect(client, settings, { rejectUnauthorized: false });
    const { socket } = client.ftp;
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    if (certificate === undefined) throw new Error("it shows no certificate");
    return { fingerprint: certificate.fingerprint256, pem: certificate.toString() };
  } catch (cause) {
    throw serverUnreachable({ server: nameOf(settings), reason: reasonOf(cause), cause });
  } finally {
    client.close();
  }
}

/** What OpenSSL and Node call certificates that they do not accept. */
const CERTIFICATE_FAULT = /CERT|SIGNATURE|ISSUER|CRL|HOSTNAME_MISMATCH/;

async function connectionProblem(settings: FtpPull | FtpsPull, error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || error.name === "Problem") return error;
  const server = nameOf(settings);
  const code = "code" in error ? String(error.code) : "";
  if (settings.kind === "ftps" && CERTIFICATE_FAULT.test(code)) {
    const shown = await shownCertificate(settings).catch(() => null);
    return serverCertificateRefused({
      ...{ server, reason: withoutDot(error.message), offered: shown?.fingerprint ?? null, cause: error },
    });
  }
  return serverUnreachable({ server, reason: reasonOf(error), cause: error });
}

const withoutDot = (text: string): string => text.replace(/\.$/, "");
const reasonOf = (cause: unknown): string => withoutDot((cause instanceof Error && cause.message) || String(cause));
