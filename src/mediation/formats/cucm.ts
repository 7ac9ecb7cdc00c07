import type { Decoder, DecoderSettings, SwitchFormat } from "../decoder.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { openMapped } from "../mapping/open-mapped.ts";

const optional = (column: string, more: object = {}) => ({ column, optional: true, ...more });

/** The call went to another number than the one dialled: somebody on the way forwarded it. */
const IS_FORWARDED = {
  all: [
    { column: "originalCalledPartyNumber", empty: false },
    { column: "finalCalledPartyNumber", empty: false },
    { not: { column: "originalCalledPartyNumber", sameAs: "finalCalledPartyNumber" } },
  ],
};

/**
 * Cisco Unified CM call detail records, CDR and CMR files alike: a header line, a line of column types, then records.
 * Columns are found by name, since every release adds some. Times are epoch seconds in UTC, addresses little-endian
 * integers, and a cause is 0 on the side that did not release. A CMR holds the quality of a leg and is not billed.
 *
 * A forwarded call (originalCalled ≠ finalCalled) is the leg of whoever forwarded it: its direction is `forwarding` and
 * its SIP user the redirecting number, which account rules can match. With `mapping` `{ "forwarded": "originating" }`
 * the caller stays the payer. Source: docs/guides/cucm.md; vectors: test/vectors/cdr/cucm/.
 */
export const cucm: SwitchFormat = {
  name: "cucm",
  title: "Cisco Unified CM CDR and CMR files",
  evidence: "proven",
  hint: { fileName: /^(cdr|cmr)_.+_\d{12}_\d+/ },
  open: (settings) => openCucm(settings),
};

function openCucm(settings: DecoderSettings): Decoder {
  const options = new JsonNode(settings.mapping ?? {}).only("forwarded");
  const forwarded = options.get("forwarded")?.oneOf(["forwarding", "originating"]) ?? "forwarding";
  const isForwarder = forwarded === "forwarding" ? [{ when: IS_FORWARDED, value: optional("lastRedirectDn") }] : [];
  return openMapped(
    {
      ...CALL,
      direction: {
        cases: [{ when: IS_FORWARDED, value: { constant: forwarded } }],
        otherwise: { constant: "originating" },
      },
      sipUser: { cases: isForwarder, otherwise: optional("callingPartyUnicodeLoginUserID") },
    },
    settings,
  );
}

const CALL = {
  layout: { kind: "csv", header: true, quoting: "doubled" },
  rows: {
    typeRow: { column: "cdrRecordType", oneOf: ["INTEGER", "VARCHAR", "UNIQUEIDENTIFIER"] },
    nonBillable: [
      { when: { column: "cdrRecordType", equals: "2" }, why: "CMR: quality of a leg" },
      { when: { column: "cdrRecordType", equals: "0" }, why: "start record" },
    ],
  },
  key: "pkid",
  callId: { template: "{globalCallId_ClusterID}/{globalCallID_callManagerId}/{globalCallID_callId}" },
  calling: "callingPartyNumber",
  called: "finalCalledPartyNumber",
  startedAt: { column: "dateTimeOrigination", format: "epoch-s" },
  answeredAt: { column: "dateTimeConnect", format: "epoch-s" },
  endedAt: { column: "dateTimeDisconnect", format: "epoch-s" },
  talked: { column: "duration", unit: "s" },
  accountCode: optional("clientMatterCode"),
  sourceAddress: {
    firstOf: [optional("origIpv4v6Addr"), optional("origIpAddr", { as: "little-endian-ipv4" })],
  },
  ingressTrunk: optional("origDeviceName"),
  egressTrunk: optional("destDeviceName"),
  cause: {
    q850: { firstOf: [optional("origCause_value", { empty: ["0"] }), optional("destCause_value", { empty: ["0"] })] },
  },
};
