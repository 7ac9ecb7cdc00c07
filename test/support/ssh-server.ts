import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { freePort, untilListening } from "./free-port.ts";
import { ServerProcess } from "./server-process.ts";

const SSHD = "/usr/sbin/sshd";
const HOST_KEYS = ["ed25519", "ecdsa", "rsa"] as const;

/** A real OpenSSH server of a test, for one login: this process's own user, by key. */
export interface SshServer {
  readonly port: number;
  readonly user: string;
  /** The login's private key. */
  readonly keyFile: string;
  /** Of each kind of host key, as `ssh-keygen -l` prints it. */
  readonly fingerprints: Readonly<Record<(typeof HOST_KEYS)[number], string>>;
  /** A folder of the server's machine. */
  readonly folder: string;
  /** Ends the server and its sessions at once; `start` brings it back on the same port. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Whether the server is installed; says so when it is not. */
export function hasSshServer(): boolean {
  if (existsSync(SSHD)) return true;
  process.stderr.write("not run: OpenSSH's server is not installed: apt-get install -y openssh-server\n");
  return false;
}

/** Starts a server on a free port; as root or as any other user, who can log in only as itself. */
export async function sshServer(): Promise<SshServer> {
  const dir = await mkdtemp(join(tmpdir(), "tollwright-sshd-"));
  const folder = join(dir, "files");
  await mkdir(folder);
  for (const name of [...HOST_KEYS, "login"]) makeKey(join(dir, name), name === "login" ? "ed25519" : name);
  await writeFile(join(dir, "authorized"), await readFile(join(dir, "login.pub")));
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 }); // its empty chroot
  const port = await freePort();
  await writeFile(join(dir, "config"), configOf(dir, port));
  let server: ServerProcess | undefined;
  const start = async () => {
    server = new ServerProcess(SSHD, ["-D", "-e", "-f", join(dir, "config")]);
    await untilListening(port);
  };
  await start();
  return {
    ...{ port, folder, user: userInfo().username, keyFile: join(dir, "login"), start },
    fingerprints: Object.fromEntries(HOST_KEYS.map((kind) => [kind, fingerprintOf(join(dir, kind))])) as Record<
      (typeof HOST_KEYS)[number],
      string
    >,
    kill: async () => await server?.kill(),
    stop: async () => {
      await server?.kill();
      await chmod(folder, 0o700);
      await rm(dir, { recursive: true });
    },
  };
}

const makeKey = (path: string, type: string): void =>
  void execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", "test", "-f", path]);

const fingerprintOf = (path: string): string =>
  execFileSync("ssh-keygen", ["-lf", `${path}.pub`], { encoding: "utf8" }).split(" ")[1] ?? "";

const configOf = (dir: string, port: number): string =>
  [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    ...HOST_KEYS.map((kind) => `HostKey ${join(dir, kind)}`),
    `AuthorizedKeysFile ${join(dir, "authorized")}`,
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin yes",
    "PasswordAuthentication yes",
    "MaxStartups 100",
    "Subsystem sftp internal-sftp",
    "",
  ].join("\n");
