import { once } from "node:events";
import http, { type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { CertificateFiles } from "./test-authority.ts";

/** A message as a receiver got it. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (response: ServerResponse, message: Received) => void;

/** Takes messages on a port of this machine. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  readonly #server: http.Server | https.Server;
  readonly #waiting = new Set<() => void>();
  #answer: Answer = (response) => response.end();

  private constructor(certificate?: CertificateFiles) {
    const listener: RequestListener = async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const message = { path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() };
      this.received.push(message);
      for (const wake of this.#waiting) wake();
      this.#answer(response, message);
    };
    this.#server = certificate === undefined ? http.createServer(listener) : https.createServer(certificate, listener);
  }

  /** Within TLS where a certificate is given. */
  static async listen(certificate?: CertificateFiles): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(certificate);
    receiver.#server.listen(0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** `/hook` of it, in plain HTTP. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** How the messages from now on are answered; at first with 200 and nothing. */
  answers(answer: Answer): void {
    this.#answer = answer;
  }

  answersStatus(status: number, headers: Record<string, string> = {}): void {
    this.answers((response) => response.writeHead(status, headers).end());
  }

  /** Waits until it has received so many. */
  async has(count: number): Promise<void> {
    while (this.received.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      await promise;
      this.#waiting.delete(resolve);
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
