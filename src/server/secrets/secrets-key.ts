import { createHash, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Problem } from "../../core/problem.ts";
import { syncFolder } from "../files/sync-folder.ts";
import { fileFault } from "../mediation/read-file.ts";
import { secretsKeyUnusable } from "./problems.ts";

/** A key under which secrets are sealed. */
export interface SecretsKey {
  /** Tells keys apart and says nothing of them: it stands beside what is sealed. */
  readonly id: string;
  readonly key: KeyObject;
  /** Keys that it took the place of: what they sealed still opens, and nothing new is sealed under them. */
  readonly older?: readonly SecretsKey[];
}

const KEY_OCTETS = 32;
const ID_DIGITS = 16;
const KEYS_MAX = 100;
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
    const [current, ...older] = keysIn(await readFile(path, "latin1"), path);
    return { ...current, older };
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

/**
 * Puts a new key on top of a file, above those that it takes the place of. The file is replaced as a whole: a process
 * that reads it meanwhile sees either. Errors: Problem `secrets-key-unusable`.
 */
export async function addSecretsKey(path: string): Promise<SecretsKey> {
  await makeSecretsKey(path);
  const fresh = randomBytes(KEY_OCTETS).toString("hex");
  return await replaceKeys(path, (lines) => [fresh, ...lines]);
}

/** Takes older keys out of a file: what they sealed opens never again. Errors: Problem `secrets-key-unusable`. */
export const forgetSecretsKeys = (path: string, ids: ReadonlySet<string>): Promise<SecretsKey> =>
  replaceKeys(path, ([current = "", ...older]) => [current, ...older.filter((line) => !ids.has(keyOf(line).id))]);

/** Whether a key, or one that it took the place of, has that id. */
export const hasKey = (key: SecretsKey | undefined, id: string): boolean =>
  key !== undefined && [key, ...(key.older ?? [])].some((one) => one.id === id);

async function replaceKeys(path: string, change: (lines: string[]) => readonly string[]): Promise<SecretsKey> {
  const draft = `${path}.${randomBytes(8).toString("hex")}`;
  try {
    const text = (await readFile(path, "latin1")).trim();
    keysIn(text, path);
    const lines = change(text.split(/\s+/));
    await writeDurably(draft, `${lines.join("\n")}\n`);
    await rename(draft, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    throw cause instanceof Problem ? cause : secretsKeyUnusable({ path, reason: fileFault(cause), cause });
  } finally {
    await rm(draft, { force: true });
  }
  const read = await readSecretsKey(path);
  if (read === undefined) throw secretsKeyUnusable({ path, reason: "it vanished as soon as it was written" });
  return read;
}

function keysIn(text: string, path: string): readonly [SecretsKey, ...SecretsKey[]] {
  const [first = "", ...older] = text.trim().split(/\s+/);
  const lines = [first, ...older];
  if (lines.length > KEYS_MAX || !lines.every((line) => /^[\da-f]{64}$/i.test(line)))
    throw secretsKeyUnusable({ path, reason: "it does not hold 64 hexadecimal digits a line" });
  return [keyOf(first), ...older.map(keyOf)];
}

const keyOf = (line: string): SecretsKey => secretsKeyOf(Buffer.from(line, "hex"));

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
