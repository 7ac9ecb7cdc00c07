import type { Socket } from "node:net";
import type { EslCommand } from "../../protocol/esl/command.ts";
import type { EslEvent } from "../../protocol/esl/event.ts";
import { EslFrameReader } from "../../protocol/esl/frame-reader.ts";
import { type EslMessage, readEslMessage } from "../../protocol/esl/message.ts";

/** What FreeSWITCH answers to a command. */
export type EslAnswer = Extract<EslMessage, { readonly kind: "reply" | "api-response" | "channel-data" }>;

/** What came of a command. */
export type CommandOutcome =
  | { readonly kind: "answered"; readonly isOk: boolean; readonly text: string; readonly channel: EslEvent | null }
  /** It was not sent, or no answer came: it may have been done. `why` is a sentence. */
  | { readonly kind: "unanswered"; readonly why: string };

/** What a connection tells of. */
export interface ConnectionSurroundings {
  /** Anything but answers to commands. */
  readonly onMessage: (message: Exclude<EslMessage, EslAnswer>) => void;
  /** It is closed; `why` is a sentence, "" where nobody is to blame. Called once. */
  readonly onClosed: (why: string) => void;
}

/** For an answer; without one the order of answers is not known any more, and the connection ends. */
const ANSWER_MS = 10_000;
/** FreeSWITCH raises HEARTBEAT every 20 s: a connection to it that is silent for so long is dead. */
const SILENT_MS = 65_000;
const WAITING_MAX = 10_000;
/** Octets that FreeSWITCH has not taken from us. */
const UNSENT_MAX = 1 << 22;

interface Waiting {
  readonly resolve: (outcome: CommandOutcome) => void;
  readonly timer: NodeJS.Timeout;
}

/** A connection of an event socket, whoever opened it: commands are answered in their order, events come in between. */
export class EventSocketConnection {
  readonly #socket: Socket;
  readonly #reader = new EslFrameReader();
  readonly #around: ConnectionSurroundings;
  readonly #waiting: Waiting[] = [];
  readonly #closing = Promise.withResolvers<void>();
  #isClosed = false;
  #why = "";

  /** `mayBeSilent`: the connection of one call hears nothing while that call goes on. */
  constructor(socket: Socket, { mayBeSilent }: { readonly mayBeSilent: boolean }, around: ConnectionSurroundings) {
    this.#socket = socket;
    this.#around = around;
    socket.setNoDelay(true).setKeepAlive(true, 30_000);
    if (!mayBeSilent) socket.setTimeout(SILENT_MS, () => this.end("nothing was heard for too long"));
    socket.on("data", (octets: Buffer) => this.#read(octets));
    socket.on("error", ({ message }) => this.end(message));
    socket.on("close", () => this.#closed());
  }

  get isOpen(): boolean {
    return !this.#isClosed;
  }

  /** Done when the connection is over. */
  get closed(): Promise<void> {
    return this.#closing.promise;
  }

  /** Sends a command and answers what came of it; it never throws. */
  ask(command: EslCommand): Promise<CommandOutcome> {
    if (command.kind === "refused") return Promise.resolve({ kind: "unanswered", why: command.reason });
    if (this.#isClosed) return Promise.resolve({ kind: "unanswered", why: "the connection is closed" });
    if (this.#waiting.length >= WAITING_MAX || this.#socket.writableLength > UNSENT_MAX) {
      this.end("FreeSWITCH does not take commands");
      return Promise.resolve({ kind: "unanswered", why: this.#why });
    }
    const { promise, resolve } = Promise.withResolvers<CommandOutcome>();
    const timer = setTimeout(() => this.end("FreeSWITCH did not answer a command in time"), ANSWER_MS);
    this.#waiting.push({ resolve, timer });
    this.#socket.write(command.text);
    return promise;
  }

  /** Closes the connection at once. */
  end(why = ""): void {
    if (this.#isClosed) return;
    this.#why = why;
    this.#socket.destroy();
    this.#closed();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { resolve, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      resolve({ kind: "unanswered", why: this.#why || "the connection was closed" });
    }
    this.#closing.resolve();
    this.#around.onClosed(this.#why);
  }

  #read(octets: Buffer): void {
    for (const frame of this.#reader.push(octets)) {
      if (this.#isClosed) return;
      const message = readEslMessage(frame);
      if (message.kind === "reply" || message.kind === "api-response" || message.kind === "channel-data")
        this.#answer(message);
      else this.#around.onMessage(message);
      if (message.kind === "broken") this.end(`what it sent can't be read: ${message.reason}`);
    }
  }

  #answer(answer: EslAnswer): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) {
      this.end("an answer came to no command");
      return;
    }
    clearTimeout(waiting.timer);
    waiting.resolve(
      answer.kind === "channel-data"
        ? { kind: "answered", isOk: true, text: "", channel: answer.event }
        : { kind: "answered", isOk: answer.isOk, text: answer.text, channel: null },
    );
  }
}
