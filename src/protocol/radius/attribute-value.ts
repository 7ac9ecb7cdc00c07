import { parseAddress } from "../../core/tenancy/address-range.ts";
import type { AttributeType } from "./dictionary.ts";
import { hexOf, textOf, utf8 } from "./octets.ts";

/**
 * A value: text of `string`, addresses, prefixes and identifiers; a number of what has up to 32 bits (a `date` is whole
 * seconds since 1970); a bigint of 64 bits; octets of everything else.
 */
export type AttributeValue = string | number | bigint | Uint8Array;

/** Reads a value; undefined when its octets are none of that type: too many, too few, or nonsense. */
export function readValue(type: AttributeType, octets: Uint8Array): AttributeValue | undefined {
  const { length } = octets;
  switch (type) {
    case "string":
      return textOf(octets);
    case "integer":
    case "date":
      return length === 4 ? unsigned(octets) : undefined;
    case "signed":
      return length === 4 ? unsigned(octets) | 0 : undefined;
    case "short":
      return length === 2 ? unsigned(octets) : undefined;
    case "byte":
    case "bool":
      return length === 1 ? unsigned(octets) : undefined;
    case "integer64":
      return length === 8 ? BigInt(`0x${hexOf(octets)}`) : undefined;
    case "ipaddr":
      return length === 4 ? octets.join(".") : undefined;
    case "ipv6addr":
      return length === 16 ? addressText(octets) : undefined;
    case "combo-ip":
      return readValue(length === 4 ? "ipaddr" : "ipv6addr", octets);
    case "ipv6prefix":
    case "ipv4prefix":
      return prefixText(type, octets);
    case "ifid":
      return length === 8 ? groupsOf(octets) : undefined;
    case "ether":
      return length === 6 ? (hexOf(octets).match(/../g) ?? []).join(":") : undefined;
    case "octets":
    case "tlv":
    case "vsa":
    case "extended":
    case "long-extended":
      return octets;
    default:
      return type satisfies never;
  }
}

/** The octets of a value; undefined when it is none of that type. */
export function writeValue(type: AttributeType, value: AttributeValue): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "bigint") return type === "integer64" ? bigEndian(value, 8) : undefined;
  if (typeof value === "number") {
    const octets = NUMBER_OCTETS[type];
    return octets === undefined || !Number.isSafeInteger(value)
      ? undefined
      : bigEndian(BigInt(value), octets, type === "signed");
  }
  switch (type) {
    case "string":
    case "octets":
      return utf8(value);
    case "ipaddr":
    case "ipv6addr":
    case "combo-ip":
      return addressOctets(value, type);
    case "ipv6prefix":
    case "ipv4prefix":
      return prefixOctets(type, value);
    case "ifid":
      return groupsToOctets(value, 4);
    case "ether":
      return /^(?:[\da-f]{2}:){5}[\da-f]{2}$/i.test(value) ? pairsOf(value.replaceAll(":", "")) : undefined;
    default:
      return undefined;
  }
}

const NUMBER_OCTETS: Readonly<Partial<Record<AttributeType, number>>> = {
  ...{ integer: 4, date: 4, signed: 4, short: 2, byte: 1, bool: 1, integer64: 8 },
};

const unsigned = (octets: Uint8Array): number => octets.reduce((number, octet) => number * 256 + octet, 0);

function bigEndian(value: bigint, octets: number, isSigned = false): Uint8Array | undefined {
  const bits = octets * 8;
  if (value !== (isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value))) return undefined;
  return pairsOf(
    BigInt.asUintN(bits, value)
      .toString(16)
      .padStart(octets * 2, "0"),
  );
}

const pairsOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** An IPv6 address with its longest run of zeros left out (RFC 5952 §4), as switches and other servers write it. */
function addressText(octets: Uint8Array): string {
  const groups = groupsOf(octets);
  const runs = groups.match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? [];
  const longest = runs.reduce((best, run) => (groupCount(run) > groupCount(best) ? run : best), "");
  if (longest === "") return groups;
  const at = groups.indexOf(longest);
  return `${groups.slice(0, at)}::${groups.slice(at + longest.length).replace(/^:/, "")}`;
}

const groupCount = (run: string): number => run.split("0").length;

/** Groups of 16 bits without leading zeros. */
function groupsOf(octets: Uint8Array): string {
  const groups: string[] = [];
  for (let at = 0; at < octets.length; at += 2) groups.push(unsigned(octets.subarray(at, at + 2)).toString(16));
  return groups.join(":");
}

function groupsToOctets(text: string, count: number): Uint8Array | undefined {
  const groups = text.split(":");
  if (groups.length !== count || !groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  return pairsOf(groups.map((group) => group.padStart(4, "0")).join(""));
}

function addressOctets(text: string, type: "ipaddr" | "ipv6addr" | "combo-ip"): Uint8Array | undefined {
  const words = parseAddress(text);
  if (words === undefined) return undefined;
  const isFour = words.length === 1;
  if (type === "ipaddr" && !isFour) return undefined;
  if (type === "ipv6addr" && isFour) return pairsOf(`${"0".repeat(20)}ffff${hexOfWord(words[0] ?? 0)}`);
  return pairsOf(words.map(hexOfWord).join(""));
}

const hexOfWord = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

/** RFC 3162 §2.3, RFC 8044 §3.11: a reserved octet, the length in bits, and as many octets of address as it takes. */
function prefixText(type: "ipv6prefix" | "ipv4prefix", octets: Uint8Array): string | undefined {
  const addressMax = type === "ipv6prefix" ? 16 : 4;
  const length = (octets[1] ?? 0) & (type === "ipv6prefix" ? 0xff : 0x3f);
  const given = octets.subarray(2);
  if (octets.length < 2 || given.length > addressMax || length > addressMax * 8 || given.length * 8 < length)
    return undefined;
  if (type === "ipv4prefix" && given.length !== 4) return undefined;
  const address = new Uint8Array(addressMax);
  address.set(given);
  return `${type === "ipv6prefix" ? addressText(address) : address.join(".")}/${length}`;
}

function prefixOctets(type: "ipv6prefix" | "ipv4prefix", text: string): Uint8Array | undefined {
  const [, address = "", bits = ""] = /^([\da-f:.]+)\/(\d{1,3})$/i.exec(text) ?? [];
  const octets = addressOctets(address, type === "ipv6prefix" ? "ipv6addr" : "ipaddr");
  if (octets === undefined || bits === "" || Number(bits) > octets.length * 8) return undefined;
  const kept = type === "ipv6prefix" ? octets.subarray(0, Math.ceil(Number(bits) / 8)) : octets;
  return Uint8Array.of(0, Number(bits), ...kept);
}
