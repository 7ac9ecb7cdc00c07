import { epochMs } from "../../core/time/epoch.ts";
import { isUnderstood, shareUnderstood } from "../../mediation/best-way-decoder.ts";
import type { DecodedRow } from "../../mediation/decoder.ts";
import { DETECT_HEAD_BYTES } from "../../mediation/detect.ts";
import { formatNamed } from "../../mediation/registry.ts";
import { nameUnpacked } from "./gzip.ts";
import { otherFormats } from "./other-formats.ts";
import { fileOtherFormat } from "./problems.ts";
import type { Source } from "./source.ts";

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
  const formats = otherFormats(file.head, { name: nameUnpacked(file.path), format });
  if (formats.length === 0) return;
  const decoder = open();
  let first: DecodedRow | undefined;
  const isUsable = (rows: readonly DecodedRow[]): boolean => {
    first ??= rows.find(({ outcome }) => outcome.kind === "reject");
    return rows.some(isUnderstood);
  };
  for await (const chunk of file.chunks()) if (isUsable(decoder.push(chunk))) return;
  if (isUsable(decoder.end()) || first?.outcome.kind !== "reject") return;
  const { line, outcome } = first;
  throw fileOtherFormat({ path: file.path, formats, source: name, format, line, reason: outcome.reject.what });
}
