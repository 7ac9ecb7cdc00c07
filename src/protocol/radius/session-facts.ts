import type { Attribute } from "./attribute.ts";
import type { ClientProfile, SessionField } from "./client-profile.ts";
import { textOf } from "./octets.ts";
import { type PlainAttributes, plainAttributes } from "./plain-attributes.ts";

/** What Access-Request and Accounting-Request alike tell of a session; "" for texts that are not there. */
export interface SessionFacts {
  /**
   * The switch's own key of the session, the same in every packet of it and in its detail file
   * (docs/guides/radius-detail.md); null when the packet names none, as some Access-Requests.
   */
  readonly sessionKey: string | null;
  /** Which leg of the call the switch reports: "answer/voip"; "" where it reports only one. */
  readonly leg: string;
  /** What the call's legs have in common: the conference id, or the SIP Call-ID of the way in. */
  readonly callId: string | null;
  readonly user: string;
  /** Numbers and SIP URIs as the switch wrote them: the client's number rules come after. */
  readonly calling: string;
  readonly called: string;
  readonly accountCode: string;
  /** Where the caller's signalling came from. */
  readonly sourceAddress: string;
  readonly ingressTrunk: string;
  readonly egressTrunk: string;
  readonly nas: NasIdentity;
  /** Texts that we gave as `token` when the session was authorised (Class, RFC 2865 §5.25), in order. */
  readonly tokens: readonly string[];
  /**
   * Names and values by which the switch finds the session again when it is told to end it (RFC 5176 §3), by the
   * profile.
   */
  readonly identity: readonly (readonly [name: string, text: string])[];
  /** Everything, for rules of a site. */
  readonly attributes: PlainAttributes;
}

/** What a NAS says of itself. Behind a proxy it is not who sent the packet. */
export interface NasIdentity {
  /** NAS-IP-Address or NAS-IPv6-Address. */
  readonly address: string;
  readonly identifier: string;
  readonly port: string;
}

/** Errors: none. `senderAddress` stands for the NAS that names itself in no attribute, against RFC 2866 §4.1. */
export function readSessionFacts(
  attributes: readonly Attribute[],
  profile: ClientProfile,
  senderAddress: string,
): SessionFacts {
  const plain = withDerived(plainAttributes(attributes));
  const text = (name: string): string => plain.get(name) ?? "";
  const field = (name: SessionField): string => firstOf(plain, profile.fields[name]);
  const nas = {
    address: text("nas-ip-address") || text("nas-ipv6-address"),
    identifier: text("nas-identifier"),
    port: text("nas-port") || text("nas-port-id"),
  };
  const sessionId = text("acct-session-id");
  const scope = text("h323-conf-id") || nas.address || nas.identifier || senderAddress;
  return {
    sessionKey: sessionId === "" ? null : `${scope}/${sessionId}`,
    leg: text("leg"),
    callId: firstOf(plain, CALL_IDS) || null,
    user: field("user"),
    calling: field("calling"),
    called: field("called"),
    accountCode: field("accountCode"),
    sourceAddress: field("sourceAddress"),
    ingressTrunk: field("ingressTrunk"),
    egressTrunk: field("egressTrunk"),
    nas,
    tokens: attributes.flatMap(({ definition, value }) =>
      definition.name === "Class" && value instanceof Uint8Array ? [textOf(value)] : [],
    ),
    identity: attributes.flatMap(({ definition: { name }, value }): [string, string][] =>
      profile.identity.includes(name) && typeof value === "string" ? [[name, value]] : [],
    ),
    attributes: plain,
  };
}

const CALL_IDS = ["h323-incoming-conf-id", "h323-conf-id", "acme-session-ingress-callid"];

const firstOf = (plain: PlainAttributes, names: readonly string[]): string => {
  for (const name of names) {
    const value = plain.get(name);
    if (value) return value;
  }
  return "";
};

/** The attributes, and what is none but follows from them, by the same names and rules as for detail files. */
function withDerived(plain: PlainAttributes): PlainAttributes {
  const text = (name: string): string => plain.get(name) ?? "";
  const leg = [text("h323-call-origin"), text("h323-call-type")].filter(Boolean).join("/").toLowerCase();
  const isAnswerLeg = !leg.startsWith("originate");
  const derived = new Map(plain);
  derived.set("leg", leg || text("acme-session-egress-callid"));
  derived.set("caller-address", isAnswerLeg ? text("h323-remote-address") : "");
  derived.set(isAnswerLeg ? "ingress-id" : "egress-id", text("h323-remote-id"));
  return derived;
}
