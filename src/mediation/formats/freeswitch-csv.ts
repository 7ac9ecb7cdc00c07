import type { Decoder, DecoderSettings, SwitchFormat } from "../decoder.ts";
import { FREESWITCH_Q850 } from "../freeswitch-causes.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { openMapped } from "../mapping/open-mapped.ts";

/** Columns of the template `example` of mod_cdr_csv, which a fresh FreeSWITCH uses. */
const EXAMPLE_COLUMNS = [
  "caller_id_name",
  "caller_id_number",
  "destination_number",
  "context",
  "start_stamp",
  "answer_stamp",
  "end_stamp",
  "duration",
  "billsec",
  "hangup_cause",
  "uuid",
  "bleg_uuid",
  "accountcode",
  "read_codec",
  "write_codec",
] as const;

const optional = (column: string) => ({ column, optional: true });
const STAMP = "yyyy-MM-dd HH:mm:ss";

/**
 * FreeSWITCH mod_cdr_csv. Templates are user-editable, so a source may set `mapping` to `{ "columns": [names] }`, in
 * channel variable names and file order, or to `{ "header": true }` when its template writes the names first. Values
 * are quoted but not escaped. Times are the server's local time. Talk time is taken from billusec or billmsec where
 * the template has it, because billsec is ⌊end⌋ − ⌊answer⌋, up to a second off. Source: docs/guides/freeswitch.md;
 * vectors: test/vectors/cdr/freeswitch-csv/.
 */
export const freeswitchCsv: SwitchFormat = {
  name: "freeswitch-csv",
  title: "FreeSWITCH mod_cdr_csv",
  evidence: "unproven",
  open: (settings) => openFreeswitchCsv(settings),
};

function openFreeswitchCsv(settings: DecoderSettings): Decoder {
  const options = new JsonNode(settings.mapping ?? {}).only("columns", "header", "delimiter");
  const header = options.get("header")?.flag() ?? false;
  const columns =
    options
      .get("columns")
      ?.list()
      .map((name) => name.text()) ?? (header ? undefined : EXAMPLE_COLUMNS);
  const layout = {
    kind: "csv",
    quoting: "unescaped",
    delimiter: options.get("delimiter")?.text() ?? ",",
    header,
    ...(columns === undefined ? {} : { columns }),
  };
  return openMapped({ layout, ...CALL }, settings);
}

/** A leg that another leg made, where the template has these variables. */
const IS_CALLEES_LEG = {
  all: [
    { column: "direction", equals: "outbound" },
    {
      any: [
        { column: "originating_leg_uuid", empty: false },
        { column: "originator", empty: false },
      ],
    },
  ],
};

const CALL = {
  key: "uuid",
  callId: {
    firstOf: [optional("call_uuid"), optional("originating_leg_uuid"), optional("originator"), optional("uuid")],
  },
  direction: {
    cases: [{ when: IS_CALLEES_LEG, value: { constant: "terminating" } }],
    otherwise: { constant: "originating" },
  },
  calling: "caller_id_number",
  called: "destination_number",
  startedAt: { column: "start_stamp", format: STAMP },
  answeredAt: { column: "answer_stamp", format: STAMP },
  endedAt: { column: "end_stamp", format: STAMP },
  talked: [
    { ...optional("billusec"), unit: "us" },
    { ...optional("billmsec"), unit: "ms" },
    { column: "billsec", unit: "s" },
  ],
  reported: { column: "billsec", unit: "s" },
  total: { ...optional("duration"), unit: "s" },
  accountCode: optional("accountcode"),
  sipUser: { firstOf: [optional("sip_auth_username"), optional("user_name")] },
  sourceAddress: { firstOf: [optional("network_addr"), optional("sip_received_ip"), optional("sip_network_ip")] },
  ingressTrunk: optional("sip_gateway"),
  egressTrunk: optional("sip_gateway_name"),
  cause: {
    q850: optional("hangup_cause_q850"),
    sip: { firstOf: [optional("sip_term_status"), { ...optional("proto_specific_hangup_cause"), after: "sip:" }] },
    text: optional("hangup_cause"),
    words: {
      ...Object.fromEntries(Object.entries(FREESWITCH_Q850).map(([word, q850]) => [word, { q850 }])),
      ORIGINATOR_CANCEL: { sip: 487 },
    },
  },
};
