import type { JsonRpcAnswer } from "./json-rpc.ts";

/** What a request to end a call came to. */
export type EndOutcome =
  | { readonly kind: "ended" }
  /** The switch has no such call (any more): as good as ended, its last usage is known from elsewhere. */
  | { readonly kind: "not-found" }
  | { readonly kind: "failed"; readonly code: number; readonly message: string };

/** Reads the answer to a request that ends a call. Kamailio and OpenSIPS say 404 for a dialog that is not there. */
export function readEndOutcome(answer: JsonRpcAnswer): EndOutcome {
  if (answer.kind === "result") return { kind: "ended" };
  const { code, message } = answer;
  return code === 404 ? { kind: "not-found" } : { kind: "failed", code, message };
}
