import { requestInvalid } from "../http/problems.ts";
import { ifMatchMissing } from "./problems.ts";

/** A version as an ETag: `"7"`. */
export const etagOf = (version: string | number | bigint): string => `"${version}"`;

/**
 * The version that If-Match asks for; null: any (`*`). Errors: Problems `if-match-missing`, `request-invalid` for a
 * list or a weak tag, which can't stand for one version (RFC 9110 §13.1.1).
 */
export function versionIn(ifMatch: string | undefined): string | null {
  if (ifMatch === undefined) throw ifMatchMissing();
  if (ifMatch.trim() === "*") return null;
  const version = /^"([^"\s]{1,128})"$/.exec(ifMatch.trim())?.[1];
  if (version === undefined) throw requestInvalid({ reason: "If-Match is one strong ETag in quotes, or *" });
  return version;
}

/** Whether a client has this version already (If-None-Match, RFC 9110 §13.1.2). */
export const isKnownVersion = (etag: string, ifNoneMatch: string | undefined): boolean =>
  ifNoneMatch?.split(",").some((known) => known.trim().replace(/^W\//, "") === etag || known.trim() === "*") ?? false;
