import { type EpochMs, epochMs } from "../../core/time/epoch.ts";
import type { ReleaseCause } from "../../core/usage/switch-call.ts";
import type { Attribute } from "./attribute.ts";
import type { ClientProfile } from "./client-profile.ts";
import { contentDigest } from "./content-digest.ts";
import type { Digests } from "./digests.ts";
import { parseH323Time } from "./h323-time.ts";
import type { RadiusPacket } from "./packet.ts";
import type { PlainAttributes } from "./plain-attributes.ts";
import { readSessionFacts, type SessionFacts } from "./session-facts.ts";

/** One accounting record (RFC 2866), read once however often it is sent. */
export interface AccountingRecord extends SessionFacts {
  /** `failed`: an attempt that never became a session, as Kamailio tells it. `on`, `off`: the NAS began or ends. */
  readonly type: "start" | "interim" | "stop" | "failed" | "on" | "off";
  /**
   * Which record of its session it is: the same when the client sends it again, with another identifier and another
   * Acct-Delay-Time. A session has one start, one stop and one failure. Two interims are one when they say the same. Of
   * on and off a repeat may get a second key when a delay in whole seconds rounds otherwise: what they do (end the
   * sessions that began before `eventAt`) must be harmless twice.
   */
  readonly recordKey: string;
  /** MD5 in hexadecimal digits of all that the record says, without delay, Proxy-State and signatures. */
  readonly contentDigest: string;
  readonly receivedAt: EpochMs;
  /** How long the client has been trying: Acct-Delay-Time, else 0. */
  readonly delayS: number;
  /** When it happened by our clock: `receivedAt` less the delay. */
  readonly eventAt: EpochMs;
  /** When it happened by the client's clock: Event-Timestamp. */
  readonly stampedAt: EpochMs | null;
  readonly startedAt: EpochMs | null;
  readonly answeredAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
  /** Acct-Session-Time. */
  readonly reportedS: number | null;
  /** From the precise times where both are there, else what is reported; null when the record does not tell. */
  readonly talkedMs: number | null;
  /** From the user (input) and to it (output), Gigawords included; null when the record does not tell. */
  readonly inputOctets: bigint | null;
  readonly outputOctets: bigint | null;
  readonly cause: ReleaseCause;
}

export type AccountingFault =
  | { readonly kind: "irrelevant"; readonly reason: "tunnel-record" }
  | { readonly kind: "unusable"; readonly reason: "status-missing" | "status-unknown" | "session-missing" };

interface Received {
  readonly packet: RadiusPacket;
  readonly attributes: readonly Attribute[];
  readonly profile: ClientProfile;
  readonly senderAddress: string;
  readonly receivedAt: EpochMs;
  readonly digests: Digests;
}

/** RFC 2866 §5.1; 15 is what acc_radius sends for a call that nobody answered. */
const TYPES: ReadonlyMap<number, AccountingRecord["type"]> = new Map([
  [1, "start"],
  [2, "stop"],
  [3, "interim"],
  [7, "on"],
  [8, "off"],
  [15, "failed"],
]);
const TUNNEL_FIRST = 9;
const TUNNEL_LAST = 14;

/** Reads an Accounting-Request whose authenticator was checked. */
export function readAccountingRecord(received: Received): AccountingRecord | AccountingFault {
  const { packet, attributes, profile, senderAddress, receivedAt, digests } = received;
  const status = numberOf(attributes, "Acct-Status-Type");
  if (status === undefined) return { kind: "unusable", reason: "status-missing" };
  const type = TYPES.get(status);
  if (type === undefined) {
    const isTunnel = status >= TUNNEL_FIRST && status <= TUNNEL_LAST;
    return isTunnel ? { kind: "irrelevant", reason: "tunnel-record" } : { kind: "unusable", reason: "status-unknown" };
  }
  const facts = readSessionFacts(attributes, profile, senderAddress);
  if (facts.sessionKey === null && type !== "on" && type !== "off")
    return { kind: "unusable", reason: "session-missing" };
  const delayS = numberOf(attributes, "Acct-Delay-Time") ?? 0;
  const eventAt = epochMs(receivedAt - delayS * 1_000);
  const stampedS = numberOf(attributes, "Event-Timestamp");
  const digest = contentDigest(packet, digests);
  return {
    ...facts,
    ...{ type, contentDigest: digest, receivedAt, delayS, eventAt },
    recordKey: recordKeyOf(type, digest, eventAt),
    stampedAt: stampedS === undefined ? null : epochMs(stampedS * 1_000),
    ...durationsOf(facts.attributes, attributes, profile),
    inputOctets: octetsOf(attributes, "Input"),
    outputOctets: octetsOf(attributes, "Output"),
    cause: causeOf(facts.attributes, attributes, profile),
  };
}

function recordKeyOf(type: AccountingRecord["type"], digest: string, eventAt: EpochMs): string {
  if (type === "interim") return `interim/${digest}`;
  if (type === "on" || type === "off") return `${type}/${Math.floor(eventAt / 1_000)}/${digest}`;
  return type;
}

function durationsOf(plain: PlainAttributes, attributes: readonly Attribute[], { zones }: ClientProfile) {
  const time = (name: string) => parseH323Time(plain.get(name) ?? "", zones);
  const [startedAt, connectedAt, endedAt] = [
    time("h323-setup-time"),
    time("h323-connect-time"),
    time("h323-disconnect-time"),
  ];
  const reportedS = numberOf(attributes, "Acct-Session-Time") ?? null;
  // Gateways write the end of a call that was not answered as its connect time too.
  const isUnanswered = connectedAt !== null && connectedAt === endedAt && !reportedS;
  const answeredAt = isUnanswered ? null : connectedAt;
  const reportedMs = reportedS === null ? null : reportedS * 1_000;
  const isPrecise = answeredAt !== null && endedAt !== null && endedAt >= answeredAt;
  const talkedMs = isUnanswered ? 0 : isPrecise ? endedAt - answeredAt : reportedMs;
  return { startedAt, answeredAt, endedAt, reportedS, talkedMs };
}

/** RFC 2869 §5.1: Gigawords count how often the 32 bits went round. */
function octetsOf(attributes: readonly Attribute[], direction: "Input" | "Output"): bigint | null {
  const octets = numberOf(attributes, `Acct-${direction}-Octets`);
  if (octets === undefined) return null;
  return (BigInt(numberOf(attributes, `Acct-${direction}-Gigawords`) ?? 0) << 32n) + BigInt(octets);
}

const Q850_MAX = 127;

function causeOf(plain: PlainAttributes, attributes: readonly Attribute[], { causes }: ClientProfile): ReleaseCause {
  const h323 = plain.get("h323-disconnect-cause") ?? "";
  const isNumber = (causes === "hexadecimal" ? /^[\da-f]{1,4}$/i : /^\d{1,4}$/).test(h323);
  const cause = isNumber
    ? Number.parseInt(h323, causes === "hexadecimal" ? 16 : 10)
    : numberOf(attributes, "Freeswitch-Hangupcause");
  const sip = numberOf(attributes, "Acme-SIP-Status") ?? numberOf(attributes, "Sip-Response-Code");
  return {
    q850: cause !== undefined && cause >= 1 && cause <= Q850_MAX ? cause : null,
    sip: sip !== undefined && sip >= 100 && sip <= 699 ? sip : null,
    text: plain.get("acct-terminate-cause") || null,
  };
}

/** The first attribute of a name, if it is a number. */
function numberOf(attributes: readonly Attribute[], name: string): number | undefined {
  const value = attributes.find(({ definition }) => definition.name === name)?.value;
  return typeof value === "number" ? value : undefined;
}
