import type { Avp, AvpDefinition } from "./avp.ts";
import { rawAvp } from "./build-avp.ts";
import type { Grammar } from "./command.ts";
import { type AvpName, definitionOf } from "./dictionary.ts";
import type { Fault } from "./fault.ts";
import { lengthMin } from "./read-value.ts";
import { RESULT } from "./result-code.ts";
import { writeAvps } from "./write-message.ts";

/** A grammar by definitions instead of names: it is looked at for every request. */
interface CompiledGrammar {
  readonly required: readonly AvpDefinition[];
  readonly once: ReadonlySet<AvpDefinition>;
  readonly forbidden: ReadonlySet<AvpDefinition>;
}

const COMPILED = new WeakMap<Grammar, CompiledGrammar>();

function compiled(grammar: Grammar): CompiledGrammar {
  const known = COMPILED.get(grammar);
  if (known !== undefined) return known;
  const once = new Set([...grammar.required, ...grammar.atMostOnce].map(definitionOf));
  for (const name of grammar.repeated ?? []) once.delete(definitionOf(name));
  const forbidden = new Set((grammar.forbidden ?? []).map(definitionOf));
  const made = { required: grammar.required.map(definitionOf), once, forbidden };
  COMPILED.set(grammar, made);
  return made;
}

/**
 * What keeps a message from having the AVPs that its command asks for: one that has no place there (5008), one too many
 * (5009), or a missing one (5005). Their order is no fault, not even Session-Id's, as senders differ; and one that only
 * says again what was said is none too many: Kamailio sends its Origin-Host and Origin-Realm twice.
 */
export function checkGrammar(avps: readonly Avp[], grammar: Grammar): Fault | undefined {
  const { required, once, forbidden } = compiled(grammar);
  const seen = new Map<AvpDefinition, Avp>();
  for (const avp of avps) {
    const { definition } = avp;
    if (definition === undefined) continue;
    if (forbidden.has(definition))
      return { resultCode: RESULT.avpNotAllowed, what: `${definition.name} has no place here`, failed: avp };
    const earlier = seen.get(definition);
    if (earlier === undefined) seen.set(definition, avp);
    else if (once.has(definition) && !isSame(earlier, avp))
      return { resultCode: RESULT.avpOccursTooManyTimes, what: `${definition.name} comes twice`, failed: avp };
  }
  const missing = required.find((definition) => !seen.has(definition));
  return missing === undefined ? undefined : missingAvp(missing.name as AvpName);
}

const isSame = (one: Avp, other: Avp): boolean => writeAvps([one]).equals(writeAvps([other]));

/** The fault of an AVP that is not there: Failed-AVP shows it with a value of zeros (RFC 6733 §7.1.5, 5005). */
export function missingAvp(name: AvpName): Fault {
  return { resultCode: RESULT.missingAvp, what: `${name} is missing`, failed: exampleOf(name) };
}

/** The fault of an AVP whose value means nothing to us. */
export function invalidValue(avp: Avp, what: string): Fault {
  return { resultCode: RESULT.invalidAvpValue, what, failed: avp };
}

function exampleOf(name: AvpName): Avp {
  const { code, vendorId, isMandatory, type } = definitionOf(name);
  return rawAvp({ code, vendorId, isMandatory, isProtected: false }, Buffer.alloc(lengthMin(type)));
}
