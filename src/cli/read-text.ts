import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileUnreadable } from "../server/mediation/problems.ts";

/**
 * The text of a file, or of standard input for "-"; a byte order mark is left out.
 *
 * @throws Problem `file-unreadable`, also for what is not UTF-8.
 */
export async function readText(path: string, stdin: Readable): Promise<string> {
  try {
    const bytes = path === "-" ? await buffer(stdin) : await readFile(path);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw fileUnreadable({ path, reason: reasonOf(cause), cause });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EISDIR: "it is a directory",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not UTF-8 text",
};

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
}
