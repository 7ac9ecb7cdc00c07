import type { Socket } from "node:net";
import { MessageSplitter, type SplitMessage } from "../../protocol/diameter/message-splitter.ts";

/**
 * Octets that wait to be sent before nothing more is read from a peer: it gets no answers, so it should ask nothing.
 */
const SEND_OCTETS_PAUSE = 1 << 20;
/** Octets that wait before a peer that reads nothing is let go. */
const SEND_OCTETS_MAX = 8 << 20;
/** Time for the other side to end the connection as well. */
const CLOSE_MS = 1_000;

export interface ChannelEvents {
  message(message: SplitMessage): void;
  /** The connection is gone, for whatever reason. Once, and nothing comes after it. */
  closed(): void;
  /** The peer reads too little of what it is sent, and is let go. */
  tooSlow(): void;
}

/** Whole messages over one connection, with bounds on what waits in either direction. */
export class MessageChannel {
  readonly #socket: Socket;
  readonly #events: ChannelEvents;
  readonly #splitter = new MessageSplitter();

  constructor(socket: Socket, events: ChannelEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("drain", () => socket.resume());
    socket.on("error", () => socket.destroy());
    socket.once("close", () => events.closed());
  }

  /** Sends octets; after the connection's end they go nowhere. */
  send(bytes: Uint8Array): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    if (socket.writableCorked === 0) {
      // What is sent in one turn goes out at once: system calls were the largest part of an answer's work.
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(bytes);
    if (socket.writableLength > SEND_OCTETS_MAX) {
      this.#events.tooSlow();
      socket.destroy();
    } else if (socket.writableLength > SEND_OCTETS_PAUSE) socket.pause();
  }

  /** Ends the connection when everything is sent, and after a moment in any case. */
  end(): void {
    const timer = setTimeout(() => this.#socket.destroy(), CLOSE_MS);
    this.#socket.once("close", () => clearTimeout(timer));
    this.#socket.end();
    this.#socket.resume(); // what still comes is read and dropped: otherwise the end is never seen
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    for (const message of this.#splitter.push(chunk)) {
      if (this.#socket.destroyed) return;
      this.#events.message(message);
    }
  }
}
