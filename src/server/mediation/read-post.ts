import { isUnderstood } from "../../mediation/best-way-decoder.ts";
import type { DecodedRow } from "../../mediation/decoder.ts";
import { RAW_TEXT_MAX } from "../../mediation/decoder.ts";
import { decodeText } from "../../mediation/text/encoding.ts";
import { notTextBecause } from "../../mediation/text/inspect.ts";
import type { ArrivedRow } from "./arrived-row.ts";
import type { OpenedSource } from "./open-source.ts";
import { otherFormats } from "./other-formats.ts";
import { pushNotKept, pushNotText } from "./problems.ts";

/** The body of a request, as it came. */
export interface Post {
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  /** The sender wants to know what became of each record, and not only how many. */
  readonly wantsRecords?: boolean;
}

/** The rows of a body, with lines counted within it, and the header rows before them. */
export interface ReadPost {
  readonly rows: readonly ArrivedRow[];
  readonly preamble: string;
  /** What a body looks like of which no row can be used; none where one can, and where it looks like nothing known. */
  readonly looksLike: readonly string[];
}

/**
 * Reads a body as a small file of the source's format; FreeSWITCH's form encodings are undone first. What cannot be
 * read is a row as well, to be kept in quarantine: many senders throw a record away once it was refused.
 *
 * Errors: Problem `push-not-kept` for an unreadable row of which quarantine could only keep the beginning,
 * `push-not-text` for bytes that it could not keep at all.
 */
export function readPost({ format, settings }: OpenedSource, post: Post): ReadPost {
  let { body } = post;
  const kind = format.isBinary ? null : notTextBecause(body);
  const looksLike = () => otherFormats(post.body, { name: "", format: format.name });
  if (kind !== null) throw pushNotText({ kind, formats: looksLike() });
  const posted = format.unwrapPost?.(post.contentType, body);
  if (posted?.kind === "reject") {
    const raw = decodeText(body, "utf-8");
    const row = { line: 1, raw: raw.slice(0, RAW_TEXT_MAX), outcome: posted };
    return keepable({ preamble: "", rows: [row], looksLike: looksLike() });
  }
  if (posted !== undefined) body = posted.bytes;
  const decoder = format.open({ ...settings, isWhole: true }); // HTTP says how long a body is
  const decoded = [...decoder.push(body), ...decoder.end()];
  return keepable({ ...arrived(decoded), looksLike: decoded.some(isUnderstood) ? [] : looksLike() });
}

function arrived(decoded: readonly DecodedRow[]): Pick<ReadPost, "rows" | "preamble"> {
  const header: string[] = [];
  const rows: ArrivedRow[] = [];
  for (const { line, raw, outcome, sequence } of decoded) {
    if (outcome.kind !== "framing") rows.push({ line, raw, outcome, sequence });
    else if (outcome.what === "header" || outcome.what === "type-row") header.push(raw);
  }
  return { rows, preamble: header.join("\n") };
}

function keepable(read: ReadPost): ReadPost {
  for (const { line, raw, outcome } of read.rows)
    if (outcome.kind === "reject" && raw.length >= RAW_TEXT_MAX)
      throw pushNotKept({ line, reason: outcome.reject.what });
  return read;
}
