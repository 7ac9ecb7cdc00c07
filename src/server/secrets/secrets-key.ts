import { createHash, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "../files/sync-folder.ts";
import { fileFault } from "../mediation/read-file.ts";
import { secretsKeyUnusable } from "./problems.ts";

/** A key under which secrets are sealed. */
export interface SecretsKey {
  /** Tells keys apart and says nothing of them: it stands beside what is sealed. */
  readonly id: string;
  readonly key: KeyObject;
}

const KEY_OCTETS = 32;
const ID_DIGITS = 16;
const OWNER_ONLY = 0o600;
/** Groups may be let in, as orchestrators do it; the world may not. */
const WORLD = 0o007;

/**
 * Reads the key of a file; undefined: there is no such file. Errors: Problem `secrets-key-unusable`, which shows
 * nothing of what is in it.
 */
export async function readSecretsKey(path: string): Promise<SecretsKey | undefined> {
  try {
    const { mode } = await stat(path);
    if (process.platform !== "win32" && (mode & WORLD) !== 0)
      throw secretsKeyUnusable({ path, reason: "everybody may read it" });
    const text = (await readFile(path, "latin1")).trim();
    if (!/^[\da-f]{64}$/i.test(text))
      throw secretsKeyUnusable({ path, reason: "it does not hold 64 hexadecimal digits" });
    return secretsKeyOf(Buffer.from(text, "hex"));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw (cause as NodeJS.ErrnoException).code === undefined
      ? cause
      : secretsKeyUnusable({ path, reason: fileFault(cause), cause });
  }
}

/**
 * Reads the key of a file, or makes one where there is none; of two processes that make one at the same time both get
 * the same. It is on disk before it is answered: nothing may be sealed under a key that a power cut takes away.
 *
 * Errors: Problem `secrets-key-unusable`.
 */
export async function makeSecretsKey(path: string): Promise<SecretsKey> {
  const present = await readSecretsKey(path);
  if (present !== undefined) return present;
  const draft = `${path}.${randomBytes(8).toString("hex")}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeDurably(draft, `${randomBytes(KEY_OCTETS).toString("hex")}\n`);
    // Unlike rename, link leaves the file of a process that was quicker.
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    await syncFolder(dirname(path));
  } catch (cause) {
    throw secretsKeyUnusable({ path, reason: fileFault(cause), cause });
  } finally {
    await rm(draft, { force: true });
  }
  const made = await readSecretsKey(path);
  if (made === undefined) throw secretsKeyUnusable({ path, reason: "it vanished as soon as it was made" });
  return made;
}

/** The key of 32 octets. */
export const secretsKeyOf = (octets: Uint8Array): SecretsKey => ({
  id: createHash("sha256").update("tollwright secrets key id\n").update(octets).digest("hex").slice(0, ID_DIGITS),
  key: createSecretKey(octets),
});

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", OWNER_ONLY);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
