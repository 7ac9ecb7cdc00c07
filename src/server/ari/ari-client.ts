import { type AriOutcome, type AriRequest, readAriOutcome } from "../../protocol/agi/ari-request.ts";

/** Where an Asterisk has its REST interface, and who we are there. */
export interface AriAddress {
  /** `http://10.0.0.7:8088`, perhaps with a prefix as in http.conf. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** How long an answer may take, to its last octet. */
  readonly timeoutMs: number;
}

/** What a request came to, or why nothing is known of that. */
export type AriAnswer = AriOutcome | { readonly kind: "unanswered"; readonly why: string };

/** The list of ten thousand channels is half of that. */
const ANSWER_OCTETS_MAX = 16 << 20;

/** Asks one Asterisk over its REST interface. */
export class AriClient {
  readonly #address: AriAddress;

  constructor(address: AriAddress) {
    this.#address = address;
  }

  /** Sends a request and waits for its answer, within bounds. Errors: none. */
  async ask({ method, path, body }: AriRequest): Promise<AriAnswer> {
    const { url, timeoutMs } = this.#address;
    try {
      const response = await fetch(new URL(url.replace(/\/$/, "") + path), {
        ...{ method, body, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) },
        headers: { ...this.authorization, ...(body === null ? {} : { "Content-Type": "application/json" }) },
      });
      return readAriOutcome(response.status, await textOf(response));
    } catch (error) {
      return { kind: "unanswered", why: this.#shown(error) };
    }
  }

  /** Basic, in a header: in the address, where ARI takes it too, it would be in logs. */
  get authorization(): { readonly Authorization: string } {
    const { user, password } = this.#address;
    return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
  }

  #shown(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    if (error.name === "TimeoutError") return `no answer within ${this.#address.timeoutMs} ms`;
    return error.cause instanceof Error ? error.cause.message : error.message; // fetch hides what has happened there
  }
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let octets = 0;
  for await (const chunk of body ?? []) {
    octets += chunk.length;
    if (octets > ANSWER_OCTETS_MAX) throw new Error("its answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
