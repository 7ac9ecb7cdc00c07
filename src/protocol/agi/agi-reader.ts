import { type AgiRequest, readAgiRequest } from "./agi-request.ts";

/** What Asterisk says on a FastAGI connection: a request first, then answers to commands. */
export type AgiMessage =
  | { readonly kind: "request"; readonly request: AgiRequest }
  /** The answer to the oldest command without one. */
  | AgiReply
  /** The command goes on; its answer is still to come. */
  | { readonly kind: "trying" }
  /** The caller hung up. It may come at any time and answers no command: Asterisk goes on answering those. */
  | { readonly kind: "hangup" }
  /** The stream makes no sense from here on: close the connection. */
  | { readonly kind: "broken"; readonly reason: string };

/** An answer to a command. */
export interface AgiReply {
  readonly kind: "reply";
  /** 200; 510 unknown command; 511 not on a dead channel; 520 wrong use. */
  readonly code: number;
  /** After `result=`: "1", "-1"; null when there is none. */
  readonly result: string | null;
  /** What stands in parentheses: the value of a variable. */
  readonly value: string | null;
  /** The rest, or the text of an error. */
  readonly text: string;
}

/** Asterisk's own buffers are 4 kB a line; requests have about 25 lines. */
const LINE_OCTETS_MAX = 16_384;
const HEAD_LINES_MAX = 256;

const LF = 0x0a;

/** Reads a FastAGI connection line by line. Holds one line, a request or an answer of several lines at most. */
export class AgiReader {
  #held: Buffer = Buffer.alloc(0);
  /** The lines of the request so far; null once it is whole. */
  #head: string[] | null = [];
  /** The lines of an answer that goes on. */
  #answer: string[] = [];
  #isBroken = false;

  /** Whether a request or an answer has begun that is not whole: at a stream's end it was cut off. */
  get isInMessage(): boolean {
    if (this.#isBroken) return false;
    return this.#held.length > 0 || this.#answer.length > 0 || (this.#head !== null && this.#head.length > 0);
  }

  /** The messages that `chunk` completes. After a broken one there are no more. */
  push(chunk: Uint8Array): AgiMessage[] {
    const messages: AgiMessage[] = [];
    let rest = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
    let end = rest.indexOf(LF);
    while (end >= 0 && end <= LINE_OCTETS_MAX && !this.#isBroken) {
      const message = this.#line(rest.subarray(0, end).toString().replace(/\r$/, ""));
      if (message !== null) messages.push(message);
      rest = rest.subarray(end + 1);
      end = rest.indexOf(LF);
    }
    // Whole or not: how a line is cut makes no difference to whether it is too long.
    if (!this.#isBroken && (end < 0 ? rest.length : end) > LINE_OCTETS_MAX)
      messages.push(this.#broken("a line is too long"));
    this.#held = this.#isBroken ? Buffer.alloc(0) : Buffer.from(rest);
    return messages;
  }

  #line(line: string): AgiMessage | null {
    if (this.#head !== null) return this.#headLine(line, this.#head);
    if (this.#answer.length > 0) return this.#nextLine(line);
    if (line === "") return null;
    if (line === "HANGUP") return { kind: "hangup" };
    const [, code, sign, text] = /^(\d{3})([ -])(.*)$/s.exec(line) ?? [];
    if (code === undefined || text === undefined) return this.#broken("no answer to a command");
    if (sign === "-" || isOpenValue(text)) {
      this.#answer.push(line);
      return null;
    }
    return reply(Number(code), text);
  }

  #headLine(line: string, head: string[]): AgiMessage | null {
    if (line !== "") {
      head.push(line);
      return head.length > HEAD_LINES_MAX ? this.#broken("the request is too long") : null;
    }
    const outcome = readAgiRequest(head);
    if (outcome.kind === "malformed") return this.#broken(outcome.reason);
    this.#head = null;
    return outcome;
  }

  /**
   * Goes on with an answer of several lines: a usage text up to its last line, or a value up to its parenthesis. In a
   * value a line "HANGUP" is the value's, or else a caller who can write one would look as if he had hung up.
   */
  #nextLine(line: string): AgiMessage | null {
    this.#answer.push(line);
    const [first = ""] = this.#answer;
    const code = first.slice(0, 3);
    const isWhole = first[3] === "-" ? line.startsWith(`${code} `) : line.endsWith(")");
    if (isWhole) {
      const text = this.#answer.join("\n").slice(4);
      this.#answer = [];
      return reply(Number(code), text);
    }
    return this.#answer.length > HEAD_LINES_MAX ? this.#broken("an answer is too long") : null;
  }

  #broken(reason: string): AgiMessage {
    this.#isBroken = true;
    return { kind: "broken", reason };
  }
}

/** A value that has no closing parenthesis yet goes on after its line break. */
const isOpenValue = (text: string): boolean => /^result=\S* \([^)]*$/.test(text);

function reply(code: number, text: string): AgiMessage {
  if (code === 100) return { kind: "trying" };
  const [, result, rest = ""] = /^result=(\S*)(?: (.*))?$/s.exec(text) ?? [];
  if (result === undefined) return { kind: "reply", code, result: null, value: null, text };
  // "(timeout)", "(a (b))", "(speech) endpos=0"
  const [, value, after = ""] = /^\((.*)\)$/s.exec(rest) ?? /^\(([^)]*)\)(?: (.*))?$/s.exec(rest) ?? [];
  return value === undefined
    ? { kind: "reply", code, result, value: null, text: rest }
    : { kind: "reply", code, result, value, text: after };
}
