/**
 * What browsers are told with every answer, failures included. A route that shows pages says what those may load in a
 * `content-security-policy` of its own.
 */
export const SECURITY_HEADERS = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // Answers are somebody's own: nothing on the way may keep them. A route whose answers are everybody's says so.
  "cache-control": "no-store",
} as const;

/** Within TLS: for a year nothing but TLS is to be tried. */
export const TLS_HEADERS = { "strict-transport-security": "max-age=31536000; includeSubDomains" } as const;
