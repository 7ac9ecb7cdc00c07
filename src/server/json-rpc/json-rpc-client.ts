import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { type JsonRpcAnswer, type JsonRpcId, readJsonRpc } from "../../protocol/json-rpc/json-rpc.ts";

/** Where a switch takes commands. */
export interface JsonRpcServer {
  /** Of HTTP or HTTPS. */
  readonly url: string;
  /** The Authorization header; null: none. */
  readonly authorization: string | null;
  /** How long an answer may take, from the connection to its last octet. */
  readonly timeoutMs: number;
}

/** What a command came to. */
export type CommandOutcome =
  | JsonRpcAnswer
  /** It was not answered, or not in a way that can be read; `why` is for the operator. */
  | { readonly kind: "unanswered"; readonly why: string };

/** The dialogs of one call are far shorter. */
const ANSWER_OCTETS_MAX = 1 << 20;
const ID_MAX = 1_000_000;

/**
 * Sends commands to one switch by JSON-RPC over HTTP: always by POST, as Kamailio answers a GET without a body never,
 * and with a connection for each, as they are few.
 */
export class JsonRpcClient {
  readonly #server: JsonRpcServer;
  #lastId = 0;

  constructor(server: JsonRpcServer) {
    this.#server = server;
  }

  /** Sends the command that `write` makes with an id, and waits for its answer, within bounds. Errors: none. */
  async command(write: (id: JsonRpcId) => string): Promise<CommandOutcome> {
    this.#lastId = (this.#lastId % ID_MAX) + 1;
    const id = this.#lastId;
    const signal = AbortSignal.timeout(this.#server.timeoutMs);
    try {
      const { status, text } = await this.#post(write(id), signal);
      const message = readJsonRpc(text);
      // Kamailio says failures with status 500 or 404, and a JSON-RPC error in the body.
      if (message.kind === "error" && (message.id === null || message.id === id)) return message;
      if (message.kind === "result" && message.id === id) return message;
      return { kind: "unanswered", why: `HTTP ${status} with no answer of JSON-RPC` };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { kind: "unanswered", why: signal.aborted ? `no answer within ${this.#server.timeoutMs} ms` : why };
    }
  }

  async #post(body: string, signal: AbortSignal): Promise<{ readonly status: number; readonly text: string }> {
    const { url, authorization } = this.#server;
    const { request } = url.startsWith("https:") ? https : http;
    const headers = {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
      ...(authorization === null ? {} : { Authorization: authorization }),
    };
    const sent = request(url, { method: "POST", headers, agent: false, signal });
    sent.end(body);
    const [response] = (await once(sent, "response", { signal })) as [IncomingMessage];
    try {
      const chunks: Buffer[] = [];
      let octets = 0;
      for await (const chunk of response as AsyncIterable<Buffer>) {
        octets += chunk.length;
        if (octets > ANSWER_OCTETS_MAX) throw new Error("its answer is too long");
        chunks.push(chunk);
      }
      return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
    } finally {
      response.destroy();
    }
  }
}
