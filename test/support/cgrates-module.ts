import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { asObject, valueIn } from "../../src/core/json-object.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * A stand-in for OpenSIPS's module `cgrates`, which Debian does not have: it sends what the module's source sends,
 * over a connection of its own, and obeys `DisconnectSession`.
 */
export class CgratesModule {
  /** Sessions that it was told to end. */
  readonly disconnected: string[] = [];
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (answer: Json) => void>();
  #text = "";
  #lastId = 1_000;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#take(String(chunk)));
  }

  static async connect(port: number): Promise<CgratesModule> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new CgratesModule(socket);
  }

  /** Sends a request, and waits for its answer: `result` and `error`. */
  async ask(method: string, params: Json): Promise<Json> {
    this.#lastId += 1;
    const { promise, resolve } = Promise.withResolvers<Json>();
    this.#waiting.set(this.#lastId, resolve);
    this.#socket.write(JSON.stringify({ method, id: this.#lastId, params: [params] }));
    const { id: _id, ...answer } = await promise;
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Documents follow one another: one that does not parse yet is not whole. */
  #take(text: string): void {
    this.#text += text;
    for (let end = this.#text.indexOf("}") + 1; end > 0; end = this.#text.indexOf("}", end) + 1) {
      const message = parsed(this.#text.slice(0, end));
      if (message === null) continue;
      this.#text = this.#text.slice(end);
      end = 0;
      this.#message(message);
    }
  }

  #message(message: Json): void {
    if (message.method === "SessionSv1.DisconnectSession") {
      const [argument] = message.params as readonly unknown[];
      const event = asObject(valueIn(asObject(argument), "EventStart"));
      this.disconnected.push(String(event?.OriginID));
      this.#socket.write(JSON.stringify({ id: message.id, error: null, result: "OK" }));
    } else this.#waiting.get(Number(message.id))?.(message);
  }
}

function parsed(text: string): Json | null {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
