import { concat } from "./octets.ts";
import { HEADER_OCTETS, PACKET_OCTETS_MAX } from "./packet.ts";

const LENGTH_END = 4;

/**
 * Cuts a stream into packets by their length (RFC 6613 §2.6). A length that no packet has ends it: where the next one
 * would begin, nobody can tell. Holds less than one packet.
 */
export class PacketSplitter {
  #held: Uint8Array = new Uint8Array(0);
  #isBroken = false;

  /** Whether the stream can't be read on. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** The packets that are whole with these octets. */
  push(chunk: Uint8Array): Uint8Array[] {
    const octets = this.#held.length === 0 ? chunk : concat(this.#held, chunk);
    const packets: Uint8Array[] = [];
    let at = 0;
    while (!this.#isBroken && octets.length - at >= LENGTH_END) {
      const length = ((octets[at + 2] as number) << 8) | (octets[at + 3] as number);
      this.#isBroken = length < HEADER_OCTETS || length > PACKET_OCTETS_MAX;
      if (this.#isBroken || octets.length - at < length) break;
      packets.push(octets.subarray(at, at + length));
      at += length;
    }
    this.#held = this.#isBroken ? new Uint8Array(0) : new Uint8Array(octets.subarray(at));
    return packets;
  }
}
