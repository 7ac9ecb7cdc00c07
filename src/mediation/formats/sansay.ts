import type { Decoder, DecoderSettings, SwitchFormat } from "../decoder.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { openMapped } from "../mapping/open-mapped.ts";

/**
 * Sansay VSX and VSXi: columns between semicolons, a record for every route that a call was tried on. Times are those
 * of the system's clock, whose minutes west of Greenwich stand beside them; with `mapping` `{ "clock": "source" }` they
 * are read in the source's zone instead. The routing digits are the routing number (LRN) where the switch looks ported
 * numbers up; where it does not, `{ "routingDigits": "translated" }` leaves them alone. Source:
 * docs/guides/sansay.md; vectors: test/vectors/cdr/sansay/.
 */
export const sansay: SwitchFormat = {
  name: "sansay",
  title: "Sansay VSX",
  evidence: "unproven",
  open: (settings) => openSansay(settings),
};

function openSansay(settings: DecoderSettings): Decoder {
  const options = new JsonNode(settings.mapping ?? {}).only("clock", "routingDigits");
  const clock = options.get("clock")?.oneOf(["record", "source"]) ?? "record";
  const zone = clock === "record" ? { zone: { column: MINUTES_WEST, as: "minutes-west" } } : {};
  const digits = options.get("routingDigits")?.oneOf(["lrn", "translated"]) ?? "lrn";
  const time = (column: number) => ({ column, format: ASCTIME, empty: ["0"], ...zone });
  const routed = digits === "lrn" ? { routingNumber: ROUTING_DIGITS } : {};
  return openMapped({ ...CALL, ...routed, startedAt: time(7), answeredAt: time(8), endedAt: time(9) }, settings);
}

const MINUTES_WEST = 10;
/** The called number after inbound translation: of a ported one its routing number. */
const ROUTING_DIGITS = 53;
/** As C's asctime writes it: "Mon Dec 15 11:38:34 2003", a day of one digit behind two spaces. */
const ASCTIME = "E MMM [ ]d HH:mm:ss yyyy";

/** Seconds and milliseconds of talk time; of an unanswered call both are 0, and the answer time is anything. */
const ANSWERED = {
  any: [{ not: { column: 54, oneOf: ["", "0"] } }, { not: { column: 57, oneOf: ["", "0"] } }],
};

const CALL = {
  layout: { kind: "csv", delimiter: ";", quoting: "none" },
  rows: { nonBillable: [{ when: { column: 3, equals: "A" }, why: "audit record" }] },
  sequence: 1,
  key: 5,
  leg: 1,
  callId: { firstOf: [20, 5] },
  // A record of a type that nobody knows has no direction, and is set aside.
  direction: { cases: [{ when: { column: 3, equals: "R" }, value: { constant: "originating" } }], otherwise: 3 },
  calling: 16,
  called: 18,
  answered: ANSWERED,
  talked: [
    { column: 57, unit: "ms" },
    { column: 54, unit: "s" },
  ],
  reported: { column: 54, unit: "s" },
  // The last column of the oldest release: a record that lacks it was cut off.
  sipUser: { column: 59, as: "sip-user" },
  sourceAddress: 17,
  ingressTrunk: 14,
  egressTrunk: 33,
  cause: {
    q850: { cases: [{ when: { column: 15, equals: "H323" }, value: 12 }] },
    sip: { cases: [{ when: { column: 15, equals: "SIP" }, value: 12 }] },
    text: 11,
  },
};
