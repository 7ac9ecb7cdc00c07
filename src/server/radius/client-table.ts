import { addressKey, parseAddress, parseAddressRange } from "../../core/tenancy/address-range.ts";
import type { RadiusClient } from "./radius-client.ts";

/** Tells whose packets are, by the address that they come from. A look-up costs one hash look-up a range length. */
export class ClientTable {
  /** By family and length of ranges, longest first. */
  readonly #lengths: {
    readonly family: 4 | 6;
    readonly length: number;
    readonly clients: Map<number | string, RadiusClient>;
  }[] = [];

  /** Ranges that are none are nobody's; of two clients with the same range the first has it. */
  constructor(clients: readonly RadiusClient[]) {
    for (const client of clients) for (const range of client.ranges) this.#add(range, client);
    this.#lengths.sort((a, b) => b.length - a.length);
  }

  /** The client with the longest range that the address is in. */
  at(address: string): RadiusClient | undefined {
    const words = parseAddress(address);
    if (words === undefined) return undefined;
    const family = words.length === 1 ? 4 : 6;
    for (const { family: each, length, clients } of this.#lengths) {
      const client = each === family ? clients.get(addressKey(words, length)) : undefined;
      if (client !== undefined) return client;
    }
    return undefined;
  }

  #add(text: string, client: RadiusClient): void {
    const range = parseAddressRange(text);
    if (range === undefined) return;
    const { family, length, words } = range;
    let same = this.#lengths.find((each) => each.family === family && each.length === length);
    if (same === undefined) {
      same = { family, length, clients: new Map() };
      this.#lengths.push(same);
    }
    const key = addressKey(words, length);
    if (!same.clients.has(key)) same.clients.set(key, client);
  }
}
