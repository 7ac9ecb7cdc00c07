import { DETECT_HEAD_BYTES, detectFormat } from "../../mediation/detect.ts";

/** A format or source that rejects more of the head than this leaves is not the file's. */
export const READ_SHARE_MIN = 0.5;

/**
 * The formats that records plainly look like, the likeliest, where that of their source is not among all that they may
 * be of; none where they look like nothing known. `head` is their beginning, or all of them.
 */
export function otherFormats(
  head: Uint8Array,
  { name, format }: { readonly name: string; readonly format: string },
): readonly string[] {
  const guesses = detectFormat(head.subarray(0, DETECT_HEAD_BYTES), name);
  const best = guesses[0]?.confidence ?? 0;
  if (best <= READ_SHARE_MIN || guesses.some((guess) => guess.format === format)) return [];
  return guesses.filter(({ confidence }) => confidence === best).map((guess) => guess.format);
}
