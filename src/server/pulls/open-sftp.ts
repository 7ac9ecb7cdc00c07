import { createHash } from "node:crypto";
import { Client, type ConnectConfig, type SFTPWrapper } from "ssh2";
import type { OpenFileServer } from "./file-server.ts";
import { pullSecretMissing, serverLoginRefused, serverNotTrusted, serverUnreachable } from "./problems.ts";
import { readSecret } from "./secret.ts";
import { SftpFolder } from "./sftp-folder.ts";
import type { SftpPull } from "./sftp-settings.ts";
import { type TrustedKeys, trustedKeys } from "./trusted-keys.ts";

const MS_PER_S = 1_000;
/** Unanswered signs of life after which a connection is dead. */
const SIGNS_MAX = 3;

/** Kinds of host keys: a server has several, and the pinned one may not be the one that is offered first. */
const KEY_KINDS = [
  ["ssh-ed25519"],
  ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"],
  ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
] as const;

/** Connects to an SSH server whose key is trusted, and logs in. Errors: see {@link OpenFileServer}. */
export const openSftp: OpenFileServer<SftpPull> = async (run) => {
  const { settings } = run;
  const server = `sftp://${settings.user}@${settings.host}:${settings.port}`;
  const config = await configOf(settings, server);
  const trusted = trustedKeys(run, settings.hostKeys);
  const first = await connect(server, config, trusted);
  if (!("offered" in first)) return new SftpFolder(first.client, first.sftp, { server, folder: settings.folder });
  if (trusted.expected.length > 0)
    for (const serverHostKey of KEY_KINDS) {
      const other = await connect(
        server,
        { ...config, algorithms: { serverHostKey: [...serverHostKey] } },
        trusted,
      ).catch(
        () => undefined, // it has no key of that kind
      );
      if (other && !("offered" in other))
        return new SftpFolder(other.client, other.sftp, { server, folder: settings.folder });
    }
  const { expected } = trusted;
  throw serverNotTrusted({ server, offered: `the host key ${first.offered}`, expected, field: "hostKeys" });
};

async function configOf(settings: SftpPull, server: string): Promise<ConnectConfig> {
  const { host, port, user: username, passwordFrom, privateKeyFrom, passphraseFrom, timeoutS } = settings;
  return {
    ...{ host, port, username, tryKeyboard: passwordFrom !== undefined },
    ...(passwordFrom && { password: await readSecret(`password for ${server}`, passwordFrom) }),
    ...(privateKeyFrom && { privateKey: await readSecret(`private key for ${server}`, privateKeyFrom) }),
    ...(passphraseFrom && { passphrase: await readSecret(`passphrase for ${server}`, passphraseFrom) }),
    readyTimeout: timeoutS * MS_PER_S,
    keepaliveInterval: (timeoutS * MS_PER_S) / SIGNS_MAX,
    keepaliveCountMax: SIGNS_MAX,
  };
}

/**
 * A session, or the fingerprint of a key that is not trusted. Errors: Problems of the login and of reaching the
 * server.
 */
async function connect(
  server: string,
  config: ConnectConfig,
  trusted: TrustedKeys,
): Promise<{ readonly client: Client; readonly sftp: SFTPWrapper } | { readonly offered: string }> {
  const client = new Client();
  let refused: string | undefined;
  const opened = new Promise<SFTPWrapper>((resolve, reject) => {
    client.on("error", reject);
    client.on("close", () => reject(new Error("it closed the connection")));
    client.on("ready", () => client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp))));
    client.on("keyboard-interactive", (_name, _about, _language, prompts, answer) =>
      answer(prompts.map(() => String(config.password ?? ""))),
    );
    const hostVerifier = (key: Buffer, verify: (isTrusted: boolean) => void): void => {
      const fingerprint = fingerprintOf(key);
      trusted.accept(fingerprint).then((isTrusted) => {
        if (!isTrusted) refused = fingerprint;
        verify(isTrusted);
      }, reject);
    };
    client.connect({ ...config, hostVerifier });
  });
  try {
    const sftp = await opened;
    client.setNoDelay(true); // or small requests wait for one another
    return { client, sftp };
  } catch (error) {
    client.destroy();
    if (refused !== undefined) return { offered: refused };
    throw connectionProblem(server, config, error);
  }
}

/** As `ssh-keygen -lf` prints it. */
const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;

function connectionProblem(server: string, { username, readyTimeout }: ConnectConfig, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { level } = error as { level?: string };
  if (/privateKey/.test(error.message))
    return pullSecretMissing({ what: `private key for ${server}`, from: "where it stands", reason: error.message });
  if (level === "client-authentication")
    return serverLoginRefused({ server, user: username ?? "", reason: "neither password nor key was accepted" });
  if (level === "client-timeout")
    return serverUnreachable({ server, reason: `no answer in ${(readyTimeout ?? 0) / MS_PER_S} s`, cause: error });
  return "code" in error || level !== undefined || error.message.startsWith("it closed")
    ? serverUnreachable({ server, reason: error.message, cause: error })
    : error;
}
