import { readdirSync, readFileSync } from "node:fs";
import type { AttributeValue } from "../../src/protocol/radius/attribute-value.ts";
import type { DictionarySet } from "../../src/protocol/radius/dictionary-set.ts";
import type { NamedValue } from "../../src/protocol/radius/encode-attributes.ts";

/** One case of test/vectors/radius/packets/*.txt: octets, and what they are. */
export interface PacketVector {
  readonly name: string;
  readonly secret: string;
  readonly dictionary: DictionarySet;
  /** Lines of the case's own dictionary. */
  readonly own: string;
  readonly octets: Uint8Array;
  /** Of the request that the packet answers; undefined for requests. */
  readonly requestAuthenticator: Uint8Array | undefined;
  readonly needsMessageAuthenticator: boolean;
  /** Whether the values written again give the same octets. */
  readonly isCanonical: boolean;
  readonly expected: readonly string[];
}

const FOLDER = new URL("../vectors/radius/packets/", import.meta.url);

/** All packet vectors. A line that can't be read throws, with its place. */
export function readPacketVectors(): PacketVector[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".txt"))
    .sort()
    .flatMap((file) => {
      const [, ...cases] = readFileSync(new URL(file, FOLDER), "utf8").split(/^case /m);
      return cases.map((text) => readCase(file, text));
    });
}

function readCase(file: string, text: string): PacketVector {
  const [title = "", ...lines] = text.split("\n").filter((line) => !/^\s*(#|$)/.test(line));
  const name = `${file}: ${title}`;
  const settings = new Map<string, string>();
  const blocks: Record<string, string[]> = { bytes: [], is: [], own: [] };
  let block: string[] | undefined;
  for (const line of lines) {
    if (line.startsWith(" ")) {
      if (block === undefined) throw new Error(`${name}: "${line}" belongs to nothing`);
      block.push(line.trim());
      continue;
    }
    const [word = "", ...rest] = line.split(" ");
    block = blocks[word];
    if (block === undefined && !SETTINGS.includes(word)) throw new Error(`${name}: "${word}" is no word of vectors`);
    settings.set(word, rest.join(" "));
  }
  const answers = settings.get("answers");
  return {
    name,
    secret: settings.get("secret") ?? "testing123",
    dictionary: (settings.get("dictionary") ?? "standard") as DictionarySet,
    own: blocks.own?.join("\n") ?? "",
    octets: bytesOf(name, blocks.bytes ?? []),
    requestAuthenticator: answers === undefined ? undefined : bytesOf(name, [answers]),
    needsMessageAuthenticator: settings.has("needs-message-authenticator"),
    isCanonical: !settings.has("one-way"),
    expected: blocks.is ?? [],
  };
}

const SETTINGS = ["secret", "dictionary", "answers", "needs-message-authenticator", "one-way"];

/** Hexadecimal digits; blanks and what follows a `#` do not count; `00*300` repeats, `len` is the packet's length. */
function bytesOf(name: string, lines: readonly string[]): Uint8Array {
  const words = lines.flatMap((line) => line.replace(/#.*$/, "").trim().split(/\s+/));
  const hex = words.map((word) =>
    word.replace(/^([\da-f]{2})\*(\d+)$/i, (_, pair, times) => pair.repeat(Number(times))),
  );
  const octets = hex.reduce((sum, word) => sum + (word === "len" ? 2 : word.length / 2), 0);
  const digits = hex.join("").replace("len", octets.toString(16).padStart(4, "0"));
  if (digits.length % 2 !== 0 || !/^[\da-f]*$/i.test(digits)) throw new Error(`${name}: the bytes are not hexadecimal`);
  return new Uint8Array(Buffer.from(digits, "hex"));
}

/** `name = value` as vectors write it. */
export function describeValue(value: AttributeValue, valueName?: string): string {
  if (valueName !== undefined) return valueName;
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** The opposite of {@link describeValue}, for lines `name = value`. */
export function readNamedValue(line: string): NamedValue {
  const [, name = "", text = ""] = /^(\S+) = (.*)$/.exec(line) ?? [];
  if (text.startsWith("0x")) return [name, new Uint8Array(Buffer.from(text.slice(2), "hex"))];
  if (text.startsWith('"')) return [name, JSON.parse(text) as string];
  if (/^\d{16,}$/.test(text)) return [name, BigInt(text)];
  return [name, /^-?\d+$/.test(text) ? Number(text) : text];
}
