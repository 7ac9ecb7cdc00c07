import type { Reject } from "../../core/reject.ts";
import { epochMs } from "../../core/time/epoch.ts";
import { ratingGroupDigits } from "../../core/usage/rating-group.ts";
import type { Consumed } from "../../core/usage/service-units.ts";
import { type CallDirection, NO_CAUSE, type ReleaseCause, type SwitchCall } from "../../core/usage/switch-call.ts";
import { type BerElement, childOf, findElement, findElements } from "../ber/element.ts";
import type { BerTag } from "../ber/tag.ts";
import { bcdOf, integerOf, octetsOf, smallIntegerOf, textOf } from "../ber/values.ts";
import type { TapBatch } from "./batch.ts";
import { elementName, TAP } from "./tags.ts";
import { readTapTime } from "./timestamp.ts";

/** What an event is before its checks. */
export type TapEvent =
  | { readonly kind: "call"; readonly call: SwitchCall }
  | { readonly kind: "non-billable"; readonly why: string }
  | { readonly kind: "reject"; readonly reject: Reject };

/** Which way a session's call went, by the number of its service. */
export type SessionDirections = ReadonlyMap<number, "originating" | "terminating">;

/** What an operator says of the events of a source. */
export interface TapReading {
  readonly sessions: SessionDirections;
  /** What is usage beside calls; the rest of it is counted alone. */
  readonly services: ReadonlySet<Consumed["service"]>;
}

/** Events that are no calls. */
const NO_CALLS: ReadonlyMap<BerTag, string> = new Map([
  [TAP.SupplServiceEvent, "supplementary service"],
  [TAP.ServiceCentreUsage, "message service centre"],
  [TAP.ValueAddedService, "value added service"],
  [TAP.GprsCall, "packet data"],
  [TAP.ContentTransaction, "content"],
  [TAP.LocationService, "location service"],
  [TAP.MessagingEvent, "message"],
]);

/** Calls end normally where nothing is said. Source: TD.57, Cause For Termination. */
const CAUSES: Readonly<Record<number, string>> = {
  3: "unsuccessful call attempt",
  4: "stable call abnormal termination",
  5: "CAMEL initiated call release",
  20: "management intervention",
};
const UNSUCCESSFUL = 3;

/** Reads one call event detail. */
export function readTapEvent(event: BerElement, batch: TapBatch, { sessions, services }: TapReading): TapEvent {
  if (event.tag === TAP.GprsCall && services.has("data")) return readData(event, batch);
  const noCall = NO_CALLS.get(event.tag);
  if (noCall !== undefined) return { kind: "non-billable", why: noCall };
  if (event.tag === TAP.MobileSession) return readSession(event, batch, sessions);
  const direction = CALL_DIRECTIONS.get(event.tag);
  if (direction === undefined) return rejected(eventUnknown(event.tag));
  if (!isMessage(event)) return readCircuitCall(event, batch, direction);
  if (!services.has("sms")) return { kind: "non-billable", why: "message" };
  const read = readCircuitCall(event, batch, direction);
  return read.kind === "call" ? { kind: "call", call: messageOf(read.call) } : read;
}

/** A message is sent at once, whatever duration the event has. */
const messageOf = (call: SwitchCall): SwitchCall => ({
  ...call,
  ...{ consumed: { service: "sms", quantity: 1 }, endedAt: call.startedAt, talkedMs: 0, reportedS: null },
});

/** A packet data context, or a part of one: each part tells of its own octets. */
function readData(event: BerElement, batch: TapBatch): TapEvent {
  const basic = childOf(event, TAP.GprsBasicCallInformation);
  if (basic === undefined) return rejected(partMissing(event.tag));
  const used = childOf(event, TAP.GprsServiceUsed);
  const volumes = [TAP.DataVolumeIncoming, TAP.DataVolumeOutgoing].map((tag) => used && childOf(used, tag));
  const octets = volumes.reduce((sum, volume) => sum + ((volume && integerOf(volume)) ?? 0n), 0n);
  const charging = childOf(basic, TAP.ChargingId);
  const read = readCall(batch, {
    ...{ direction: "originating", about: basic, subscriber: basic, otherParty: "" },
    start: childOf(basic, TAP.CallEventStartTimeStamp),
    reference: ((charging && integerOf(charging)) ?? "").toString(),
    recEntity: recEntityOf(event, batch),
  });
  if (read.kind !== "call") return read;
  const { startedAt } = read.call;
  const consumed = { service: "data", quantity: Number(octets) } as const;
  const answeredAt = octets === 0n ? null : startedAt;
  const talkedMs = octets === 0n ? 0 : read.call.talkedMs;
  const call = { ...read.call, leg: "data", called: NO_RATING_GROUP, consumed, answeredAt, talkedMs, reportedS: null };
  return { kind: "call", call };
}

/** TAP has no rating groups. */
const NO_RATING_GROUP = ratingGroupDigits("0") ?? "";

const CALL_DIRECTIONS: ReadonlyMap<BerTag, "originating" | "terminating"> = new Map([
  [TAP.MobileOriginatedCall, "originating"],
  [TAP.MobileTerminatedCall, "terminating"],
]);

/** Short messages are calls of the teleservices 20 to 22. */
function isMessage(event: BerElement): boolean {
  const teleServices = findElements(event, TAP.TeleServiceCode);
  if (teleServices.length === 0 || findElement(event, TAP.BearerServiceCode) !== undefined) return false;
  return teleServices.every((code) => textOf(code)?.startsWith("2"));
}

function readCircuitCall(event: BerElement, batch: TapBatch, direction: "originating" | "terminating"): TapEvent {
  const isOriginating = direction === "originating";
  const basic = childOf(event, isOriginating ? TAP.MoBasicCallInformation : TAP.MtBasicCallInformation);
  if (basic === undefined) return rejected(partMissing(event.tag));
  const other = childOf(basic, isOriginating ? TAP.Destination : TAP.CallOriginator);
  return readCall(batch, {
    direction,
    about: basic,
    subscriber: basic,
    otherParty: other === undefined ? "" : numberOf(other),
    start: childOf(basic, TAP.CallEventStartTimeStamp),
    reference: referenceOf(event),
    recEntity: recEntityOf(event, batch),
  });
}

/** Voice over IMS, from release 3.12 on. */
function readSession(event: BerElement, batch: TapBatch, sessions: SessionDirections): TapEvent {
  const service = childOf(event, TAP.MobileSessionService);
  const code = (service && smallIntegerOf(service)) ?? null;
  const direction = code === null ? undefined : sessions.get(code);
  if (direction === undefined) return rejected(sessionUnknown(code));
  const subscriber = childOf(event, TAP.ChargedParty);
  if (subscriber === undefined) return rejected(partMissing(event.tag));
  const parties = [childOf(event, TAP.NonChargedParty), childOf(event, TAP.RequestedDestination)];
  const other = parties.flatMap((party) => (party === undefined ? [] : [numberOf(party)])).find((text) => text !== "");
  const reference = childOf(event, TAP.EventReference);
  return readCall(batch, {
    direction,
    about: event,
    subscriber,
    otherParty: other ?? "",
    start: childOf(event, TAP.ServiceStartTimestamp),
    reference: (reference && textOf(reference)) ?? "",
    recEntity: recEntityOf(event, batch),
  });
}

interface CallParts {
  readonly direction: CallDirection;
  /** The element that holds duration and cause. */
  readonly about: BerElement;
  /** The element that holds IMSI and MSISDN. */
  readonly subscriber: BerElement;
  readonly otherParty: string;
  readonly start: BerElement | undefined;
  readonly reference: string;
  readonly recEntity: string | null;
}

function readCall(batch: TapBatch, parts: CallParts): TapEvent {
  const { direction, about, subscriber, otherParty, start, reference, recEntity } = parts;
  if (start === undefined) return rejected(startMissing());
  const time = readTapTime(start, batch.utcOffsets);
  if ("code" in time) return rejected(time);
  const total = childOf(about, TAP.TotalCallEventDuration);
  const talkedS = (total && smallIntegerOf(total)) ?? null;
  if (talkedS === null) return rejected(durationMissing());
  const imsi = digits(subscriber, [TAP.Imsi]) || text(subscriber, TAP.Min);
  const msisdn = digits(subscriber, [TAP.Msisdn]) || text(subscriber, TAP.Mdn);
  if (imsi === "" && msisdn === "") return rejected(subscriberMissing());
  const isOriginating = direction === "originating";
  const cause = causeOf(about);
  const isAnswered = talkedS !== 0 || cause !== UNSUCCESSFUL;
  const call: SwitchCall = {
    key: [imsi || msisdn, time.written, otherParty, reference].join("/"),
    leg: isOriginating ? "mo" : "mt",
    callId: reference === "" ? null : `${batch.sender}/${recEntity ?? ""}/${reference}`,
    direction,
    calling: isOriginating ? msisdn : otherParty,
    called: isOriginating ? otherParty : msisdn,
    startedAt: time.at,
    answeredAt: isAnswered ? time.at : null,
    endedAt: epochMs(time.at + talkedS * 1_000),
    talkedMs: talkedS * 1_000,
    reportedS: talkedS,
    accountCode: imsi || null,
    sipUser: null,
    sourceAddress: null,
    ingressTrunk: recEntity,
    egressTrunk: batch.sender || null,
    cause: releaseCause(cause),
    part: null,
  };
  return { kind: "call", call };
}

/** The other party's number: as the network sent it on, else as it was dialled. */
function numberOf(party: BerElement): string {
  const tags = [TAP.CalledNumber, TAP.CallingNumber, TAP.AddressStringDigits, TAP.NonChargedPartyNumber];
  return (
    digits(party, [...tags, TAP.RequestedNumber]) ||
    text(party, TAP.DialledDigits) ||
    text(party, TAP.NonChargedPublicUserId) ||
    text(party, TAP.RequestedPublicUserId)
  );
}

function digits(element: BerElement, tags: readonly BerTag[]): string {
  for (const tag of tags) {
    const found = findElement(element, tag);
    if (found !== undefined) return bcdOf(found) ?? "";
  }
  return "";
}

function text(element: BerElement, tag: BerTag): string {
  const found = findElement(element, tag);
  return found === undefined ? "" : (textOf(found) ?? "");
}

function referenceOf(event: BerElement): string {
  const reference = findElement(event, TAP.CallReference);
  return (reference && octetsOf(reference)?.toHex()) ?? "";
}

function recEntityOf(event: BerElement, { recEntities }: TapBatch): string | null {
  const coded = findElement(event, TAP.RecEntityCode);
  const code = (coded && smallIntegerOf(coded)) ?? null;
  return (code === null ? undefined : recEntities.get(code)) || null;
}

function causeOf(about: BerElement): number {
  const cause = childOf(about, TAP.CauseForTerm);
  return (cause && smallIntegerOf(cause)) ?? 0;
}

const releaseCause = (cause: number): ReleaseCause =>
  cause === 0 ? NO_CAUSE : { ...NO_CAUSE, text: CAUSES[cause] ?? `causeForTerm ${cause}` };

const rejected = (reject: Reject): TapEvent => ({ kind: "reject", reject });

const SEND_BACK = "Ask the sender for a corrected event: a return file (RAP) names it by its number.";

const eventUnknown = (tag: BerTag): Reject => ({
  code: "value-invalid",
  what: `The event is a ${elementName(tag)}, which is none of TAP 3.01 to 3.12.`,
  fix: "If the sender uses a newer release, ask for its events to be added; until then the event waits.",
});

const sessionUnknown = (service: number | null): Reject => ({
  code: "value-invalid",
  what: `The event is a mobile session of the service ${service ?? "(none)"}, of which the source does not say what it is.`,
  fix: `Add it to the source's mapping: {"sessions": {"${service ?? 1}": "originating"}} or "terminating"; then retry.`,
});

const partMissing = (tag: BerTag): Reject => ({
  code: "value-invalid",
  what: `The ${elementName(tag)} says nothing of its subscriber, time and duration.`,
  fix: SEND_BACK,
});

const subscriberMissing = (): Reject => ({
  code: "key-missing",
  what: "The event has neither IMSI nor MSISDN: nobody can tell whose it is, nor whether it was stored before.",
  fix: SEND_BACK,
});

const startMissing = (): Reject => ({ code: "time-missing", what: "The event has no start time.", fix: SEND_BACK });

const durationMissing = (): Reject => ({
  code: "duration-invalid",
  what: "The event has no duration in whole seconds.",
  fix: SEND_BACK,
});
