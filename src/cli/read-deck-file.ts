import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { DECK_BYTES_MAX, deckTooLarge } from "../decks/table/open-deck.ts";
import { fileUnreadable } from "../server/mediation/problems.ts";
import { fileFault } from "../server/mediation/read-file.ts";

/**
 * The bytes of a rate deck, or of standard input for "-"; reading stops where no deck can be so large.
 *
 * @throws Problem `file-unreadable`, `deck-too-large`.
 */
export async function readDeckFile(path: string, stdin: Readable): Promise<Uint8Array> {
  const stream: AsyncIterable<Buffer> = path === "-" ? stdin : createReadStream(path, { highWaterMark: 1 << 20 });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > DECK_BYTES_MAX) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw fileUnreadable({ path, reason: fileFault(cause), cause });
  }
  if (size > DECK_BYTES_MAX) throw deckTooLarge(`${DECK_BYTES_MAX / 1024 / 1024} MiB`);
  return Buffer.concat(chunks);
}
