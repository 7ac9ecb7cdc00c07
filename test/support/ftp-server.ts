import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, untilListening } from "./free-port.ts";
import { ServerProcess } from "./server-process.ts";

const VSFTPD = "/usr/sbin/vsftpd";
/** vsftpd checks the password of its anonymous login against a list: no account of the machine is needed. */
const PASSWORD = "a-password-of-the-test";

/** A real vsftpd of a test. */
export interface FtpServer {
  readonly port: number;
  readonly user: string;
  readonly passwordFile: string;
  /** The folder that the login sees as "files". */
  readonly folder: string;
  /** The login's own user: what it writes belongs to it. */
  readonly uid: number;
  /** Of a server with TLS: the authority's certificate, and the fingerprint of the server's own. */
  readonly caFile: string;
  readonly fingerprint: string;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Whether the server is installed and may be started; says so when it can't. */
export function hasFtpServer(): boolean {
  const why = !existsSync(VSFTPD)
    ? "vsftpd is not installed: apt-get install -y vsftpd"
    : process.getuid?.() === 0
      ? undefined
      : "vsftpd has to be started by root";
  if (why !== undefined) process.stderr.write(`not run: ${why}\n`);
  return why === undefined;
}

/** Starts a server on a free port. `rateBytes`: a second, so that a transfer takes long enough to be cut. */
export async function ftpServer({
  tls = "none",
  rateBytes = 0,
}: {
  readonly tls?: "none" | "explicit" | "implicit";
  readonly rateBytes?: number;
} = {}): Promise<FtpServer> {
  const dir = await mkdtemp(join(tmpdir(), "tollwright-vsftpd-"));
  const root = join(dir, "root");
  const folder = join(root, "files");
  await chmod(dir, 0o755);
  await mkdir(root, { mode: 0o755 });
  await mkdir(folder);
  const uid = Number(execFileSync("id", ["-u", "ftp"], { encoding: "utf8" }));
  await chown(folder, uid, -1);
  await writeFile(join(dir, "passwords"), `${PASSWORD}\n`);
  await mkdir("/var/run/vsftpd/empty", { recursive: true, mode: 0o755 }); // its empty chroot
  const fingerprint = tls === "none" ? "" : makeCertificates(dir);
  const port = await freePort();
  await writeFile(join(dir, "config"), configOf({ dir, root, port, tls, rateBytes }));
  let server: ServerProcess | undefined;
  const start = async () => {
    server = new ServerProcess(VSFTPD, [join(dir, "config")]);
    await untilListening(port);
  };
  await start();
  return {
    ...{ port, user: "anonymous", passwordFile: join(dir, "passwords"), folder, uid, start },
    ...{ caFile: join(dir, "ca.pem"), fingerprint },
    kill: async () => await server?.kill(),
    stop: async () => {
      await server?.kill();
      await rm(dir, { recursive: true });
    },
  };
}

/** A certificate for localhost and 127.0.0.1 of an authority of its own; answers its fingerprint. */
function makeCertificates(dir: string): string {
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, encoding: "utf8", stdio: "pipe" });
  const key = ["-newkey", "rsa:2048", "-nodes", "-days", "2"];
  openssl("req", "-x509", ...key, "-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.pem");
  const names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  openssl(
    "req",
    "-x509",
    ...key,
    "-subj",
    "/CN=localhost",
    ...names,
    "-addext",
    "basicConstraints=CA:FALSE",
    ...["-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.pem"],
  );
  return openssl("x509", "-in", "server.pem", "-noout", "-fingerprint", "-sha256").trim().split("=")[1] ?? "";
}

function configOf(server: {
  readonly dir: string;
  readonly root: string;
  readonly port: number;
  readonly tls: "none" | "explicit" | "implicit";
  readonly rateBytes: number;
}): string {
  const { dir, root, port, tls, rateBytes } = server;
  const settings = {
    ...{ listen: "YES", background: "NO", listen_address: "127.0.0.1", listen_port: port, connect_from_port_20: "NO" },
    ...{ anonymous_enable: "YES", local_enable: "NO", ftp_username: "ftp", anon_root: root },
    ...{ secure_email_list_enable: "YES", email_password_file: join(dir, "passwords"), delay_failed_login: 0 },
    ...{
      write_enable: "YES",
      anon_upload_enable: "YES",
      anon_mkdir_write_enable: "YES",
      anon_other_write_enable: "YES",
    },
    ...{ anon_world_readable_only: "NO", anon_umask: "022", anon_max_rate: rateBytes, seccomp_sandbox: "NO" },
    ...{ isolate: "NO", isolate_network: "NO", secure_chroot_dir: "/var/run/vsftpd/empty", xferlog_enable: "NO" },
    ...(tls !== "none" && {
      ...{ ssl_enable: "YES", allow_anon_ssl: "YES", force_anon_logins_ssl: "YES", force_anon_data_ssl: "YES" },
      ...{ rsa_cert_file: join(dir, "server.pem"), rsa_private_key_file: join(dir, "server.key") },
      ...{ implicit_ssl: tls === "implicit" ? "YES" : "NO", require_ssl_reuse: "YES", ssl_ciphers: "HIGH" },
    }),
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
