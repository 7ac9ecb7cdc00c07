import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ServerProcess } from "../support/server-process.ts";
import type { TestAuthority } from "../support/test-authority.ts";

const DAEMON = "/usr/bin/freeDiameterd";
const DICTIONARY = "/usr/lib/freeDiameter/dict_dcca_3gpp.fdx";
const HEADERS = "/usr/include/freeDiameter/extension.h";
const SOURCE = fileURLToPath(new URL("credit-control-peer.c", import.meta.url));

export const FREE_DIAMETER_HOST = "fd.test.example";

/** What the peer counted, once it has ended. */
export interface PeerTally {
  readonly completed: number;
  readonly refused: number;
  readonly answers: number;
  readonly grantedS: number;
  readonly reAuths: number;
  readonly aborts: number;
}

/** Whether Debian's freeDiameter is there, and can be built for; says so when not. */
export function hasFreeDiameter(): boolean {
  const missing = [DAEMON, DICTIONARY, HEADERS, "/usr/bin/gcc"].filter((file) => !existsSync(file));
  const packages = "freediameterd freediameter-extensions libfreediameter-dev gcc libc6-dev";
  if (missing.length > 0)
    process.stderr.write(`not run: ${missing.join(", ")} is not there: apt-get install -y ${packages}\n`);
  return missing.length === 0;
}

export interface FreeDiameterOptions {
  readonly authority: TestAuthority;
  /** The server that it connects to. */
  readonly server: { readonly host: string; readonly port: number; readonly isTls: boolean };
  readonly sessions: number;
  /** Sessions at a time. */
  readonly window: number;
  readonly updates: number;
  /** Requests of the server that its sessions wait for. */
  readonly awaited: number;
}

/** A freeDiameter that runs credit-control sessions, and ends when they are over. */
export class FreeDiameter {
  readonly #dir = mkdtempSync(join(tmpdir(), "tollwright-freediameter-"));
  readonly #process: ServerProcess;

  constructor(options: FreeDiameterOptions) {
    const extension = join(this.#dir, "credit-control-peer.fdx");
    execFileSync("gcc", ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", extension, SOURCE]);
    const config = join(this.#dir, "freediameter.conf");
    writeFileSync(config, configOf(options, extension));
    this.#process = new ServerProcess(DAEMON, ["-c", config]);
  }

  /** Everything it has written. What it finds wrong with a message is told here. */
  get log(): string {
    return this.#process.said;
  }

  /** What it counted when its sessions were over. */
  async tally(): Promise<PeerTally> {
    await this.#process.ended();
    const line = /^\{"completed".*\}$/m.exec(this.log)?.[0];
    if (line === undefined) throw new Error(`freeDiameter has not come to its end:\n${this.log}`);
    return JSON.parse(line) as PeerTally;
  }

  async remove(): Promise<void> {
    await this.#process.kill();
    rmSync(this.#dir, { recursive: true });
  }
}

function configOf(options: FreeDiameterOptions, extension: string): string {
  const { authority, server, sessions, window, updates, awaited } = options;
  const { certFile, keyFile } = authority.certify(FREE_DIAMETER_HOST);
  const security = server.isTls ? "" : "No_TLS; ";
  return `
    Identity = "${FREE_DIAMETER_HOST}";
    Realm = "test.example";
    ListenOn = "127.0.0.1";
    Port = 0;
    SecPort = 0;
    No_SCTP;
    No_IPv6;
    TwTimer = 6;
    TcTimer = 5;
    TLS_Cred = "${certFile}", "${keyFile}";
    TLS_CA = "${authority.caFile}";
    LoadExtension = "/usr/lib/freeDiameter/dict_nasreq.fdx";
    LoadExtension = "/usr/lib/freeDiameter/dict_dcca.fdx";
    LoadExtension = "${DICTIONARY}";
    LoadExtension = "${extension}" : "${sessions} ${window} ${updates} test.example ${awaited}";
    ConnectPeer = "${server.host}" { ConnectTo = "127.0.0.1"; ${security}Port = ${server.port}; };
  `;
}
