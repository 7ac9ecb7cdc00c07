import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ServerProcess } from "../support/server-process.ts";
import type { CertificateFiles } from "../support/test-authority.ts";

const RADSECPROXY = "/usr/sbin/radsecproxy";
const LOOK_MS = 50;

/** Whether radsecproxy is installed; says so when it is not. */
export function hasRadsecproxy(): boolean {
  if (existsSync(RADSECPROXY)) return true;
  process.stderr.write(
    "not run: radsecproxy is not installed: apt-get install -y --no-install-recommends radsecproxy\n",
  );
  return false;
}

interface Proxied extends Pick<CertificateFiles, "certFile" | "keyFile"> {
  /** UDP, for authorisation and accounting. */
  readonly port: number;
  /** Where RADIUS over TLS is spoken, by radius.test. */
  readonly behind: number;
  readonly caFile: string;
}

/** Starts a proxy that takes RADIUS over UDP and speaks it over TLS; the function that is returned stops it. */
export async function radsecproxy({ port, behind, ...files }: Proxied): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "tollwright-radsecproxy-"));
  const config = join(folder, "radsecproxy.conf");
  await writeFile(config, configOf(port, behind, files));
  const server = new ServerProcess(RADSECPROXY, ["-f", "-c", config]);
  const stop = async () => {
    await server.kill();
    await rm(folder, { recursive: true });
  };
  while (!/ TLS connection to .* up$/m.test(server.said)) {
    await sleep(LOOK_MS);
    if (!/exiting|failed|error/i.test(server.said)) continue;
    await stop();
    throw new Error(server.said);
  }
  return stop;
}

const configOf = (
  port: number,
  behind: number,
  { caFile, certFile, keyFile }: Omit<Proxied, "port" | "behind">,
): string => `
ListenUDP 127.0.0.1:${port}
LogLevel 2
tls default {
  CACertificateFile ${caFile}
  CertificateFile ${certFile}
  CertificateKeyFile ${keyFile}
}
client 127.0.0.1 {
  type udp
  secret testing123
}
server radius.test {
  host 127.0.0.1
  port ${behind}
  type tls
  secret radsec
  tls default
  CertificateNameCheck off
  MatchCertificateAttribute SubjectAltName:DNS:/^radius.test$/
}
realm * {
  server radius.test
  accountingServer radius.test
}
`;
