import { BestWayDecoder } from "../best-way-decoder.ts";
import type { Decoder, DecoderSettings, SwitchFormat } from "../decoder.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { openMapped } from "../mapping/open-mapped.ts";
import { STAMP } from "../text/timestamp-pattern.ts";

/**
 * NetSapiens, the portal's export in the advanced format: 13 columns of the calls between a domain's users and the
 * world outside. Times are GMT; for an export in local time set `mapping` to `{ "zone": "source" }`. Another layout of
 * columns, one with the routing number (LRN) among them, is `{ "columns": [names] }`. Source:
 * docs/guides/netsapiens.md; vectors: test/vectors/cdr/netsapiens/.
 */
export const netsapiens: SwitchFormat = {
  name: "netsapiens",
  title: "NetSapiens CDR export (advanced)",
  evidence: "unproven",
  open: (settings) => openNetsapiens(settings),
};

/** The columns in their order: their titles differ from release to release by blanks and capitals. */
const COLUMNS = [
  ...["callType", "domain", "user", "btn", "timeStart", "timeAnswer", "duration", "remoteNumber", "dialedNumber"],
  ...["callId", "origIp", "termIp", "releaseCause"],
];

function openNetsapiens(settings: DecoderSettings): Decoder {
  const options = new JsonNode(settings.mapping ?? {}).only("zone", "columns");
  const zone = options.get("zone")?.oneOf(["GMT", "source"]) ?? "GMT";
  const call = zone === "GMT" ? { timeZone: "UTC", ...CALL } : CALL;
  const columns = options.get("columns")?.value ?? COLUMNS;
  const open = (delimiter: string) => () =>
    openMapped({ layout: { kind: "csv", delimiter, trim: true, columns }, ...call }, settings);
  return new BestWayDecoder([open(","), open(";"), open("\t")]);
}

const isType = (...types: string[]) => ({ column: "callType", oneOf: types, ignoreCase: true });
/** NetSapiens names calls by how they reach it: an "origination" comes in from the world outside. */
const INBOUND = isType("origination", "missed");
const UNANSWERED = { column: "timeAnswer", oneOf: ["", "0000-00-00 00:00:00", "NULL", "null"] };
const TIMES = [STAMP, "yyyyMMdd HH:mm:ss"];
const NO_TIME = ["0000-00-00 00:00:00", "NULL", "null"];

/** Prefixes of toll-free numbers, which the callee pays for under the number that was dialled. */
const TOLL_FREE = ["800", "833", "844", "855", "866", "877", "888"].flatMap((code) => [code, `1${code}`, `+1${code}`]);

const CALL = {
  rows: {
    ignore: [isType("Call Type", "CallType", "Type")],
    nonBillable: [{ when: isType("on-net", "onnet"), why: "call between users" }],
  },
  key: "callId",
  // A call that comes in and is forwarded has a record of each type.
  leg: "callType",
  callId: "callId",
  // A type that nobody knows is no direction, and is set aside.
  direction: {
    cases: [
      { when: INBOUND, value: { constant: "terminating" } },
      { when: isType("termination"), value: { constant: "originating" } },
    ],
    otherwise: "callType",
  },
  calling: { cases: [{ when: INBOUND, value: "remoteNumber" }], otherwise: "btn" },
  called: {
    cases: [
      {
        when: { all: [INBOUND, { any: TOLL_FREE.map((code) => ({ column: "dialedNumber", startsWith: code })) }] },
        value: "dialedNumber",
      },
      { when: INBOUND, value: "btn" },
    ],
    otherwise: "remoteNumber",
  },
  routingNumber: { column: "routingNumber", optional: true },
  startedAt: { column: "timeStart", format: TIMES },
  answeredAt: { column: "timeAnswer", format: TIMES, empty: NO_TIME },
  talked: { cases: [{ when: UNANSWERED, value: { constant: "0" } }], otherwise: "duration", unit: "s" },
  accountCode: "domain",
  sipUser: { template: "{user}@{domain}" },
  sourceAddress: "origIp",
  egressTrunk: "termIp",
  cause: { text: "releaseCause" },
};
