import { invariant } from "../../core/invariant.ts";
import { ACME } from "./dictionaries/acme.ts";
import { CISCO } from "./dictionaries/cisco.ts";
import { DIGEST_RFC5090 } from "./dictionaries/digest-rfc5090.ts";
import { DIGEST_STERMAN } from "./dictionaries/digest-sterman.ts";
import { FREESWITCH } from "./dictionaries/freeswitch.ts";
import { QUINTUM } from "./dictionaries/quintum.ts";
import { SIP_LEGACY } from "./dictionaries/sip-legacy.ts";
import { SIP_PROXY } from "./dictionaries/sip-proxy.ts";
import { STANDARD } from "./dictionaries/standard.ts";
import { THREE_GPP } from "./dictionaries/three-gpp.ts";
import type { Dictionary } from "./dictionary.ts";
import { type DictionaryFault, parseDictionary } from "./parse-dictionary.ts";

/** Vendors never clash: their numbers are their own. */
const VENDORS = [CISCO, QUINTUM, FREESWITCH, ACME, THREE_GPP];

/**
 * The dictionaries that a client can be given. `standard` reads both dialects of SIP digest, as their numbers differ.
 * `sip-legacy` is for clients with OpenSER's file, where 101 to 109 are Sip-Method and its like and digest is 206 and
 * 207.
 */
const TEXTS = {
  standard: [STANDARD, DIGEST_STERMAN, DIGEST_RFC5090, SIP_PROXY, ...VENDORS],
  "sip-legacy": [STANDARD, DIGEST_STERMAN, SIP_PROXY, SIP_LEGACY, ...VENDORS],
} as const;

export type DictionarySet = keyof typeof TEXTS;

export const DICTIONARY_SETS = Object.keys(TEXTS) as readonly DictionarySet[];

/**
 * One of our dictionaries, with a site's own lines (in the words of {@link parseDictionary}) after it: of two
 * attributes with one number the later is meant.
 */
export function dictionaryOf(set: DictionarySet, own = ""): Dictionary | DictionaryFault {
  return parseDictionary(TEXTS[set].join(""), own);
}

/** One of our dictionaries as it is. */
export function builtInDictionary(set: DictionarySet): Dictionary {
  const dictionary = dictionaryOf(set);
  invariant(!("kind" in dictionary), `the dictionary ${set} can be read`);
  return dictionary;
}
