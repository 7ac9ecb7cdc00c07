import type { Reject } from "../../core/reject.ts";
import type { DecoderSettings, RowOutcome, SwitchFormat } from "../decoder.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { NamedRecords } from "../mapping/named-records.ts";
import { DetailDecoder } from "../radius/detail-decoder.ts";
import type { DetailAttributes } from "../radius/detail-record.ts";
import { wholeNumber } from "../text/duration-text.ts";

/**
 * RADIUS detail files (FreeRADIUS and others) of Cisco voice gateways, of switches that write as they do (MERA,
 * Quintum, Eltex, AudioCodes), and of plain RFC 2866 clients that name both numbers. Only Stop records are calls. A
 * gateway reports each leg of a call; the legs in `mapping.legs` are calls, the others are not billed.
 * Source: docs/guides/radius-detail.md; vectors: test/vectors/cdr/radius-detail/.
 */
export const radiusDetail: SwitchFormat = {
  name: "radius-detail",
  title: "RADIUS detail files (Cisco voice gateways, RFC 2866)",
  evidence: "unproven",
  hint: { fileName: /^detail(?:-\d+)?/ },
  open(settings) {
    const records = new RadiusRecords(settings);
    return new DetailDecoder(settings, (attributes, raw) => records.judge(attributes, raw));
  },
};

/** Values of Acct-Status-Type, by name or number, in lower case. Source: RFC 2866 §5.1. */
const NOT_STOP: Readonly<Record<string, string>> = {
  start: "Start record",
  "1": "Start record",
  "interim-update": "Interim-Update record",
  alive: "Interim-Update record",
  "3": "Interim-Update record",
  "accounting-on": "Accounting-On record",
  "7": "Accounting-On record",
  "accounting-off": "Accounting-Off record",
  "8": "Accounting-Off record",
};

/** Attributes that an operator may take from elsewhere, and where they are by default: the first that is not empty. */
const ATTRIBUTES = {
  calling: ["calling-station-id"],
  called: ["called-station-id"],
  accountCode: [],
  sipUser: ["user-name"],
  sourceAddress: ["caller-address", "acme-ingress-remote-addr"],
  ingressTrunk: ["in-trunkgroup-label", "in-carrier-id", "ingress-id", "acme-session-ingress-realm"],
  egressTrunk: ["out-trunkgroup-label", "out-carrier-id", "egress-id", "acme-session-egress-realm"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Makes calls of records' attributes. */
class RadiusRecords {
  readonly #records: NamedRecords;
  /** In lower case: "answer", "answer/voip", "proxy" (a gatekeeper's one record of a call), or "all". */
  readonly #legs: readonly string[];
  readonly #causeBase: 10 | 16;

  constructor(settings: DecoderSettings) {
    const options = new JsonNode(settings.mapping ?? {}).only("legs", "zones", "causes", "attributes");
    const legs = options.get("legs")?.list() ?? [];
    this.#legs = options.get("legs") ? legs.map((leg) => leg.text().toLowerCase()) : ["answer", "proxy"];
    this.#causeBase = options.get("causes")?.oneOf(["hexadecimal", "decimal"]) === "decimal" ? 10 : 16;
    this.#records = new NamedRecords(callOf(options), settings);
  }

  judge(attributes: DetailAttributes, raw: string): RowOutcome {
    const status = (attributes.get("acct-status-type") ?? "").toLowerCase();
    const why = Object.hasOwn(NOT_STOP, status) ? NOT_STOP[status] : this.#notCall(attributes, status);
    if (why !== undefined) return { kind: "non-billable", why };
    if (status !== "stop" && status !== "2") return { kind: "reject", reject: statusUnknown(status) };
    const leg = legOf(attributes);
    if (!this.#isTaken(leg)) return { kind: "non-billable", why: `leg ${leg}` };
    if (!hasLength(attributes)) return { kind: "reject", reject: lengthMissing() };
    return this.#records.judge(this.#derived(attributes, leg), raw);
  }

  #notCall(attributes: DetailAttributes, status: string): string | undefined {
    if (status === "") return /^access-/i.test(attributes.get("packet-type") ?? "") ? "no accounting" : undefined;
    const isData = attributes.get("service-type") === "Framed-User" || attributes.has("framed-protocol");
    return isData ? "data session" : undefined;
  }

  /** Whether a leg is a call; one without a name is the only one of its call. */
  #isTaken(leg: string): boolean {
    return leg === "" || this.#legs.some((taken) => taken === "all" || taken === leg || leg.startsWith(`${taken}/`));
  }

  /** The record's attributes, and what is not an attribute but follows from them. */
  #derived(attributes: DetailAttributes, leg: string): DetailAttributes {
    const derived = new Map(attributes);
    const text = (name: string): string => attributes.get(name) ?? "";
    const isAnswerLeg = !leg.startsWith("originate");
    // Oracle's controllers report each attempt of a call under one session.
    derived.set("leg", leg || text("acme-session-egress-callid"));
    // Beside the caller's leg the other one is the callee's; where it is the only one reported, it is the call.
    const isCallee = !isAnswerLeg && this.#legs.some((taken) => taken === "all" || taken.startsWith("answer"));
    derived.set("direction", isCallee ? "terminating" : "originating");
    derived.set("caller-address", isAnswerLeg ? text("h323-remote-address") : "");
    derived.set(isAnswerLeg ? "ingress-id" : "egress-id", text("h323-remote-id"));
    derived.set("client", text("nas-ip-address") || text("nas-ipv6-address") || text("nas-identifier"));
    const cause = text("h323-disconnect-cause");
    // Oracle's controllers have reasons of their own in Cisco's attribute.
    if (IS_ORACLE.test([...attributes.keys()].join("\n"))) derived.set("own-cause", cause);
    else derived.set("q850", decimalOf(cause, this.#causeBase));
    for (const name of [...H323_TIMES, "event-timestamp"]) derived.set(name, timeText(text(name)));
    const [receivedS, delayS] = [wholeNumber(text("timestamp")), wholeNumber(text("acct-delay-time") || "0")];
    // A client that gets no answer sends the record again, and says for how long it has been trying.
    if (receivedS !== undefined && delayS !== undefined) derived.set("sent", String(receivedS - delayS));
    return derived;
  }
}

const IS_ORACLE = /^acme-/m;
const H323_TIMES = ["h323-setup-time", "h323-connect-time", "h323-disconnect-time"];

/** Whether a record tells how long its call was; an unanswered one says 0. What is cut off before that does not. */
const hasLength = (attributes: DetailAttributes): boolean =>
  ["acct-session-time", "h323-disconnect-time"].some((name) => attributes.get(name));

/** "answer/telephony", "originate"; "" when the record tells nothing of legs. */
const legOf = (attributes: DetailAttributes): string =>
  [attributes.get("h323-call-origin"), attributes.get("h323-call-type")]
    .filter((part) => part)
    .join("/")
    .toLowerCase();

const decimalOf = (cause: string, base: 10 | 16): string =>
  (base === 16 ? /^[\da-f]{1,4}$/i : /^\d{1,4}$/).test(cause) ? String(Number.parseInt(cause, base)) : cause;

/** A time in single spaces; the first instant of 1970 stands for one that never came. */
const timeText = (text: string): string => (NEVER.test(text) ? "" : text.replace(/\s+/g, " "));
const NEVER = /^[*.]*00:00:00(?:\.0+)? .*\b1970$/;

/** RFC 2866 §5.5 has every record name its session: one without was cut off. */
const HAS_SESSION = { column: "acct-session-id", empty: false };
const IS_ZERO = { column: "acct-session-time", oneOf: ["", "0"] };
const HAS_CONNECT = { column: "h323-connect-time", empty: false };
/** Gateways write the end of a call that was not answered as its connect time too. */
const CONNECTED_AT_END = { column: "h323-connect-time", sameAs: "h323-disconnect-time" };

/** What a call is made of, by the derived attributes. */
function callOf(options: JsonNode): object {
  const zones = options.get("zones");
  for (const [, zone] of zones?.entries() ?? []) zone.zone();
  const time = (column: string, ...format: string[]) => ({ column, format, zones: zones?.value ?? {} });
  const h323 = (column: string) =>
    time(
      column,
      "[*][.]HH:mm:ss[.S] z E MMM d yyyy",
      "[*][.]HH:mm:ss[.S] z MMM d yyyy",
      "[*][.]HH:mm:ss[.S] z E d MMM yyyy",
    );
  return {
    key: {
      cases: [
        {
          when: { all: [HAS_SESSION, { column: "h323-conf-id", empty: false }] },
          value: { template: "{h323-conf-id}/{acct-session-id}" },
        },
        { when: HAS_SESSION, value: { template: "{client}/{acct-session-id}" } },
      ],
    },
    leg: "leg",
    callId: { firstOf: ["h323-incoming-conf-id", "h323-conf-id", "acme-session-ingress-callid"] },
    direction: "direction",
    startedAt: h323("h323-setup-time"),
    answeredAt: h323("h323-connect-time"),
    endedAt: [
      h323("h323-disconnect-time"),
      { column: "sent", format: "epoch-s" },
      time("event-timestamp", "MMM d yyyy HH:mm:ss[ z]"),
    ],
    answered: { any: [{ all: [HAS_CONNECT, { not: { all: [IS_ZERO, CONNECTED_AT_END] } }] }, { not: IS_ZERO }] },
    talked: { cases: [{ when: { not: HAS_CONNECT }, value: "acct-session-time" }], unit: "s" },
    total: {
      cases: [
        {
          when: { all: [{ not: HAS_CONNECT }, { column: "h323-setup-time", empty: true }] },
          value: "acct-session-time",
        },
      ],
      unit: "s",
    },
    reported: { column: "acct-session-time", unit: "s" },
    cause: { q850: "q850", sip: "acme-sip-status", text: { firstOf: ["acct-terminate-cause", "own-cause"] } },
    ...chosenAttributes(options.get("attributes")),
  };
}

function chosenAttributes(chosen: JsonNode | undefined): object {
  chosen?.only(...Object.keys(ATTRIBUTES));
  const entries = Object.entries(ATTRIBUTES).map(([property, usual]) => {
    const named = chosen?.get(property)?.text().toLowerCase();
    return [property, { firstOf: named === undefined ? usual : [named] }];
  });
  return Object.fromEntries(entries);
}

const lengthMissing = (): Reject => ({
  code: "time-missing",
  what: "The Stop record has neither h323-disconnect-time nor Acct-Session-Time.",
  fix: "If the file was cut off, fetch it again; else have the client send one of them.",
});

const statusUnknown = (status: string): Reject => ({
  code: "value-invalid",
  what: `The record's Acct-Status-Type is "${status.slice(0, 40)}", not Start, Interim-Update or Stop.`,
  fix: "If the file was cut off, fetch it again; a file of Access-Requests holds no calls.",
});
