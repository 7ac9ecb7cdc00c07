import { epochMs } from "../../core/time/epoch.ts";
import { isUnderstood, shareUnderstood } from "../../mediation/best-way-decoder.ts";
import type { DecodedRow } from "../../mediation/decoder.ts";
import { DETECT_HEAD_BYTES, detectFormat } from "../../mediation/detect.ts";
import { formatNamed } from "../../mediation/registry.ts";
import { nameUnpacked } from "./gzip.ts";
import { fileOtherFormat } from "./problems.ts";
import type { Source } from "./source.ts";

/** A format or source that rejects more of the head than this leaves is not the file's. */
export const READ_SHARE_MIN = 0.5;
/** No record is too new: only the form counts here. */
export const FOREVER = epochMs(8.64e15);

/**
 * Refuses a file that is plainly of another format than its source's, before thousands of its rows wait in quarantine:
 * one of which the source can use no row at all, from its head to its end, and most of whose head another format
 * understands.
 *
 * Errors: Problem `file-other-format`; those of the source's settings and of reading the file.
 */
export async function requireFormat(
  { name, format, config }: Pick<Source, "name" | "format" | "config">,
  file: { readonly path: string; readonly head: Uint8Array; readonly chunks: () => AsyncIterable<Uint8Array> },
): Promise<void> {
  const switchFormat = formatNamed(format);
  if (switchFormat === undefined) return;
  const open = () => switchFormat.open({ ...config, receivedAt: FOREVER });
  if (shareUnderstood(open(), file.head, file.head.length < DETECT_HEAD_BYTES) > 0) return;
  const guesses = detectFormat(file.head, nameUnpacked(file.path));
  const best = guesses[0]?.confidence ?? 0;
  if (best <= READ_SHARE_MIN || guesses.some((guess) => guess.format === format)) return;
  const decoder = open();
  let first: DecodedRow | undefined;
  const isUsable = (rows: readonly DecodedRow[]): boolean => {
    first ??= rows.find(({ outcome }) => outcome.kind === "reject");
    return rows.some(isUnderstood);
  };
  for await (const chunk of file.chunks()) if (isUsable(decoder.push(chunk))) return;
  if (isUsable(decoder.end()) || first?.outcome.kind !== "reject") return;
  const formats = guesses.filter(({ confidence }) => confidence === best).map((guess) => guess.format);
  const { line, outcome } = first;
  throw fileOtherFormat({ path: file.path, formats, source: name, format, line, reason: outcome.reject.what });
}
