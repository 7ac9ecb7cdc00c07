import type { Refusal } from "./charging-request.ts";

/** How a refusal is told to the caller: the SIP status and the Q.850 cause. Source: RFC 3261 §21.4, RFC 3398 §8.2. */
export function signalOf(code: Refusal["code"]): { readonly sip: number; readonly q850: number } {
  if (code === "balance-exhausted") return { sip: 402, q850: 21 };
  if (code === "rate-missing-for-call") return { sip: 404, q850: 3 };
  if (code === "calls-per-second-limited") return { sip: 503, q850: 42 };
  if (code === "sessions-limited") return { sip: 486, q850: 17 };
  if (code === "database-away") return { sip: 503, q850: 41 };
  return { sip: 403, q850: 21 };
}
