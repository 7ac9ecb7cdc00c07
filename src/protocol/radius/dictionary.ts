/**
 * How the octets of a value are read (RFC 8044, and the words of FreeRADIUS's dictionary files). `tlv`: attributes
 * within the attribute; `vsa`: of a vendor; `extended`, `long-extended`: RFC 6929.
 */
export const ATTRIBUTE_TYPES = [
  ...(["string", "octets", "integer", "integer64", "signed", "short", "byte", "date", "bool"] as const),
  ...(["ipaddr", "ipv6addr", "combo-ip", "ipv6prefix", "ipv4prefix", "ifid", "ether"] as const),
  ...(["tlv", "vsa", "extended", "long-extended"] as const),
] as const;

export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

export interface AttributeDefinition {
  readonly name: string;
  /** 0: no vendor's. */
  readonly vendor: number;
  /** Numbers from the outermost on: `[1]`, or `[207, 1]` for what stands in a TLV or an extended attribute. */
  readonly path: readonly number[];
  readonly type: AttributeType;
  /** Of an integer: what its values are called. */
  readonly valueNames: ReadonlyMap<number, string>;
  /** What may stand in a TLV or an extended attribute, by the next number. */
  readonly children: ReadonlyMap<number, AttributeDefinition>;
}

export interface VendorDefinition {
  readonly id: number;
  readonly name: string;
  /** Octets of an attribute's type and of its length within Vendor-Specific; RFC 2865 §5.26 has 1 and 1. */
  readonly typeOctets: 1 | 2 | 4;
  readonly lengthOctets: 0 | 1 | 2;
  readonly attributes: ReadonlyMap<number, AttributeDefinition>;
}

/**
 * Names, types and numbers of attributes. There is no dictionary for everybody: numbers 101 and 103 to 106 are
 * Error-Cause and Digest-* by IANA, and Sip-Method and its like to those who took OpenSER's file.
 */
export interface Dictionary {
  /** Without a vendor. */
  readonly attributes: ReadonlyMap<number, AttributeDefinition>;
  readonly vendors: ReadonlyMap<number, VendorDefinition>;
  readonly byName: ReadonlyMap<string, AttributeDefinition>;
}

/** How attributes are written whose vendor has no entry, and how every vendor should (RFC 2865 §5.26). */
export const USUAL_FORMAT = { typeOctets: 1, lengthOctets: 1 } as const;

/** `Attr-250`, `Attr-26.9999.3`: what stands for an attribute that the dictionary does not have. */
export const numberedName = (vendor: number, path: readonly number[]): string =>
  `Attr-${[...(vendor === 0 ? [] : [26, vendor]), ...path].join(".")}`;

const NOTHING: ReadonlyMap<number, never> = new Map<number, never>();

/** An attribute that the dictionary does not have: octets. */
export const unknownAttribute = (vendor: number, path: readonly number[]): AttributeDefinition => ({
  ...{ name: numberedName(vendor, path), vendor, path, type: "octets" },
  ...{ valueNames: NOTHING, children: NOTHING },
});

/** The definition of a name, also of an `Attr-…` of {@link numberedName}; undefined when there is none. */
export function findAttribute(dictionary: Dictionary, name: string): AttributeDefinition | undefined {
  const known = dictionary.byName.get(name);
  if (known !== undefined) return known;
  const numbers = /^Attr-(\d{1,3})(?:\.(\d{1,10})\.(\d{1,10}))?$/.exec(name);
  if (numbers === null) return undefined;
  const [, outer, vendor, number] = numbers;
  if (vendor === undefined) return Number(outer) < 256 ? unknownAttribute(0, [Number(outer)]) : undefined;
  return outer === "26" ? unknownAttribute(Number(vendor), [Number(number)]) : undefined;
}
