import { readAddress } from "./address.ts";
import type { AvpType, AvpValue } from "./avp.ts";
import { parseDiameterUri } from "./diameter-uri.ts";
import { readNetworkTime } from "./network-time.ts";

/** What became of a value's octets. */
export type ReadValue =
  | { readonly kind: "value"; readonly value: AvpValue }
  | { readonly kind: "wrong-length" }
  | { readonly kind: "wrong-value"; readonly why: string };

type PlainType = Exclude<AvpType, "Grouped">;

/** Octets of the formats that have only one length. */
const LENGTHS: Partial<Record<AvpType, number>> = {
  ...{ Integer32: 4, Unsigned32: 4, Float32: 4, Enumerated: 4, Time: 4 },
  ...{ Integer64: 8, Unsigned64: 8, Float64: 8 },
};

/** Octets that a value of the format has at the least: what a Failed-AVP shows where there is no value to show. */
export const lengthMin = (type: AvpType): number => LENGTHS[type] ?? (type === "Address" ? 2 : 0);

/** A host name is longer in no file of zones. */
const IDENTITY_CHARACTERS_MAX = 255;

const WRONG_LENGTH = { kind: "wrong-length" } as const;
const valued = (value: AvpValue): ReadValue => ({ kind: "value", value });
const wrong = (why: string): ReadValue => ({ kind: "wrong-value", why });

/** Reads the value of an AVP that is no group (RFC 6733 §4.2, §4.3). */
export function readValue(type: PlainType, octets: Buffer): ReadValue {
  const length = LENGTHS[type];
  if (length !== undefined && octets.length !== length) return WRONG_LENGTH;
  switch (type) {
    case "OctetString":
      return valued(octets);
    case "Unsigned32":
      return valued(octets.readUInt32BE(0));
    case "Integer32":
    case "Enumerated":
      return valued(octets.readInt32BE(0));
    case "Unsigned64":
      return valued(octets.readBigUInt64BE(0));
    case "Integer64":
      return valued(octets.readBigInt64BE(0));
    case "Float32":
      return valued(octets.readFloatBE(0));
    case "Float64":
      return valued(octets.readDoubleBE(0));
    case "Time":
      return valued(readNetworkTime(octets.readUInt32BE(0)));
    case "Address": {
      const address = readAddress(octets);
      return address === undefined ? WRONG_LENGTH : valued(address);
    }
    default:
      return readText(type, octets);
  }
}

type TextType = "UTF8String" | "DiameterIdentity" | "DiameterURI" | "IPFilterRule" | "QoSFilterRule";

function readText(type: TextType, octets: Buffer): ReadValue {
  const text = octets.toString("utf8");
  // The sign that stands for broken UTF-8 may also have been sent as such.
  if (text.includes("\uFFFD") && !Buffer.from(text).equals(octets)) return wrong("is not UTF-8");
  switch (type) {
    case "UTF8String":
      return valued(text);
    case "DiameterIdentity":
      return isIdentity(text) ? valued(text) : wrong("is not a host or realm name");
    case "DiameterURI":
      return parseDiameterUri(text) === undefined ? wrong("is not a DiameterURI") : valued(text);
    case "IPFilterRule":
    case "QoSFilterRule":
      return /^[\x20-\x7e]*$/.test(text) ? valued(text) : wrong("is not a rule in ASCII");
    default:
      return type satisfies never;
  }
}

/**
 * Whether a text can be a DiameterIdentity. Underscores and other signs that DNS has not are in use, blanks are not.
 */
export const isIdentity = (text: string): boolean =>
  text.length <= IDENTITY_CHARACTERS_MAX && /^[\x21-\x7e]+$/.test(text);
