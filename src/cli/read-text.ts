import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fileUnreadable } from "../server/mediation/problems.ts";
import { fileFault } from "../server/mediation/read-file.ts";

/**
 * The text of a file, or of standard input for "-"; a byte order mark is left out.
 *
 * @throws Problem `file-unreadable`, also for what is not UTF-8 or holds NUL, as no text does.
 */
export async function readText(path: string, stdin: Readable): Promise<string> {
  const bytes = await (path === "-" ? buffer(stdin) : readFile(path)).catch((cause: unknown) => {
    throw fileUnreadable({ path, reason: fileFault(cause), cause });
  });
  if (bytes.includes(0)) throw fileUnreadable({ path, reason: "it holds NUL bytes", cause: undefined });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw fileUnreadable({ path, reason: "it is not UTF-8 text", cause });
  }
}
