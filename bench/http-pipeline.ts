import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** An answer over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

const HEAD_END = "\r\n\r\n";

/**
 * One connection on which requests go out without waiting for the answers before (RFC 9112 §9.3.2): what a fast switch
 * costs a server, and little of what `fetch` costs a client. Reads only what the server under test writes: a
 * Content-Length in every answer.
 */
export class HttpPipeline {
  readonly #socket: Socket;
  readonly #head: string;
  readonly #waiting: PromiseWithResolvers<HttpAnswer>[] = [];
  #read: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket, head: string) {
    this.#socket = socket;
    this.#head = head;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("close", () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error("the server has closed the connection"));
    });
    socket.on("error", () => undefined); // "close" follows, and tells
  }

  static async open(url: string, token: string): Promise<HttpPipeline> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return new HttpPipeline(socket, `Host: ${hostname}\r\nAuthorization: Bearer ${token}\r\n`);
  }

  get(path: string): Promise<HttpAnswer> {
    return this.#send(`GET ${path} HTTP/1.1\r\n${this.#head}\r\n`);
  }

  post(path: string, document: unknown): Promise<HttpAnswer> {
    const body = JSON.stringify(document);
    const type = "Content-Type: application/json";
    const head = `POST ${path} HTTP/1.1\r\n${this.#head}${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    return this.#send(head + body);
  }

  #send(request: string): Promise<HttpAnswer> {
    const answered = Promise.withResolvers<HttpAnswer>();
    this.#waiting.push(answered);
    this.#socket.write(request);
    return answered.promise;
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await once(this.#socket, "close");
  }

  #take(chunk: Buffer): void {
    this.#read = this.#read.length === 0 ? chunk : Buffer.concat([this.#read, chunk]);
    for (;;) {
      const headEnd = this.#read.indexOf(HEAD_END);
      if (headEnd < 0) return;
      const head = this.#read.toString("latin1", 0, headEnd);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      const start = headEnd + HEAD_END.length;
      if (this.#read.length < start + length) return;
      const body = this.#read.toString("utf8", start, start + length);
      this.#read = this.#read.subarray(start + length);
      this.#waiting.shift()?.resolve({ status: Number(head.slice(9, 12)), body });
    }
  }
}
