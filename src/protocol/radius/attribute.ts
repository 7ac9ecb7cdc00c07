import type { AttributeValue } from "./attribute-value.ts";
import type { AttributeDefinition } from "./dictionary.ts";

/** An attribute with its name, read by a client's dictionary. */
export interface Attribute {
  readonly definition: AttributeDefinition;
  readonly value: AttributeValue;
  /** What is wrong with the octets; `value` is the octets as they came. null where all is well. */
  readonly fault: AttributeFaultReason | null;
}

export type AttributeFaultReason =
  /** The octets are no value of the attribute's type: an integer of three octets. */
  | "value-length"
  /** Less than a vendor's number, or one above 16777215. */
  | "vendor-id"
  /** Lengths within a vendor's, a TLV's or an extended attribute's octets do not add up. */
  | "inner-length"
  /** Fragments of a long extended attribute that do not follow each other, or never end. */
  | "fragments";

/** The name that an integer's value has; undefined when it has none. */
export function valueName({ definition, value }: Attribute): string | undefined {
  return typeof value === "number" ? definition.valueNames.get(value) : undefined;
}
