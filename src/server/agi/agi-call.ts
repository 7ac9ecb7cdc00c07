import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { invariant } from "../../core/invariant.ts";
import type { AgiCommand } from "../../protocol/agi/agi-command.ts";
import { type AgiMessage, AgiReader, type AgiReply } from "../../protocol/agi/agi-reader.ts";
import type { AgiRequest } from "../../protocol/agi/agi-request.ts";

/** What a command came to. */
export type AgiOutcome =
  | AgiReply
  /** It was not sent, because it would be another command than was meant. */
  | { readonly kind: "not-written"; readonly reason: string }
  /** The connection is away: whether the call goes on is not known. */
  | { readonly kind: "gone"; readonly reason: string };

/** How long Asterisk may take. */
export interface AgiTiming {
  /** For its request, once it is connected. */
  readonly requestMs: number;
  /** For the answer to a command that does not take its own time. */
  readonly replyMs: number;
  /** To close its side once we have closed ours. */
  readonly closeMs: number;
}

/**
 * One call of Asterisk over FastAGI: what it says of the call, and commands, one after the other. Asterisk reads the
 * next command only when it has answered the one before, so that none is sent ahead.
 */
export class AgiCall {
  /** The IP address that Asterisk connected from. */
  readonly address: string;
  readonly #socket: Socket;
  readonly #timing: AgiTiming;
  readonly #reader = new AgiReader();
  readonly #request = Promise.withResolvers<AgiRequest | null>();
  #waiting: { readonly tell: (outcome: AgiOutcome) => void; readonly isLong: boolean } | null = null;
  #gone: string | null = null;
  #isHungUp = false;

  constructor(socket: Socket, { address, timing }: { readonly address: string; readonly timing: AgiTiming }) {
    this.address = address;
    this.#socket = socket;
    this.#timing = timing;
    socket.on("data", (chunk: Buffer) => {
      for (const message of this.#reader.push(chunk)) this.#take(message);
    });
    socket.on("error", (error) => this.cut(error.message));
    socket.on("end", () => this.cut(this.#reader.isInMessage ? "the connection ended within a message" : ENDED));
    socket.on("close", () => this.cut(ENDED));
  }

  /** What Asterisk says of the call; null where that does not come in time, or makes no sense: see {@link goneBy}. */
  async request(): Promise<AgiRequest | null> {
    return await this.#within(this.#timing.requestMs, this.#request.promise, LATE);
  }

  /** Why the connection is away; null while it is there. */
  get goneBy(): string | null {
    return this.#gone;
  }

  /** Whether the caller has hung up. Asterisk goes on answering commands that need no caller. */
  get isHungUp(): boolean {
    return this.#isHungUp;
  }

  /**
   * Sends a command and waits for its answer. `takesMs`: how long the command itself may take, as Dial does; 0 for one
   * that is done at once.
   */
  async ask(command: AgiCommand, takesMs = 0): Promise<AgiOutcome> {
    invariant(this.#waiting === null, "a command is sent when the one before is answered");
    if (command.kind === "refused") return { kind: "not-written", reason: command.reason };
    if (this.#gone !== null) return { kind: "gone", reason: this.#gone };
    const { promise, resolve } = Promise.withResolvers<AgiOutcome>();
    this.#waiting = { tell: resolve, isLong: takesMs > 0 };
    this.#socket.write(command.text);
    return await this.#within(this.#timing.replyMs + takesMs, promise, NO_ANSWER);
  }

  /** Ends a command that takes its own time, such as Dial, as lost; the call goes on without us. */
  leave(): void {
    if (this.#waiting?.isLong === true) this.cut("the server ends");
  }

  /** Lets Asterisk go on with its dialplan. */
  end(): void {
    if (this.#gone !== null) return;
    this.#socket.end();
    this.#socket.setTimeout(this.#timing.closeMs, () => this.#socket.destroy());
  }

  /** Ends the connection at once, and whatever waits for it. */
  cut(reason: string): void {
    this.#gone ??= reason;
    this.#socket.destroy();
    this.#request.resolve(null);
    this.#waiting?.tell({ kind: "gone", reason: this.#gone });
    this.#waiting = null;
  }

  #take(message: AgiMessage): void {
    switch (message.kind) {
      case "request":
        this.#request.resolve(message.request);
        return;
      case "hangup":
        this.#isHungUp = true;
        return;
      case "trying":
        return;
      case "reply":
        if (this.#waiting === null) this.cut("an answer to no command");
        this.#waiting?.tell(message);
        this.#waiting = null;
        return;
      case "broken":
        this.cut(message.reason);
        return;
      default:
        message satisfies never;
    }
  }

  async #within<Value>(ms: number, awaited: Promise<Value>, reason: string): Promise<Value> {
    const done = new AbortController();
    sleep(ms, undefined, { signal: done.signal, ref: false }).then(
      () => this.cut(reason),
      () => undefined,
    );
    try {
      return await awaited;
    } finally {
      done.abort();
    }
  }
}

const ENDED = "the connection ended";
/** Reasons that the server tells apart. */
export const LATE = "the request did not come in time";
export const NO_ANSWER = "no answer in time";
