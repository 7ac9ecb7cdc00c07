import type { Avp } from "./avp.ts";
import { type AvpName, definitionOf, type ValueOf } from "./dictionary.ts";

/** An AVP to be sent, with the flags that its dictionary asks for. */
export function avp<Name extends AvpName>(name: Name, value: ValueOf<Name>): Avp {
  const definition = definitionOf(name);
  const { code, vendorId, isMandatory } = definition;
  return { code, vendorId, isMandatory, isProtected: false, definition, value };
}

/**
 * The AVPs of a name with a value each; none where the value is undefined, so that optional ones read like the rest.
 */
export const optionalAvp = <Name extends AvpName>(name: Name, value: ValueOf<Name> | undefined): readonly Avp[] =>
  value === undefined ? [] : [avp(name, value)];

/** An AVP whose value is octets as they are: what could not be read, given back in a Failed-AVP. */
export const rawAvp = (
  { code, vendorId, isMandatory, isProtected }: Omit<Avp, "definition" | "value">,
  value: Uint8Array,
): Avp => ({ code, vendorId, isMandatory, isProtected, definition: undefined, value });
