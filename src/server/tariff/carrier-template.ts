import { type Static, type TProperties, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { FINDING_SEVERITIES } from "../../decks/check/finding.ts";
import { type DeckTemplate, deckTemplateInvalid, parseDeckTemplate } from "../../decks/template.ts";
import { findJsonFault } from "../tenancy/json-fault.ts";
import { unstorablePlaces } from "../tenancy/unstorable-json.ts";

const optional = Type.Optional;
const closed = { additionalProperties: false } as const;
const percent = Type.Number({ minimum: 0, maximum: 1_000_000 });

/** An object that may have a value of `schema` under each of the names. */
function each<const Name extends string, Schema extends TSchema>(names: readonly Name[], schema: Schema) {
  const properties = Object.fromEntries(names.map((name) => [name, optional(schema)])) as TProperties;
  return Type.Object(properties, closed);
}

/** Kinds of change that an agreement may demand notice for. */
export const NOTICE_KINDS = ["new", "increase", "decrease", "unchanged", "closed", "blocked", "reopened"] as const;
const FINDINGS = Object.keys(FINDING_SEVERITIES);

const Rules = Type.Object(
  {
    noticeDays: optional(each(NOTICE_KINDS, Type.Integer({ minimum: 0, maximum: 365 }))),
    jumpPercentMax: optional(percent),
    marginPercentMin: optional(percent),
    missingPercentMax: optional(percent),
    severities: optional(each(FINDINGS, Type.Enum(["block", "warn", "off"]))),
  },
  closed,
);

/** What a carrier's template says beyond how its files look. */
const Handling = Type.Object(
  {
    mode: optional(Type.Enum(["full", "amendment"])),
    pastDates: optional(Type.Enum(["as-given", "now"])),
    rules: optional(Rules),
    costTariff: optional(Type.String({ minLength: 1 })),
  },
  closed,
);
type Handling = Static<typeof Handling>;

/** How one carrier's decks are read, compared and checked. What is left out is detected, asked for, or off. */
export interface CarrierTemplate {
  readonly reading: DeckTemplate;
  readonly handling: Handling;
}

/**
 * A template as people write it, all fields side by side in one JSON object.
 *
 * @throws Problem `deck-template-invalid`, naming the field.
 */
export function parseCarrierTemplate(json: unknown): CarrierTemplate {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw deckTemplateInvalid("it is no object");
  const { mode, pastDates, rules, costTariff, ...reading } = json as Record<string, unknown>;
  const given = Object.entries({ mode, pastDates, rules, costTariff }).filter(([, value]) => value !== undefined);
  const handling: unknown = Object.fromEntries(given);
  if (!Value.Check(Handling, handling)) {
    const [error] = Value.Errors(Handling, handling);
    throw deckTemplateInvalid(`${error?.instancePath} ${error?.message}`);
  }
  return { reading: parseDeckTemplate(reading), handling };
}

/** The JSON of a template file. Errors: Problem `deck-template-invalid` with the place. */
export function parseTemplateText(text: string): unknown {
  const json = parseJson(text);
  const [unstorable] = unstorablePlaces(json);
  if (unstorable) throw deckTemplateInvalid(`${unstorable.pointer} ${unstorable.what.replace(/\.$/, "")}`);
  return json;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { line, column, reason } = findJsonFault(text);
    throw deckTemplateInvalid(`it is not JSON: line ${line}, column ${column}: ${reason}`);
  }
}
