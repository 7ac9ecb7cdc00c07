import { Problem } from "../problem.ts";
import { countryOf } from "./country.ts";
import { expandShortCode, OPEN_DIGITS_MAX, shortCodesOf } from "./short-codes.ts";

/** How a source or a trunk writes numbers: what an operator sets. Source: docs/concepts/numbering.md. */
export interface NumberRules {
  /** ISO 3166-1 alpha-2; null: only numbers in international form can be read. */
  readonly defaultCountry: string | null;
  /** Bare digits are E.164 without the "+", as wholesale switches write them. */
  readonly alreadyInternational: boolean;
  /** null: those of the country; without a country "00". */
  readonly internationalPrefixes: readonly string[] | null;
  /** null: that of the country. "" says that bare digits are national numbers. */
  readonly nationalPrefix: string | null;
  /** Taken off a called number first: "1234#", "0099". */
  readonly techPrefixes: readonly string[];
  /** Added to those of the country; "x" is any digit. */
  readonly shortCodes: readonly string[];
}

/** What is set where an operator has set nothing: E.164 with or without "+", as most switches can be told to write. */
export const DEFAULT_NUMBER_RULES: NumberRules = {
  defaultCountry: null,
  alreadyInternational: true,
  internationalPrefixes: null,
  nationalPrefix: null,
  techPrefixes: [],
  shortCodes: [],
};

/** {@link NumberRules} made ready for the hot path, the country's own plan filled in. */
export interface NumberPlan {
  /** "" without a country: then no national number can be read. */
  readonly callingCode: string;
  readonly alreadyInternational: boolean;
  /** Longest first: "00700" is tried before "00". */
  readonly internationalPrefixes: readonly string[];
  readonly nationalPrefix: string;
  readonly digitsMin: number;
  readonly digitsMax: number;
  /**
   * Digits without a national prefix are a national number: there is no prefix, or all national numbers have one
   * length, so that nothing else can be meant.
   */
  readonly bareIsNational: boolean;
  /** National numbers may start with 0, as Italian ones do. Where 0 is dialled before them, none does. */
  readonly zeroMayLead: boolean;
  /** Longest first. */
  readonly techPrefixes: readonly string[];
  readonly shortCodes: ReadonlySet<string>;
}

/** Errors: an unknown country or a prefix that no number can start with is a Problem `number-rules-invalid`. */
export function compileNumberPlan(rules: NumberRules): NumberPlan {
  const country = rules.defaultCountry === null ? undefined : countryOf(rules.defaultCountry);
  if (rules.defaultCountry !== null && !country)
    throw numberRulesInvalid(`there is no country "${rules.defaultCountry}"`, 'Use an ISO 3166 code such as "GB".');
  const internationalPrefixes = rules.internationalPrefixes ?? country?.internationalPrefixes ?? ["00"];
  const nationalPrefix = rules.nationalPrefix ?? country?.nationalPrefix ?? "";
  for (const prefix of [...internationalPrefixes, ...(nationalPrefix === "" ? [] : [nationalPrefix])])
    if (!/^\d{1,8}$/.test(prefix))
      throw numberRulesInvalid(`the prefix "${prefix}" is not 1 to 8 digits`, "Write only what is dialled.");
  for (const prefix of rules.techPrefixes)
    if (!/^[\d#*A-Za-z]{1,16}$/.test(prefix))
      throw numberRulesInvalid(`the tech prefix "${prefix}" is not 1 to 16 of 0-9 A-Z # *`, "Correct or remove it.");
  for (const code of rules.shortCodes)
    if (!/^[\dx]{2,15}$/.test(code) || code.split("x").length > OPEN_DIGITS_MAX + 1)
      throw numberRulesInvalid(
        `the short code "${code}" is not 2 to 15 digits, of which up to ${OPEN_DIGITS_MAX} may be "x"`,
        'Write it as it is dialled: "116117", "118xx".',
      );
  const oneLength = country !== undefined && country.digitsMin === country.digitsMax;
  return {
    callingCode: country?.callingCode ?? "",
    alreadyInternational: rules.alreadyInternational,
    internationalPrefixes: longestFirst(internationalPrefixes),
    nationalPrefix,
    digitsMin: country?.digitsMin ?? 0,
    digitsMax: country?.digitsMax ?? 0,
    bareIsNational: nationalPrefix === "" || oneLength,
    zeroMayLead: !country?.nationalPrefix.startsWith("0"),
    techPrefixes: longestFirst(rules.techPrefixes),
    shortCodes: new Set([
      ...shortCodesOf(rules.defaultCountry, country?.callingCode ?? ""),
      ...rules.shortCodes.flatMap(expandShortCode),
    ]),
  };
}

const longestFirst = (prefixes: readonly string[]): readonly string[] =>
  [...new Set(prefixes)].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));

/** Number settings that contradict themselves. */
const numberRulesInvalid = (fault: string, fix: string): Problem =>
  new Problem("number-rules-invalid", { what: `In the number settings, ${fault}.`, fix });
