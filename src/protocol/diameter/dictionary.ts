import { invariant } from "../../core/invariant.ts";
import type { AvpDefinition, AvpTable, ValueByType } from "./avp.ts";
import { BASE_AVPS } from "./dictionary/base.ts";
import { CHARGING_FROM_2000 } from "./dictionary/charging-from-2000.ts";
import { CHARGING_UP_TO_1999 } from "./dictionary/charging-up-to-1999.ts";
import { CREDIT_CONTROL_AVPS } from "./dictionary/credit-control.ts";
import { GATEWAY_AVPS } from "./dictionary/gateway.ts";

/** Enterprise number of the 3GPP. */
export const VENDOR_3GPP = 10415;

const IETF = { ...BASE_AVPS, ...CREDIT_CONTROL_AVPS } as const;
const THIRD_GENERATION = { ...CHARGING_UP_TO_1999, ...CHARGING_FROM_2000, ...GATEWAY_AVPS } as const;

type BuiltIn = typeof IETF & typeof THIRD_GENERATION;

/** An AVP that the program knows by name. */
export type AvpName = keyof BuiltIn;
/** What the value of a named AVP is. */
export type ValueOf<Name extends AvpName> = ValueByType[BuiltIn[Name][1]];

/** AVPs by vendor and code. Later rows win over earlier ones, so an installation can mend one. */
export class Dictionary {
  readonly #byVendor = new Map<number, Map<number, AvpDefinition>>();

  constructor(definitions: Iterable<AvpDefinition>) {
    for (const definition of definitions) {
      const vendor = this.#byVendor.get(definition.vendorId) ?? new Map<number, AvpDefinition>();
      this.#byVendor.set(definition.vendorId, vendor.set(definition.code, definition));
    }
  }

  find(code: number, vendorId: number): AvpDefinition | undefined {
    return this.#byVendor.get(vendorId)?.get(code);
  }

  *[Symbol.iterator](): Iterator<AvpDefinition> {
    for (const vendor of this.#byVendor.values()) yield* vendor.values();
  }
}

/** The rows of a vendor's table as definitions. */
export const definitionsOf = (vendorId: number, table: AvpTable): readonly AvpDefinition[] =>
  Object.entries(table).map(([name, [code, type, flags]]) => ({
    ...{ name, code, vendorId, type },
    isMandatory: flags === "M",
  }));

const BUILT_IN = [...definitionsOf(0, IETF), ...definitionsOf(VENDOR_3GPP, THIRD_GENERATION)];
const BY_NAME = new Map(BUILT_IN.map((definition) => [definition.name, definition]));

/** RFC 6733, RFC 8506 and 3GPP TS 32.299 with what gateways send along. */
export const DICTIONARY = new Dictionary(BUILT_IN);

/** The definition of an AVP that the program knows by name. */
export function definitionOf(name: AvpName): AvpDefinition {
  const definition = BY_NAME.get(name);
  invariant(definition !== undefined, `the dictionary has no ${name}`);
  return definition;
}
