/**
 * A block of IP addresses: an address is in the range when its leading bits are the range's.
 * IPv4 and IPv4-mapped IPv6 addresses (::ffff:192.0.2.1) are the same address.
 */
export interface AddressRange {
  readonly family: 4 | 6;
  /** 32-bit words, most significant first: one for IPv4, four for IPv6; bits beyond `length` are 0. */
  readonly words: readonly number[];
  /** How many leading bits count. */
  readonly length: number;
}

/** Reads "192.0.2.7", "192.0.2.0/24", "2001:db8::/32" or "[2001:db8::1]"; host bits set in a range are cleared. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const slash = text.indexOf("/");
  const words = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!words) return undefined;
  const lengthMax = words.length * 32;
  const length = slash < 0 ? lengthMax : parseLength(text.slice(slash + 1), lengthMax);
  if (length === undefined) return undefined;
  return { family: words.length === 1 ? 4 : 6, words: words.map((word, i) => word & maskOfWord(length, i)), length };
}

/**
 * An address as 32-bit words: one for IPv4, four for IPv6, undefined for anything else. Brackets, a port and an
 * IPv6 zone are dropped, because switches write them: "[2001:db8::1]:5060", "192.0.2.7:5060".
 */
export function parseAddress(text: string): number[] | undefined {
  const v4 = parseV4(text);
  if (v4 !== undefined) return [v4];
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text);
  return parseV6((bracketed?.[1] ?? text).replace(/%.*$/, ""));
}

/** An address cut to its leading bits, as a key for a hash table. */
export function addressKey(words: readonly number[], length: number): number | string {
  if (words.length === 1) return (words[0] as number) & maskOfWord(length, 0);
  return words.map((word, i) => word & maskOfWord(length, i)).join(":");
}

const RANGES_MAX = 100;

/** What is wrong with ranges of addresses that somebody wrote, as a sentence; null: nothing. */
export function rangesFault(ranges: readonly string[]): string | null {
  if (ranges.length > RANGES_MAX) return `There may be ${RANGES_MAX} address ranges, not ${ranges.length}.`;
  const wrong = ranges.find((range) => parseAddressRange(range) === undefined);
  return wrong === undefined ? null : `"${wrong}" is no address range such as 192.0.2.0/24 or 2001:db8::/32.`;
}

/** Whether an address lies in one of the ranges; no ranges at all hold every address, a faulty address is in none. */
export function inAddressRanges(ranges: readonly string[], address: string): boolean {
  if (ranges.length === 0) return true;
  const words = parseAddress(address);
  return words !== undefined && ranges.some((range) => holdsAddress(parseAddressRange(range), words));
}

function holdsAddress(range: AddressRange | undefined, words: readonly number[]): boolean {
  if (range === undefined || range.words.length !== words.length) return false;
  return range.words.every((word, i) => word === ((words[i] as number) & maskOfWord(range.length, i)));
}

/** The bits of word `index` (32 bits each) that a prefix of `length` bits covers. */
const maskOfWord = (length: number, index: number): number => {
  const bits = Math.min(32, Math.max(0, length - index * 32));
  return bits === 0 ? 0 : -1 << (32 - bits);
};

const DOT = 46;
const COLON = 58;
const ZERO = 48;

/** Dotted decimal, perhaps with a port. A leading zero is refused: some read it as octal. */
function parseV4(text: string): number | undefined {
  let word = 0;
  let octet = 0;
  let digits = 0;
  let octets = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : COLON;
    if (code === DOT || code === COLON) {
      if (digits === 0 || octet > 255) return undefined;
      word = (word << 8) | octet;
      octets++;
      if (code === COLON) return octets === 4 && isPort(text, i) ? word : undefined;
      octet = 0;
      digits = 0;
      continue;
    }
    const digit = code - ZERO;
    if (digit < 0 || digit > 9 || digits === 3 || (digits > 0 && octet === 0)) return undefined;
    octet = octet * 10 + digit;
    digits++;
  }
  return undefined;
}

/** Whether the text from `from` on is nothing, or a colon and a port. */
const isPort = (text: string, from: number): boolean => from === text.length || /^:\d{1,5}$/.test(text.slice(from));

function parseV6(text: string): number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2 || !text.includes(":")) return undefined;
  const head = hextets(halves[0] as string);
  const tail = hextets(halves[1] ?? "");
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array<number>(missing).fill(0), ...tail];
  const words = [0, 2, 4, 6].map((i) => ((all[i] as number) << 16) | (all[i + 1] as number));
  const mapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  return mapped ? [words[3] as number] : words;
}

/** The 16-bit groups of one side of "::"; the last may be an IPv4 address, which is two groups. */
function hextets(text: string): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const v4 = i === parts.length - 1 ? parseV4(part) : undefined;
    if (v4 === undefined) return undefined;
    groups.push(v4 >>> 16, v4 & 0xffff);
  }
  return groups;
}

function parseLength(text: string, lengthMax: number): number | undefined {
  if (!/^\d{1,3}$/.test(text)) return undefined;
  const length = Number(text);
  return length <= lengthMax ? length : undefined;
}
