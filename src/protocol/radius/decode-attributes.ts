import type { Attribute, AttributeFaultReason } from "./attribute.ts";
import { readValue } from "./attribute-value.ts";
import {
  type AttributeDefinition,
  type Dictionary,
  USUAL_FORMAT,
  unknownAttribute,
  type VendorDefinition,
} from "./dictionary.ts";
import { concat } from "./octets.ts";
import { ATTRIBUTES_MAX, type WireAttribute } from "./packet.ts";

/** Attributes within attributes; TLVs that nest deeper are octets. */
const DEPTH_MAX = 4;
const VENDOR_ID_OCTETS = 4;
const VENDOR_ID_MAX = 0xffffff;
/** RFC 6929 §2.2: the head of a long extended attribute is its number and this, of which the first bit says more. */
const MORE = 0x80;

/**
 * Names and values of attributes, in the order of the wire; what stands in a vendor's attribute, a TLV or an extended
 * one is listed in its place. Whatever can't be read is octets with the reason beside it, never an exception: one
 * vendor's bug does not lose the session.
 */
export function decodeAttributes(attributes: readonly WireAttribute[], dictionary: Dictionary): Attribute[] {
  const out: Attribute[] = [];
  for (let index = 0; index < attributes.length; index += 1) {
    const { type, value } = attributes[index] as WireAttribute;
    const definition = dictionary.attributes.get(type) ?? unknownAttribute(0, [type]);
    if (definition.type === "vsa") readVendorSpecific(definition, value, dictionary, out);
    else if (definition.type === "extended") readExtended(definition, value, 1, out);
    else if (definition.type === "long-extended") index += readLongExtended(definition, attributes, index, out);
    else readOne(definition, value, 1, out);
  }
  return out;
}

function readOne(definition: AttributeDefinition, octets: Uint8Array, depth: number, out: Attribute[]): void {
  if (definition.type === "tlv" && depth < DEPTH_MAX) {
    readWithin(definition, octets, USUAL_FORMAT, out, (number, value) => {
      const child =
        definition.children.get(number) ?? unknownAttribute(definition.vendor, [...definition.path, number]);
      readOne(child, value, depth + 1, out);
    });
    return;
  }
  const value = readValue(definition.type, octets);
  out.push(value === undefined ? faulty(definition, octets, "value-length") : { definition, value, fault: null });
}

/**
 * RFC 2865 §5.26: a vendor's number, then the vendor's attributes; octets as they are where they are not of that form.
 */
function readVendorSpecific(
  definition: AttributeDefinition,
  octets: Uint8Array,
  dictionary: Dictionary,
  out: Attribute[],
): void {
  if (octets.length < VENDOR_ID_OCTETS) {
    out.push(faulty(definition, octets, "vendor-id"));
    return;
  }
  const id = numberAt(octets, 0, VENDOR_ID_OCTETS);
  if (id > VENDOR_ID_MAX) {
    out.push(faulty(definition, octets, "vendor-id"));
    return;
  }
  const vendor: VendorDefinition | undefined = dictionary.vendors.get(id);
  readWithin(definition, octets.subarray(VENDOR_ID_OCTETS), vendor ?? USUAL_FORMAT, out, (number, value) =>
    readOne(vendor?.attributes.get(number) ?? unknownAttribute(id, [number]), value, 1, out),
  );
}

interface InnerFormat {
  readonly typeOctets: number;
  /** 0: the value is all that is left. */
  readonly lengthOctets: number;
}

/** Cuts octets into attributes and hands them on, all or none: else the outer attribute is listed with its fault. */
function readWithin(
  outer: AttributeDefinition,
  octets: Uint8Array,
  { typeOctets, lengthOctets }: InnerFormat,
  out: Attribute[],
  take: (number: number, value: Uint8Array) => void,
): void {
  const found: [number: number, value: Uint8Array][] = [];
  const head = typeOctets + lengthOctets;
  for (let at = 0; at < octets.length; ) {
    const isWhole = at + head <= octets.length;
    const length =
      !isWhole || lengthOctets === 0 ? octets.length - at : numberAt(octets, at + typeOctets, lengthOctets);
    if (!isWhole || length < head || at + length > octets.length || found.length === ATTRIBUTES_MAX) {
      out.push(faulty(outer, octets, "inner-length"));
      return;
    }
    found.push([numberAt(octets, at, typeOctets), octets.subarray(at + head, at + length)]);
    at += length;
  }
  if (found.length === 0) out.push(faulty(outer, octets, "inner-length"));
  for (const [number, value] of found) take(number, value);
}

/** RFC 6929 §2.1: a number, then the value. A vendor's within (26) is octets. */
function readExtended(definition: AttributeDefinition, octets: Uint8Array, headOctets: number, out: Attribute[]): void {
  if (octets.length < headOctets) {
    out.push(faulty(definition, octets, "inner-length"));
    return;
  }
  const number = octets[0] as number;
  const child = definition.children.get(number) ?? unknownAttribute(0, [...definition.path, number]);
  readOne(child, octets.subarray(headOctets), 2, out);
}

/**
 * RFC 6929 §2.2: fragments with one number, one after the other. Returns how many attributes it took beyond the first;
 * fragments that never become whole are listed one by one.
 */
function readLongExtended(
  definition: AttributeDefinition,
  attributes: readonly WireAttribute[],
  from: number,
  out: Attribute[],
): number {
  const first = (attributes[from] as WireAttribute).value;
  const fragments: Uint8Array[] = [];
  for (let index = from; ; index += 1) {
    const { type, value } = attributes[index] ?? NOTHING;
    if (type !== definition.path[0] || value.length < 2 || value[0] !== first[0]) break;
    fragments.push(value);
    if (((value[1] as number) & MORE) !== 0) continue;
    const whole = concat(first.subarray(0, 1), ...fragments.map((fragment) => fragment.subarray(2)));
    readExtended(definition, whole, 1, out);
    return fragments.length - 1;
  }
  const broken = fragments.length === 0 ? [first] : fragments;
  out.push(...broken.map((fragment) => faulty(definition, fragment, "fragments")));
  return broken.length - 1;
}

const NOTHING: WireAttribute = { type: 0, value: new Uint8Array(0) };

function numberAt(octets: Uint8Array, at: number, count: number): number {
  let number = 0;
  for (let index = at; index < at + count; index += 1) number = number * 256 + (octets[index] as number);
  return number;
}

const faulty = (definition: AttributeDefinition, value: Uint8Array, fault: AttributeFaultReason): Attribute => ({
  ...{ definition, value, fault },
});
