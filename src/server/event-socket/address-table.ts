import { addressKey, parseAddress, parseAddressRange } from "../../core/tenancy/address-range.ts";

interface Entry<Owner> {
  readonly owner: Owner;
  readonly family: 4 | 6;
  readonly length: number;
  readonly key: number | string;
}

/** Tells whose an address is: the one with the narrowest range that it is in, and of two alike the first. */
export class AddressTable<Owner> {
  readonly #entries: readonly Entry<Owner>[];

  /** Ranges that are none are nobody's. */
  constructor(owners: readonly (readonly [owner: Owner, ranges: readonly string[]])[]) {
    this.#entries = owners
      .flatMap(([owner, ranges]) => ranges.flatMap((text) => entryOf(owner, text)))
      .sort((a, b) => b.length - a.length);
  }

  at(address: string): Owner | undefined {
    const words = parseAddress(address);
    if (words === undefined) return undefined;
    const family = words.length === 1 ? 4 : 6;
    return this.#entries.find((entry) => entry.family === family && entry.key === addressKey(words, entry.length))
      ?.owner;
  }
}

function entryOf<Owner>(owner: Owner, text: string): Entry<Owner>[] {
  const range = parseAddressRange(text);
  if (range === undefined) return [];
  const { family, length, words } = range;
  return [{ owner, family, length, key: addressKey(words, length) }];
}
