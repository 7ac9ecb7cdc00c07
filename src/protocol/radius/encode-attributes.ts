import { type AttributeValue, writeValue } from "./attribute-value.ts";
import { type AttributeDefinition, type Dictionary, findAttribute, USUAL_FORMAT } from "./dictionary.ts";
import { concat } from "./octets.ts";
import { ATTRIBUTE, VALUE_OCTETS_MAX, type WireAttribute } from "./packet.ts";

/** An attribute to write: its name, and a value; of an integer also the value's name. */
export type NamedValue = readonly [name: string, value: AttributeValue];

export interface EncodeFault {
  readonly kind: "fault";
  readonly attribute: string;
  readonly reason: "name-unknown" | "value-invalid" | "value-too-long" | "not-writable";
}

/**
 * Attributes as they go on the wire, in the same order; each vendor's attribute and each part of a TLV gets an outer
 * one of its own, as every client reads that. Extended attributes are read only.
 */
export function encodeAttributes(
  attributes: readonly NamedValue[],
  dictionary: Dictionary,
): readonly WireAttribute[] | EncodeFault {
  const out: WireAttribute[] = [];
  for (const [name, value] of attributes) {
    const definition = findAttribute(dictionary, name);
    const written = definition === undefined ? "name-unknown" : encodeOne(definition, value, dictionary);
    if (typeof written === "string") return { kind: "fault", attribute: name, reason: written };
    out.push(written);
  }
  return out;
}

function encodeOne(
  definition: AttributeDefinition,
  value: AttributeValue,
  dictionary: Dictionary,
): WireAttribute | EncodeFault["reason"] {
  const octets = writeValue(definition.type, numberOfName(definition, value));
  if (octets === undefined) return "value-invalid";
  const { vendor, path } = definition;
  const [outermost = 0, ...inner] = path;
  if (vendor === 0) return isWritable(dictionary, path) ? bounded(outermost, nested(inner, octets)) : "not-writable";
  const { typeOctets, lengthOctets } = dictionary.vendors.get(vendor) ?? USUAL_FORMAT;
  const content = nested(inner, octets);
  const length = typeOctets + lengthOctets + content.length;
  if (length > VALUE_OCTETS_MAX) return "value-too-long"; // before an octet too few could hold it
  const head = concat(bigEndian(vendor, 4), bigEndian(outermost, typeOctets), bigEndian(length, lengthOctets));
  return bounded(ATTRIBUTE.vendorSpecific, concat(head, content));
}

/** A value within TLVs, each with one octet of number and one of length. */
const nested = (path: readonly number[], octets: Uint8Array): Uint8Array =>
  path.reduceRight((within, number) => concat(Uint8Array.of(number, 2 + within.length), within), octets);

const bounded = (type: number, value: Uint8Array): WireAttribute | "value-too-long" =>
  value.length > VALUE_OCTETS_MAX ? "value-too-long" : { type, value };

function isWritable(dictionary: Dictionary, [outermost = 0, ...inner]: readonly number[]): boolean {
  return inner.length === 0 || dictionary.attributes.get(outermost)?.type === "tlv";
}

/** Text for an integer is one of its values' names, or digits. */
function numberOfName({ valueNames, type }: AttributeDefinition, value: AttributeValue): AttributeValue {
  if (typeof value !== "string" || type === "string") return value;
  const named = valueNames.entries().find(([, name]) => name === value)?.[0];
  return named ?? (/^\d{1,15}$/.test(value) ? Number(value) : value);
}

const bigEndian = (value: number, octets: number): Uint8Array =>
  Uint8Array.from({ length: octets }, (_, index) => Math.floor(value / 256 ** (octets - 1 - index)) % 256);
