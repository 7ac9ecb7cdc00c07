import type { Dictionary } from "./dictionary.ts";
import { builtInDictionary, type DictionarySet } from "./dictionary-set.ts";

/** What is taken from an attribute that a site may name itself. */
export type SessionField =
  | "user"
  | "calling"
  | "called"
  | "accountCode"
  | "sourceAddress"
  | "ingressTrunk"
  | "egressTrunk";

/** An attribute of a reply: its name, and text in which `{talkS}` and its like stand for what was decided. */
export type ReplyTemplate = readonly [name: string, template: string];

/** How one kind of client speaks: which numbers it means, where it puts things, what it wants to be told. */
export interface ClientProfile {
  /** Which of our dictionaries the two began with. */
  readonly dictionarySets: { readonly access: DictionarySet; readonly accounting: DictionarySet };
  /** Of everything but accounting. */
  readonly dictionary: Dictionary;
  /** Of accounting records: one Kamailio may send digests by RFC 5090 and records by OpenSER's numbers. */
  readonly accountingDictionary: Dictionary;
  /** Plain names (lower case, without vendor): the first that is not empty. */
  readonly fields: Readonly<Record<SessionField, readonly string[]>>;
  /** What abbreviations of time zones in h323-… times mean, beside UTC and GMT. */
  readonly zones: ReadonlyMap<string, string>;
  /** How h323-disconnect-cause is written: hexadecimal by Cisco, decimal by some who copied it. */
  readonly causes: "hexadecimal" | "decimal";
  /** Attributes of an Access-Accept; one whose placeholders have no value is left out. */
  readonly accept: readonly ReplyTemplate[];
  readonly reject: readonly ReplyTemplate[];
  /** Text attributes that name a session and its NAS in a Disconnect-Request: those of them that the switch sent. */
  readonly identity: readonly string[];
  /**
   * How values of h323-… attributes are written: `h323-credit-time=3600`, or `3600` alone. Both are read from anybody.
   */
  readonly h323Values: "named" | "bare";
}

/** Where fields are looked for unless a site says otherwise; the same as in detail files. */
const FIELDS: ClientProfile["fields"] = {
  user: ["user-name"],
  calling: ["calling-station-id"],
  called: ["called-station-id", "sip-uri-user"],
  accountCode: [],
  sourceAddress: ["caller-address", "acme-ingress-remote-addr", "sip-source-address"],
  ingressTrunk: ["in-trunkgroup-label", "in-carrier-id", "ingress-id", "acme-session-ingress-realm"],
  egressTrunk: ["out-trunkgroup-label", "out-carrier-id", "egress-id", "acme-session-egress-realm"],
};

const IDENTITY = ["User-Name", "Acct-Session-Id", "NAS-IP-Address", "NAS-IPv6-Address", "NAS-Identifier"];

const PLAIN_ACCEPT: readonly ReplyTemplate[] = [
  ["Session-Timeout", "{talkS}"],
  ["Acct-Interim-Interval", "{interimS}"],
  ["Class", "{token}"],
  ["Reply-Message", "{message}"],
];
const PLAIN_REJECT: readonly ReplyTemplate[] = [["Reply-Message", "{message}"]];

const h323Accept = (prefix: string, currency: string): readonly ReplyTemplate[] => [
  ...PLAIN_ACCEPT,
  [`${prefix}h323-return-code`, "0"],
  [`${prefix}h323-credit-time`, "{talkS}"],
  [`${prefix}h323-credit-amount`, "{balance}"],
  [`${prefix}${currency}`, "{currency}"],
];

const profile = (accounting: DictionarySet, own: Partial<ClientProfile> = {}): ClientProfile => ({
  dictionarySets: { access: "standard", accounting },
  dictionary: builtInDictionary("standard"),
  accountingDictionary: builtInDictionary(accounting),
  fields: FIELDS,
  zones: new Map(),
  causes: "hexadecimal",
  accept: PLAIN_ACCEPT,
  reject: PLAIN_REJECT,
  identity: IDENTITY,
  h323Values: "named",
  ...own,
});

/**
 * Profiles to choose from, or to begin with. `rfc`: anything that keeps to the RFCs. `kamailio`: Kamailio and OpenSIPS;
 * both dialects of digest are read, and in accounting records OpenSER's numbers, which no RFC has there. `cisco`: voice
 * gateways, and the many that speak as they do. `quintum`: Tenor gateways.
 */
export const CLIENT_PROFILES = {
  rfc: profile("standard"),
  kamailio: profile("sip-legacy", { accept: [...PLAIN_ACCEPT, ["SIP-AVP", "credit_time#{talkS}"]] }),
  cisco: profile("standard", {
    accept: h323Accept("", "h323-currency"),
    reject: [...PLAIN_REJECT, ["h323-return-code", "{returnCode}"]],
    identity: [...IDENTITY, "h323-conf-id"],
  }),
  quintum: profile("standard", {
    accept: h323Accept("Quintum-", "h323-currency-type"),
    reject: [...PLAIN_REJECT, ["Quintum-h323-return-code", "{returnCode}"]],
    identity: [...IDENTITY, "Quintum-h323-conf-id"],
    h323Values: "bare",
  }),
} as const satisfies Readonly<Record<string, ClientProfile>>;

export type ClientProfileName = keyof typeof CLIENT_PROFILES;
