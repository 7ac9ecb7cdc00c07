/** A message, or why the stream cannot be read any further: then the connection has to be closed. */
export type Netstring =
  | { readonly kind: "message"; readonly text: string }
  | { readonly kind: "broken"; readonly reason: string };

/** Kamailio writes an event in at most 16 kB by default; the list of its dialogs is longer. */
const OCTETS_MAX = 1 << 22;
const LENGTH_DIGITS_MAX = 7;

const COLON = 0x3a;
const COMMA = 0x2c;
const ZERO = 0x30;
const NINE = 0x39;

/** The text as a netstring: its length in octets, a colon, the text, a comma. */
export const writeNetstring = (text: string): string => `${Buffer.byteLength(text)}:${text},`;

/** Cuts a stream into netstrings. Holds one of them at most, and every octet is looked at once. */
export class NetstringReader {
  readonly #octetsMax: number;
  #digits = "";
  /** The message that is being read; null while its length is. */
  #message: Buffer | null = null;
  #octets = 0;
  #isBroken = false;

  constructor(octetsMax = OCTETS_MAX) {
    this.#octetsMax = octetsMax;
  }

  /** Whether a message has begun that is not whole: at a stream's end it was cut off. */
  get isInMessage(): boolean {
    return !this.#isBroken && (this.#digits !== "" || this.#message !== null);
  }

  /** The messages that `chunk` completes. After a broken one there are no more. */
  push(chunk: Uint8Array): Netstring[] {
    const messages: Netstring[] = [];
    let at = 0;
    while (at < chunk.length && !this.#isBroken) {
      if (this.#message === null) {
        this.#lengthOctet(chunk[at] ?? 0, messages);
        at += 1;
      } else at += this.#fill(this.#message, chunk.subarray(at), messages);
    }
    return messages;
  }

  /** Takes what belongs to the message, or the comma after it, and says how many octets that was. */
  #fill(message: Buffer, octets: Uint8Array, messages: Netstring[]): number {
    const taken = octets.subarray(0, message.length - this.#octets);
    message.set(taken, this.#octets);
    this.#octets += taken.length;
    if (taken.length > 0) return taken.length;
    this.#message = null;
    if (octets[0] === COMMA) messages.push({ kind: "message", text: message.toString() });
    else this.#break("a message does not end where it says", messages);
    return 1;
  }

  #lengthOctet(octet: number, messages: Netstring[]): void {
    if (octet === COLON && this.#digits !== "") this.#begin(Number(this.#digits), messages);
    else if (octet < ZERO || octet > NINE || this.#digits === "0") this.#break("no length of a message", messages);
    else if (this.#digits.length === LENGTH_DIGITS_MAX) this.#break("a message is too long", messages);
    else this.#digits += String.fromCharCode(octet);
  }

  #begin(length: number, messages: Netstring[]): void {
    this.#digits = "";
    this.#octets = 0;
    if (length > this.#octetsMax) this.#break("a message is too long", messages);
    else this.#message = Buffer.alloc(length);
  }

  #break(reason: string, messages: Netstring[]): void {
    this.#isBroken = true;
    messages.push({ kind: "broken", reason });
  }
}
