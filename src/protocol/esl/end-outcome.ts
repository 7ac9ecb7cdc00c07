/** What a command to end a call came to. */
export type EslEndOutcome =
  | { readonly kind: "ended" }
  /** There is no such channel (any more): as good as ended, its last usage is known from elsewhere. */
  | { readonly kind: "not-found" }
  | { readonly kind: "failed"; readonly message: string };

const MESSAGE_SHOWN_MAX = 200;

/**
 * Reads the answer to `uuid_kill`, whether it came at once or as a background job's, or what another command says of a
 * channel that is gone.
 */
export function readEslEndOutcome(text: string): EslEndOutcome {
  if (text.startsWith("+OK")) return { kind: "ended" };
  return text.startsWith("-ERR No such channel")
    ? { kind: "not-found" }
    : { kind: "failed", message: text.trim().slice(0, MESSAGE_SHOWN_MAX) };
}
