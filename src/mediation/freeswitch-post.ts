import type { Reject } from "../core/reject.ts";
import { decodeText } from "./text/encoding.ts";

/** A posted call record: the JSON in it, for the format `freeswitch-json`, or why there is none. */
export type PostedCdr =
  | { readonly kind: "json"; readonly bytes: Uint8Array }
  | { readonly kind: "reject"; readonly reject: Reject };

/**
 * Takes the JSON out of the body that mod_json_cdr posts. By its `encode` setting that is the plain document, a
 * form with `cdr=` URL-encoded, or the same in base64; whichever it is shows in the body, so a missing or wrong
 * content type does no harm. The query (`uuid=a_…`) tells nothing that the document does not.
 * Source: docs/guides/freeswitch.md.
 */
export function parseJsonCdrPost(contentType: string | undefined, body: Uint8Array): PostedCdr {
  const text = decodeText(body, "utf-8")
    .replace(/^\uFEFF/, "")
    .trim();
  if (startsJson(text)) return { kind: "json", bytes: body };
  const form = text.split("&").find((pair) => pair.startsWith(FIELD));
  if (form === undefined) return { kind: "reject", reject: cdrMissing(contentType) };
  const json = encodedJson(form.slice(FIELD.length));
  if (json === undefined) return { kind: "reject", reject: cdrUnreadable() };
  return { kind: "json", bytes: new TextEncoder().encode(json) };
}

/** Name of the form's only field. */
const FIELD = "cdr=";

/** JSON that mod_json_cdr has URL-encoded or written in base64; undefined when `text` is neither. */
export const encodedJson = (text: string): string | undefined => fromUrl(text) ?? fromBase64(text);

export const startsJson = (text: string): boolean => /^\s*[{[]/.test(text);

/** URL-encoded JSON; in a form a space may be written "+". */
function fromUrl(value: string): string | undefined {
  try {
    const text = decodeURIComponent(value.replaceAll("+", " "));
    return startsJson(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Base64 of JSON, perhaps broken into lines, unpadded, or URL-encoded on top by a proxy. */
function fromBase64(value: string): string | undefined {
  try {
    const bytes = Uint8Array.fromBase64(decodeURIComponent(value));
    const text = decodeText(bytes, "utf-8").replace(/\0+$/, "");
    return startsJson(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

const cdrMissing = (contentType: string | undefined): Reject => ({
  code: "record-not-json",
  what: `The body (${contentType?.slice(0, 80) || "no content type"}) is neither JSON nor a form with "cdr=".`,
  fix: "Point mod_json_cdr at this address; mod_xml_cdr posts another format.",
});

const cdrUnreadable = (): Reject => ({
  code: "record-not-json",
  what: 'The value of "cdr=" is JSON neither URL-encoded nor in base64.',
  fix: "Set mod_json_cdr's `encode` to true, base64 or false, and look for a proxy that changes bodies.",
});
