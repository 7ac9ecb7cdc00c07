import { Problem } from "../core/problem.ts";
import { epochMs } from "../core/time/epoch.ts";
import { shareUnderstood } from "./best-way-decoder.ts";
import type { DecoderSettings, SwitchFormat } from "./decoder.ts";
import { FORMATS } from "./registry.ts";
import { decodeBytewise } from "./text/encoding.ts";

/**
 * How sure it is that a file is of a format: 1 when every record of its head was understood, a bit more with a hint.
 */
export interface FormatGuess {
  readonly format: string;
  readonly confidence: number;
}

/** More of a file tells no more; a shorter head is taken for the whole file. */
export const DETECT_HEAD_BYTES = 65_536;

/** What a format's hint adds: it decides between equals, never against the content. */
const HINT_BONUS = 0.01;

/** Words of a header are near the start. */
const HINT_BYTES = 1_024;

/** No zone has gaps in UTC, and no record is too new: only the form counts here. */
const SETTINGS: DecoderSettings = {
  timeZone: "UTC",
  fold: "earlier",
  mapping: null,
  receivedAt: epochMs(8.64e15),
  futureToleranceS: 0,
};

/**
 * The formats that a file may be of, most likely first, by reading its head in each of them; none when it is none that
 * Tollwright knows without a mapping. `head` is the first {@link DETECT_HEAD_BYTES} of the file, or all of it.
 */
export function detectFormat(head: Uint8Array, fileName: string): FormatGuess[] {
  const name = fileName.slice(Math.max(fileName.lastIndexOf("/"), fileName.lastIndexOf("\\")) + 1);
  const start = decodeBytewise(head.subarray(0, HINT_BYTES));
  return FORMATS.map((format) => {
    const understood = shareOf(format, head);
    const isHinted = format.hint?.fileName?.test(name) || format.hint?.head?.test(start);
    return { format: format.name, confidence: understood > 0 && isHinted ? understood + HINT_BONUS : understood };
  })
    .filter(({ confidence }) => confidence > 0)
    .sort((a, b) => b.confidence - a.confidence);
}

/** "Account ID" begins as a record of a binary format may, but no binary file goes on without a single control byte. */
const isPlainText = (head: Uint8Array): boolean => head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));

function shareOf(format: SwitchFormat, head: Uint8Array): number {
  if (format.isBinary && isPlainText(head)) return 0;
  try {
    const isWhole = head.length < DETECT_HEAD_BYTES;
    return shareUnderstood(format.open(SETTINGS), head.subarray(0, DETECT_HEAD_BYTES), isWhole);
  } catch (error) {
    if (error instanceof Problem) return 0; // a format that needs a mapping
    throw error;
  }
}
