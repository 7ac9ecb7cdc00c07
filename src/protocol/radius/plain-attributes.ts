import { type Attribute, valueName } from "./attribute.ts";
import { hexOf } from "./octets.ts";

/**
 * A packet's attributes as records of calls know them: names in lower case without a vendor's, values as text. Of
 * attributes with one name the first counts.
 */
export type PlainAttributes = ReadonlyMap<string, string>;

/**
 * The same view that our reader of detail files has of a record (src/mediation/radius/detail-record.ts), so that a call
 * has one identity whether it comes live or in a file: `Quintum-h323-conf-id` and `h323-conf-id` are one; Cisco's way
 * of writing an attribute's name once more into its value (`h323-credit-time=3600` beside `3600`) is undone; pairs in a
 * vendor's AVPair are attributes like others, after those that stand for themselves. Values of named integers are their
 * names, octets are hexadecimal digits, times are seconds since 1970. What could not be read is left out.
 */
export function plainAttributes(attributes: readonly Attribute[]): PlainAttributes {
  const plain = new Map<string, string>();
  const pairs: [name: string, value: string][] = [];
  for (const attribute of attributes) {
    if (attribute.fault !== null) continue;
    const name = plainName(attribute.definition.name);
    const text = plainText(attribute);
    if (name.endsWith("-avpair")) pairs.push(nameAndValue(text));
    else if (!plain.has(name)) plain.set(name, withoutName(name, text));
  }
  for (const [name, value] of pairs) if (!plain.has(name)) plain.set(name, withoutName(name, value));
  return plain;
}

export const plainName = (name: string): string => name.toLowerCase().replace(/^(?:cisco|quintum)-(?=h323-)/, "");

function plainText(attribute: Attribute): string {
  const { value } = attribute;
  if (typeof value === "string") return value.replace(/\0+$/, ""); // C programs send the end of their text too
  if (value instanceof Uint8Array) return hexOf(value);
  return valueName(attribute) ?? String(value);
}

function nameAndValue(pair: string): [name: string, value: string] {
  const at = pair.indexOf("=");
  return at < 0 ? [pair.toLowerCase(), ""] : [pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1).trim()];
}

function withoutName(name: string, value: string): string {
  const [inside, rest] = nameAndValue(value);
  return inside === name ? rest : value;
}
