import { isZone } from "../../core/time/zone.ts";
import {
  CLIENT_PROFILES,
  type ClientProfile,
  type ClientProfileName,
  type ReplyTemplate,
  type SessionField,
} from "./client-profile.ts";
import { type Dictionary, findAttribute } from "./dictionary.ts";
import { dictionaryOf } from "./dictionary-set.ts";
import type { DictionaryFault } from "./parse-dictionary.ts";
import { plainName } from "./plain-attributes.ts";

/** What a site has otherwise than the profile that it began with; what is left out stays. */
export interface ProfileChanges {
  /** Lines of a dictionary, in FreeRADIUS's words, after ours. */
  readonly dictionary?: string;
  readonly fields?: Readonly<Partial<Record<SessionField, string>>>;
  readonly zones?: Readonly<Record<string, string>>;
  readonly causes?: ClientProfile["causes"];
  readonly accept?: readonly ReplyTemplate[];
  readonly reject?: readonly ReplyTemplate[];
  readonly identity?: readonly string[];
  readonly h323Values?: ClientProfile["h323Values"];
}

/** A site's own profile, or what is wrong with it, a sentence each. */
export function adaptProfile(
  name: ClientProfileName,
  changes: ProfileChanges,
): { readonly profile: ClientProfile } | { readonly faults: readonly string[] } {
  const base = CLIENT_PROFILES[name];
  const { dictionary: lines, fields, zones = {}, ...others } = changes;
  const { access, accounting } = base.dictionarySets;
  const dictionary = lines === undefined ? base.dictionary : dictionaryOf(access, lines);
  const accountingDictionary = lines === undefined ? base.accountingDictionary : dictionaryOf(accounting, lines);
  if ("kind" in dictionary) return { faults: [dictionaryFault(dictionary)] };
  if ("kind" in accountingDictionary) return { faults: [dictionaryFault(accountingDictionary)] };
  const chosen = Object.entries(fields ?? {}).map(([field, attribute]) => [field, [plainName(attribute)]]);
  const profile: ClientProfile = {
    ...base,
    ...others,
    dictionary,
    accountingDictionary,
    fields: { ...base.fields, ...(Object.fromEntries(chosen) as Partial<ClientProfile["fields"]>) },
    zones: new Map(Object.entries(zones)),
  };
  const faults = [...zoneFaults(zones), ...nameFaults(profile, dictionary)];
  return faults.length > 0 ? { faults } : { profile };
}

const dictionaryFault = ({ line, what }: DictionaryFault): string => `dictionary, line ${line}: ${what}`;

const zoneFaults = (zones: Readonly<Record<string, string>>): string[] =>
  Object.entries(zones).flatMap(([abbreviation, zone]) =>
    isZone(zone) ? [] : [`zones: "${zone}" of ${abbreviation} is no IANA time zone`],
  );

/** A reply with a name that nobody knows could not be written when a call waits for it: better found now. */
const nameFaults = ({ accept, reject, identity }: ClientProfile, dictionary: Dictionary): string[] =>
  [...[...accept, ...reject].map(([name]) => name), ...identity].flatMap((name) =>
    findAttribute(dictionary, name) === undefined ? [`no attribute ${name} in the dictionary`] : [],
  );
