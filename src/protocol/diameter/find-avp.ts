import type { Avp } from "./avp.ts";
import { type AvpName, definitionOf, type ValueOf } from "./dictionary.ts";

/** The first AVP of a name among siblings. */
export function findAvp(avps: readonly Avp[], name: AvpName): Avp | undefined {
  const definition = definitionOf(name);
  return avps.find((each) => each.definition === definition);
}

/** The value of the first AVP of a name among siblings. */
export function avpValue<Name extends AvpName>(avps: readonly Avp[], name: Name): ValueOf<Name> | undefined {
  return findAvp(avps, name)?.value as ValueOf<Name> | undefined; // a definition's type is its value's
}

/** The values of all AVPs of a name among siblings, in their order. */
export function avpValues<Name extends AvpName>(avps: readonly Avp[], name: Name): readonly ValueOf<Name>[] {
  const definition = definitionOf(name);
  return avps.filter((each) => each.definition === definition).map(({ value }) => value as ValueOf<Name>);
}
