import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** Stands between clients and a UDP server on this machine, and can lose what goes through it. */
export class UdpRelay {
  readonly #front: Socket;
  readonly #to: number;
  /** A socket of its own for every client, by its port. */
  readonly #behind = new Map<number, Promise<Socket>>();
  /** Which requests went to the server, in order. */
  readonly requests: Buffer[] = [];
  #isSilent = false;
  #lost = 0;

  private constructor(front: Socket, to: number) {
    this.#front = front;
    this.#to = to;
    front.on("message", (request, { port }) => void this.#pass(request, port));
  }

  static async open(to: number): Promise<UdpRelay> {
    const front = await openSocket();
    return new UdpRelay(front, to);
  }

  get port(): number {
    return this.#front.address().port;
  }

  /** How many requests and answers were lost. */
  get lost(): number {
    return this.#lost;
  }

  /**
   * While it is silent no client is answered: of requests every other one is lost on its way, of the rest the answer.
   */
  set silent(isSilent: boolean) {
    this.#isSilent = isSilent;
  }

  async close(): Promise<void> {
    for (const socket of [this.#front, ...(await Promise.all(this.#behind.values()))]) socket.close();
  }

  async #pass(request: Buffer, port: number): Promise<void> {
    if (this.#isSilent && this.#lost++ % 2 === 0) return;
    this.requests.push(request);
    const behind = this.#behind.get(port) ?? this.#open(port);
    this.#behind.set(port, behind);
    (await behind).send(request, this.#to, "127.0.0.1");
  }

  async #open(port: number): Promise<Socket> {
    const socket = await openSocket();
    socket.on("message", (answer) => {
      if (this.#isSilent) this.#lost += 1;
      else this.#front.send(answer, port, "127.0.0.1");
    });
    return socket;
  }
}

async function openSocket(): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}
