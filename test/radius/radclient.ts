import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const RADCLIENT = "/usr/bin/radclient";

/** Whether FreeRADIUS's client is installed; says so when it is not. */
export function hasRadclient(): boolean {
  if (existsSync(RADCLIENT)) return true;
  process.stderr.write(
    "not run: radclient is not installed: apt-get install -y --no-install-recommends freeradius-utils\n",
  );
  return false;
}

export interface RadclientRun {
  readonly exitCode: number | null;
  /** What it printed: packets that it sent and got, and a summary. */
  readonly output: string;
}

interface Asked {
  readonly port: number;
  readonly command: "auth" | "acct" | "status" | "auto";
  readonly secret?: string;
  /** Attributes, a line each; packets are parted by a blank line. */
  readonly request: string;
  /** What the reply must be, every attribute named: else the exit code is 1. */
  readonly reply?: string;
  readonly options?: readonly string[];
}

/**
 * FreeRADIUS 3.2 has RFC 5090's names on other numbers, so that names of our own stand for its numbers; SIP-AVP it has
 * not at all.
 * Source: RFC 5090 §3.
 */
const DICTIONARY = `
ATTRIBUTE R5090-Response 103 string
ATTRIBUTE R5090-Realm 104 string
ATTRIBUTE R5090-Nonce 105 string
ATTRIBUTE R5090-Method 108 string
ATTRIBUTE R5090-URI 109 string
ATTRIBUTE R5090-Qop 110 string
ATTRIBUTE R5090-Algorithm 111 string
ATTRIBUTE R5090-CNonce 113 string
ATTRIBUTE R5090-Nonce-Count 114 string
ATTRIBUTE R5090-Username 115 string
ATTRIBUTE SIP-AVP 225 string
`;

/** Sends packets to a server on this machine and waits for the answers. */
export async function radclient({ port, command, request, reply, ...more }: Asked): Promise<RadclientRun> {
  const { secret = "testing123", options = [] } = more;
  const folder = await mkdtemp(join(tmpdir(), "tollwright-radclient-"));
  try {
    await writeFile(join(folder, "dictionary"), DICTIONARY);
    await writeFile(join(folder, "request"), request);
    await writeFile(join(folder, "reply"), reply ?? "");
    const files = reply === undefined ? join(folder, "request") : `${join(folder, "request")}:${join(folder, "reply")}`;
    const words = ["-x", "-s", "-d", folder, "-f", files, ...options, `127.0.0.1:${port}`, command, secret];
    return await run(words);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function run(words: readonly string[]): Promise<RadclientRun> {
  const child = spawn(RADCLIENT, words, { stdio: ["ignore", "pipe", "pipe"] });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", reject);
  child.once("close", resolve);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return { exitCode: await promise, output };
}
