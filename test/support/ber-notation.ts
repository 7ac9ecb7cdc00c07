import { type BerNode, encodeElement, join } from "./ber.ts";

/** `Name@9`, `@u4`: a name for the reader and a tag number, of the class APPLICATION where no letter says another. */
const TAG = /^[A-Za-z0-9]*@([ucp]?)(\d+)$/;
const CLASSES: Readonly<Record<string, number>> = { u: 0, "": 1, c: 2, p: 3 };
const OPENINGS: Readonly<Record<string, BerNode["length"]>> = { "{": undefined, "{*": "indefinite", "{+": "padded" };

/**
 * Compiles BER as vectors write it: `Name@9 { … }` is constructed (`{*` with an indefinite length, `{+` with a padded
 * one), and `Name@9 value` primitive, where a value is "text", 123, bcd:4477 (digits in halves of octets) or hex:0a0b.
 * `hex:…` without a tag stands for itself; the rest of a line after `#` is a remark.
 */
export function compileBer(text: string): Uint8Array {
  const tokens = text.match(/"[^"]*"|#.*|[^\s"#]+/g) ?? [];
  const compiler = new Compiler(tokens.filter((token) => !token.startsWith("#")));
  const bytes = compiler.elements();
  if (!compiler.isAtEnd) throw new Error(`a "}" too many in BER`);
  return bytes;
}

class Compiler {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  elements(): Uint8Array {
    const parts: Uint8Array[] = [];
    while (!this.isAtEnd && this.#tokens[this.#at] !== "}") parts.push(this.#element(this.#next()));
    return join(parts);
  }

  #element(token: string): Uint8Array {
    const [, classLetter, number] = TAG.exec(token) ?? [];
    if (classLetter === undefined) return valueOctets(token);
    const tag = { classBits: CLASSES[classLetter] as number, number: Number(number) };
    const value = this.#next();
    if (!Object.hasOwn(OPENINGS, value))
      return encodeElement(tag, { isConstructed: false, octets: valueOctets(value) });
    const octets = this.elements();
    if (this.#next() !== "}") throw new Error(`${token} is not closed in BER`);
    const length = OPENINGS[value];
    return encodeElement(length === undefined ? tag : { ...tag, length }, { isConstructed: true, octets });
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Error("BER ends too early");
    return token;
  }
}

function valueOctets(token: string): Uint8Array {
  if (token.startsWith('"')) return new TextEncoder().encode(token.slice(1, -1));
  if (token.startsWith("hex:")) return Uint8Array.fromHex(token.slice(4));
  if (token.startsWith("bcd:"))
    return Uint8Array.fromHex(token.length % 2 === 0 ? token.slice(4) : `${token.slice(4)}f`);
  if (/^-?\d+$/.test(token)) return integerOctets(BigInt(token));
  throw new Error(`${token} is no element and no value of BER`);
}

/** In two's complement, with as few octets as there can be. */
function integerOctets(value: bigint): Uint8Array {
  let octets = 1;
  while (BigInt.asIntN(octets * 8, value) !== value) octets++;
  const hex = BigInt.asUintN(octets * 8, value).toString(16);
  return Uint8Array.fromHex(hex.padStart(octets * 2, "0"));
}
