import type { Decoder, DecoderSettings, SwitchFormat } from "../decoder.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { openMapped } from "../mapping/open-mapped.ts";
import { STAMP } from "../text/timestamp-pattern.ts";

/**
 * TransNexus NexOSS, the archive files of rated calls: ten columns between tabs, of customers (as the source device
 * reported the call) and of providers alike. Another layout of columns, or another form of the time, is set by
 * `mapping`: `{ "columns": [names], "time": "pattern" }`. Source: docs/guides/transnexus.md; vectors:
 * test/vectors/cdr/transnexus/.
 */
export const transnexus: SwitchFormat = {
  name: "transnexus",
  title: "TransNexus NexOSS CDR archive",
  evidence: "unproven",
  open: (settings) => openTransnexus(settings),
};

const COLUMNS = [
  ...["callStartTime", "callingNumber", "calledNumber", "sourceDevice", "destinationDevice", "callId"],
  ...["transactionId", "ratedDuration", "billingDuration", "billingAmount"],
];
const TIMES = [STAMP, "MM/dd/yyyy HH:mm:ss[.S]", "yyyyMMddHHmmss"];

function openTransnexus(settings: DecoderSettings): Decoder {
  const options = new JsonNode(settings.mapping ?? {}).only("columns", "time");
  return openMapped(
    {
      ...CALL,
      layout: { kind: "csv", delimiter: "\t", quoting: "none", columns: options.get("columns")?.value ?? COLUMNS },
      startedAt: { column: "callStartTime", format: options.get("time")?.value ?? TIMES },
    },
    settings,
  );
}

const CALL = {
  rows: { ignore: [{ column: 1, contains: "CallStartTime" }] },
  key: "transactionId",
  callId: { column: "callId", optional: true },
  calling: "callingNumber",
  called: "calledNumber",
  routingNumber: { column: "routingNumber", optional: true },
  talked: { column: "ratedDuration", unit: "s" },
  ingressTrunk: { column: "sourceDevice", optional: true },
  egressTrunk: { column: "destinationDevice", optional: true },
};
