import type { Reject, RejectCode } from "../core/reject.ts";
import type { UnwrappedPost } from "./decoder.ts";
import { decodeText } from "./text/encoding.ts";

/** What tells the documents of one of FreeSWITCH's CDR modules from everything else. */
export interface DocumentKind {
  /** "JSON", "XML": for messages. */
  readonly name: string;
  readonly module: "mod_json_cdr" | "mod_xml_cdr";
  readonly start: RegExp;
  readonly rejectCode: RejectCode;
}

export const JSON_DOCUMENT: DocumentKind = {
  name: "JSON",
  module: "mod_json_cdr",
  start: /^\s*[{[]/,
  rejectCode: "record-not-json",
};

export const XML_DOCUMENT: DocumentKind = {
  name: "XML",
  module: "mod_xml_cdr",
  start: /^\s*</,
  rejectCode: "record-not-xml",
};

/**
 * Takes the document out of the body that mod_json_cdr or mod_xml_cdr posts. By its `encode` setting that is the plain
 * document, a form with `cdr=` URL-encoded, or the same in base64; whichever it is shows in the body, so a missing or
 * wrong content type does no harm. The query (`uuid=a_…`) tells nothing that the document does not.
 * Source: docs/guides/freeswitch.md.
 */
export function unwrapCdrPost(kind: DocumentKind, contentType: string | undefined, body: Uint8Array): UnwrappedPost {
  const text = decodeText(body, "utf-8")
    .replace(/^\uFEFF/, "")
    .trim();
  if (kind.start.test(text)) return { kind: "file", bytes: body };
  const form = text.split("&").find((pair) => pair.startsWith(FIELD));
  if (form === undefined) return { kind: "reject", reject: cdrMissing(kind, contentType) };
  const document = encodedDocument(kind, form.slice(FIELD.length));
  if (document === undefined) return { kind: "reject", reject: cdrUnreadable(kind) };
  return { kind: "file", bytes: new TextEncoder().encode(document) };
}

/** Name of the form's only field. */
const FIELD = "cdr=";

/** The document that FreeSWITCH has URL-encoded or written in base64; undefined when `text` is neither. */
export const encodedDocument = (kind: DocumentKind, text: string): string | undefined =>
  fromUrl(kind, text) ?? fromBase64(kind, text);

/** URL-encoded; in a form a space may be written "+". */
function fromUrl(kind: DocumentKind, value: string): string | undefined {
  try {
    const text = decodeURIComponent(value.replaceAll("+", " "));
    return kind.start.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Base64, perhaps broken into lines, unpadded, or URL-encoded on top by a proxy. */
function fromBase64(kind: DocumentKind, value: string): string | undefined {
  try {
    const bytes = Uint8Array.fromBase64(decodeURIComponent(value));
    const text = decodeText(bytes, "utf-8").replace(/\0+$/, "");
    return kind.start.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

const cdrMissing = ({ name, module, rejectCode }: DocumentKind, contentType: string | undefined): Reject => ({
  code: rejectCode,
  what: `The body (${contentType?.slice(0, 80) || "no content type"}) is neither ${name} nor a form with "cdr=".`,
  fix: `Point ${module} at this address. FreeSWITCH's other CDR modules need a source of their own format.`,
});

const cdrUnreadable = ({ name, module, rejectCode }: DocumentKind): Reject => ({
  code: rejectCode,
  what: `The value of "cdr=" is ${name} neither URL-encoded nor in base64.`,
  fix: `Set ${module}'s \`encode\` to true, base64 or false, and look for a proxy that changes bodies.`,
});
