import type { JsonRpcAnswer } from "./json-rpc.ts";

/** What a request to end a call came to. */
export type EndOutcome =
  | { readonly kind: "ended" }
  /** The switch has no such call (any more): as good as ended, its last usage is known from elsewhere. */
  | { readonly kind: "not-found" }
  | { readonly kind: "failed"; readonly code: number; readonly message: string };

/** Kamailio's `dlg.terminate_dlg` says 500 for a call that it does not have; everything else says 404. */
const KAMAILIO_NOT_FOUND = /^Couldn'?t find callid/i;

/** Reads the answer to a request that ends a call, of Kamailio or OpenSIPS. */
export function readEndOutcome(answer: JsonRpcAnswer): EndOutcome {
  if (answer.kind === "result") return { kind: "ended" };
  const { code, message } = answer;
  const isGone = code === 404 || KAMAILIO_NOT_FOUND.test(message);
  return isGone ? { kind: "not-found" } : { kind: "failed", code, message };
}
