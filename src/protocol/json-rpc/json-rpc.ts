import { asObject, type JsonObject, objectIn, parseJson, textIn, valueIn } from "../../core/json-object.ts";

/** What an answer belongs to. */
export type JsonRpcId = string | number;

/** A message of JSON-RPC 2.0, whoever sent it. */
export type JsonRpcMessage =
  | { readonly kind: "request"; readonly id: JsonRpcId; readonly method: string; readonly params: unknown }
  | { readonly kind: "notification"; readonly method: string; readonly params: unknown }
  | JsonRpcAnswer
  /** `id` is what an answer that says so belongs to; null when that is not known. */
  | { readonly kind: "malformed"; readonly reason: string; readonly id: JsonRpcId | null };

/** What a request came to. */
export type JsonRpcAnswer =
  | { readonly kind: "result"; readonly id: JsonRpcId; readonly result: unknown }
  /** `id` is null when the other side could not even read what it answers. */
  | { readonly kind: "error"; readonly id: JsonRpcId | null; readonly code: number; readonly message: string };

/** Codes of JSON-RPC 2.0 §5.1. */
export const JSON_RPC_ERRORS = {
  parse: -32_700,
  invalidRequest: -32_600,
  unknownMethod: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
} as const;

const MESSAGE_SHOWN_MAX = 500;

/** A request; its answer has the same `id`. */
export const writeRequest = (id: JsonRpcId, method: string, params: unknown): string =>
  JSON.stringify({ jsonrpc: "2.0", method, params, id });

/** The answer to a request that was done. */
export const writeResult = (id: JsonRpcId, result: unknown): string => JSON.stringify({ jsonrpc: "2.0", result, id });

/** The answer to a request that was not; `id` is null when it could not even be read. */
export const writeError = (id: JsonRpcId | null, code: number, message: string): string =>
  JSON.stringify({ jsonrpc: "2.0", error: { code, message }, id });

/**
 * Reads one message. `jsonrpc` is not asked for, because some switches speak JSON-RPC 1.0, and an `id` of null counts
 * as none, because OpenSIPS writes notifications so. A list of messages is refused: no switch sends one.
 */
export function readJsonRpc(text: string): JsonRpcMessage {
  const message = asObject(parseJson(text));
  if (message === null) return { kind: "malformed", reason: "no message", id: null };
  const id = idOf(message);
  const method = valueIn(message, "method");
  if (typeof method === "string" && method !== "") {
    const params = valueIn(message, "params");
    return id === null ? { kind: "notification", method, params } : { kind: "request", id, method, params };
  }
  const error = valueIn(message, "error");
  // JSON-RPC 1.0 has a text for an error, and null beside a result.
  if (typeof error === "string" && error !== "") return { kind: "error", id, code: 0, message: shownText(error) };
  if (objectIn(message, "error") !== null) return errorOf(message, id);
  if (!Object.hasOwn(message, "result")) return { kind: "malformed", reason: "neither request nor answer", id };
  if (id === null) return { kind: "malformed", reason: "the answer does not say to what", id };
  return { kind: "result", id, result: message.result };
}

function errorOf(message: JsonObject, id: JsonRpcId | null): JsonRpcAnswer {
  const error = objectIn(message, "error");
  const code = Number(textIn(error, "code") ?? 0);
  return {
    kind: "error",
    id,
    code: Number.isSafeInteger(code) ? code : 0,
    message: shownText(textIn(error, "message") ?? ""),
  };
}

const shownText = (text: string): string => text.slice(0, MESSAGE_SHOWN_MAX);

function idOf(message: JsonObject): JsonRpcId | null {
  const id = valueIn(message, "id");
  return typeof id === "string" || (typeof id === "number" && Number.isFinite(id)) ? id : null;
}
