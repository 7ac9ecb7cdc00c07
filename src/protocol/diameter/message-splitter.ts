import { HEADER_BYTES, VERSION } from "./header.ts";
import { RESULT } from "./result-code.ts";

/** Octets of a message that are taken unless a caller says otherwise: gateways send a few thousand. */
export const MESSAGE_BYTES_MAX = 128 << 10;

/** A whole message, or the header after which a stream cannot be cut any more: answer it and close. */
export type SplitMessage =
  | { readonly kind: "message"; readonly bytes: Buffer }
  | { readonly kind: "broken"; readonly head: Buffer; readonly resultCode: number; readonly what: string };

/**
 * Cuts a byte stream into messages by the length in their headers. Keeps at most one unfinished message, of at most
 * `bytesMax`; after a broken one it takes nothing more.
 */
export class MessageSplitter {
  readonly #bytesMax: number;
  /** Room for what is under way: a header, and once that is whole the message. */
  #room: Buffer | undefined;
  #filled = 0;
  #isBroken = false;

  constructor(bytesMax = MESSAGE_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** The messages that end in a chunk. Those that lie in it whole are views into it. */
  push(chunk: Uint8Array): SplitMessage[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const messages: SplitMessage[] = [];
    let at = 0;
    while (at < bytes.length && !this.#isBroken) {
      const rest = bytes.subarray(at);
      const length = this.#room === undefined && rest.length >= HEADER_BYTES ? rest.readUIntBE(1, 3) : 0;
      if (length > 0 && rest.length >= length && faultOf(rest, this.#bytesMax) === undefined) {
        messages.push({ kind: "message", bytes: rest.subarray(0, length) });
        at += length;
        continue;
      }
      at += this.#fill(rest);
      const message = this.#finished();
      if (message !== undefined) messages.push(message);
    }
    return messages;
  }

  /** Copies what fits into the room, and says how much that was. */
  #fill(rest: Buffer): number {
    this.#room ??= Buffer.allocUnsafe(HEADER_BYTES);
    const copied = rest.copy(this.#room, this.#filled);
    this.#filled += copied;
    return copied;
  }

  /** The message in the room if it is whole; a header that is whole gets the room that its message needs. */
  #finished(): SplitMessage | undefined {
    const room = this.#room;
    if (room === undefined || this.#filled < room.length) return undefined;
    const fault = faultOf(room, this.#bytesMax);
    if (fault !== undefined) {
      this.#isBroken = true;
      this.#room = undefined;
      return { kind: "broken", head: room, ...fault };
    }
    const length = room.readUIntBE(1, 3);
    if (length > room.length) {
      this.#room = Buffer.allocUnsafe(length);
      room.copy(this.#room);
      return undefined;
    }
    this.#room = undefined;
    this.#filled = 0;
    return { kind: "message", bytes: room };
  }
}

function faultOf(head: Buffer, bytesMax: number): { readonly resultCode: number; readonly what: string } | undefined {
  if (head[0] !== VERSION) return { resultCode: RESULT.unsupportedVersion, what: `Version ${head[0]} is not 1` };
  const length = head.readUIntBE(1, 3);
  if (length >= HEADER_BYTES && length <= bytesMax) return undefined;
  const what = `A message of ${length} octets, where ${HEADER_BYTES} to ${bytesMax} are taken`;
  return { resultCode: RESULT.invalidMessageLength, what };
}
