/** Codes of Node's TLS and of mysql2's handshake. */
const CODES = /^(HANDSHAKE_|ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER))/;
/** pg has no code for a server without TLS. */
const WORDS = /does not support SSL/i;

/** What of an error says that client and server don't agree on TLS; undefined when it is about something else. */
export function tlsFault(error: unknown): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const code = "code" in each ? String(each.code) : "";
    if (CODES.test(code) || WORDS.test(each.message)) return `TLS failed (${each.message || code})`;
  }
  return undefined;
}
