import { type AddressRange, addressKey, parseAddress, parseAddressRange } from "../../core/tenancy/address-range.ts";

/** A source whose dialplan asks over FastAGI. */
export interface AgiSource {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly name: string;
  /** Addresses, or ranges of them, that its connections come from. */
  readonly from: readonly string[];
}

interface From {
  readonly range: AddressRange;
  readonly source: AgiSource;
}

/** Tells whose calls are, by the address that they are asked about from. */
export class AgiSources {
  /** Longest first. */
  readonly #from: readonly From[];

  /** Ranges that are none are nobody's. */
  constructor(sources: readonly AgiSource[]) {
    this.#from = sources
      .flatMap((source) => source.from.map((text) => ({ range: parseAddressRange(text), source })))
      .filter((each): each is From => each.range !== undefined)
      .sort((a, b) => b.range.length - a.range.length);
  }

  /** Whether any source's connections come from there. */
  has(address: string): boolean {
    return this.#at(address).length > 0;
  }

  /** The source of that name whose connections come from there; without a name the one that says so most exactly. */
  find(address: string, name: string | undefined): AgiSource | undefined {
    const found = this.#at(address).find(({ source }) => name === undefined || source.name === name);
    return found?.source;
  }

  #at(address: string): readonly From[] {
    const words = parseAddress(address);
    if (words === undefined) return [];
    return this.#from.filter(
      ({ range }) =>
        range.words.length === words.length &&
        addressKey(range.words, range.length) === addressKey(words, range.length),
    );
  }
}
