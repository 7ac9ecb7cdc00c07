import { randomInt } from "node:crypto";
import { now } from "../../clock.ts";
import type { MessageIds } from "../../protocol/diameter/node-messages.ts";

const RANDOM_BITS = 20;

/**
 * Ids of the requests that are sent: the end-to-end one begins by the clock, so that a start repeats none (RFC 6733
 * §3).
 */
export class MessageIdSource {
  #hopByHopId = randomInt(2 ** 32);
  #endToEndId = ((Math.floor(now().epochMilliseconds / 1_000) << RANDOM_BITS) | randomInt(2 ** RANDOM_BITS)) >>> 0;

  next(): MessageIds {
    this.#hopByHopId = (this.#hopByHopId + 1) >>> 0;
    this.#endToEndId = (this.#endToEndId + 1) >>> 0;
    return { hopByHopId: this.#hopByHopId, endToEndId: this.#endToEndId };
  }
}
