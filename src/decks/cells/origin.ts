import { EEA_COUNTRY_CODES } from "../../core/tariff/eea-country-codes.ts";
import type { OriginZone } from "../../core/tariff/origin-zone.ts";
import type { DeckTemplate } from "../template.ts";
import { parseCodes } from "./codes.ts";

/** What a deck says of where calls come from. */
export interface DeckOrigin {
  /** The zone's name; null: from anywhere. */
  readonly name: string | null;
  /** The zones that follow from it alone; none: the tariff has to know one of that name. */
  readonly zones: readonly OriginZone[];
}

/** Words in a column of origins that limit nothing. */
const ANYWHERE =
  /^(|-+|\*|any|all( (origins?|others?))?|any|default|global|none|n\/?a|world( ?wide)?|rest of (the )?world)$/i;
const REST = /^(row|r\.o\.w\.?|rest( of( the)? world)?|others?|all others?|other origins?)$/i;
const OUTSIDE_EEA = /^(non|outside|not|ex|extra)[ -]?(eu ?\/ ?)?eea$/i;
const INSIDE_EEA = /^(intra[ -]?)?(eu ?\/ ?)?eea( (countries|origins?))?$/i;

const EEA: OriginZone = { name: "EEA", prefixes: EEA_COUNTRY_CODES };
const OTHERS: OriginZone = { name: "Rest of world", others: true };

/** Whether a cell of an origin limits a price to some callers, when nothing else in its column does. */
export const isLimiting = (text: string): boolean => !ANYWHERE.test(text);

/** An origin as a cell or a header names it: a word of the template's, EEA, the rest, a jurisdiction, or codes. */
export function parseOrigin(text: string, template: DeckTemplate): DeckOrigin {
  const word = Object.keys(template.origins ?? {}).find((key) => key.toLowerCase() === text.toLowerCase());
  const meaning = word === undefined ? undefined : template.origins?.[word];
  if (word !== undefined && Array.isArray(meaning)) return zone({ name: word, prefixes: meaning });
  const said = typeof meaning === "string" ? meaning : text;
  if (INSIDE_EEA.test(said)) return zone(EEA);
  if (OUTSIDE_EEA.test(said)) return { name: OTHERS.name, zones: [EEA, OTHERS] };
  if (REST.test(said)) return zone(OTHERS);
  if (ANYWHERE.test(said)) return { name: null, zones: [] };
  const jurisdiction = jurisdictionNamed(said);
  if (jurisdiction !== undefined) return zone({ name: jurisdiction, jurisdiction });
  return codesOf(said) ?? { name: said, zones: [] };
}

const zone = (one: OriginZone): DeckOrigin => ({ name: one.name, zones: [one] });

function jurisdictionNamed(text: string) {
  if (/^inter([ -]?state)?$/i.test(text)) return "interstate";
  if (/^intra([ -]?state)?$/i.test(text)) return "intrastate";
  return /^(ij|indeterminate([ -]?jurisdiction)?)$/i.test(text) ? "indeterminate" : undefined;
}

/** "+49, 43" to a zone of these prefixes, named by them; the codes of the EEA are the EEA. */
function codesOf(text: string): DeckOrigin | undefined {
  if (!/^[\d+,;|\s/-]+$/.test(text)) return undefined;
  const codes = parseCodes(text, { spaces: undefined, stripPrefixes: [], countryCode: "" });
  if (codes.kind === "reject") return undefined;
  const prefixes = [...new Set(codes.items.map(({ prefix }) => prefix))].sort();
  if (prefixes.includes("")) return undefined;
  const name = prefixes.join(" ");
  return zone(name === EEA_COUNTRY_CODES.join(" ") ? EEA : { name, prefixes });
}
