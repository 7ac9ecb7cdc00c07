import { BestWayDecoder } from "../best-way-decoder.ts";
import type { Decoder, DecoderSettings, SwitchFormat } from "../decoder.ts";
import { FREESWITCH_Q850 } from "../freeswitch-causes.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { openMapped } from "../mapping/open-mapped.ts";
import { STAMP } from "../text/timestamp-pattern.ts";

const FIRST_COLUMNS = [
  ...[
    "caller_id_name",
    "caller_id_number",
    "destination_number",
    "context",
    "start_stamp",
    "answer_stamp",
    "end_stamp",
  ],
  ...["duration", "billsec", "hangup_cause", "uuid", "bleg_uuid", "accountcode"],
];
const CODECS = ["read_codec", "write_codec"];

/** The templates that come with mod_cdr_csv; a fresh FreeSWITCH uses the first, `example`. */
const TEMPLATES = [
  [...FIRST_COLUMNS, ...CODECS],
  // linksys
  [...FIRST_COLUMNS, ...CODECS, "sip_user_agent", "sip_p_rtp_stat"],
  // snom
  [
    ...[...FIRST_COLUMNS, ...CODECS, "sip_user_agent", "call_clientcode"],
    ...["sip_rtp_rxstat", "sip_rtp_txstat", "sofia_record_file"],
  ],
  // asterisk
  [
    ...["accountcode", "caller_id_number", "destination_number", "context", "caller_id", "channel_name"],
    ...["bridge_channel", "last_app", "last_arg", "start_stamp", "answer_stamp", "end_stamp", "duration", "billsec"],
    ...["hangup_cause", "amaflags", "uuid", "userfield"],
  ],
  // sql: `INSERT INTO cdr VALUES ("Alice", … "acct1001");` begins in the first column, which is of no use
  FIRST_COLUMNS,
];
const OPENCDRRATE = [
  ...["uuid", "signal_bond", "direction", "caller_id_number", "destination_number", "answer_stamp", "end_stamp"],
  ...["billsec", "accountcode", "userfield", "network_addr", "original_caller_id_name", "sip_gateway_name"],
];
const DELIMITERS = [",", ";", "\t", "|"];

/** How databases export NULL, MySQL a date that is none, and FreeSWITCH a time that never came. */
const NULLS = ["NULL", "\\N", "0000-00-00 00:00:00", "1970-01-01 00:00:00"];

const optional = (column: string) => ({ column, optional: true, empty: NULLS });

/**
 * FreeSWITCH mod_cdr_csv. Read without a setting: its own templates, and files whose first line names the columns (an
 * export of a table that mod_cdr_pg_csv or mod_odbc_cdr filled). Templates are user-editable, so a source may set
 * `mapping` to `{ "columns": [names] }`, in channel variable names and file order. Values are quoted but not escaped.
 * Times are the server's local time. Talk time is taken from billusec or billmsec where the template has it, because
 * billsec is ⌊end⌋ − ⌊answer⌋, up to a second off. Source: docs/guides/freeswitch.md; vectors:
 * test/vectors/cdr/freeswitch-csv/.
 */
export const freeswitchCsv: SwitchFormat = {
  name: "freeswitch-csv",
  title: "FreeSWITCH mod_cdr_csv",
  evidence: "unproven",
  // Asterisk's records of 18 columns have the same places, but no UUID.
  hint: { head: /"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"/ },
  open: (settings) => openFreeswitchCsv(settings),
};

function openFreeswitchCsv(settings: DecoderSettings): Decoder {
  const options = new JsonNode(settings.mapping ?? {}).only("columns", "header", "delimiter");
  const [columns, delimiter] = [options.get("columns")?.value, options.get("delimiter")?.value];
  const read = (layout: object, call: object = CALL) => {
    const mapping = { layout: { kind: "csv", quoting: "unescaped", delimiter: delimiter ?? ",", ...layout }, ...call };
    return () => openMapped(mapping, settings);
  };
  const headers = (delimiter === undefined ? DELIMITERS : [delimiter]).map((each) =>
    read({ delimiter: each, header: true }),
  );
  if (columns !== undefined) return read({ columns })();
  if (options.get("header")?.flag()) return new BestWayDecoder(headers);
  // A file is of one template: a row of another length was cut off, or has a quote in a name.
  const templates = TEMPLATES.map((each) => read({ columns: each }));
  return new BestWayDecoder([...templates, read({ columns: OPENCDRRATE }, OPENCDRRATE_CALL), ...headers]);
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
  key: { firstOf: [optional("uuid"), optional("xml_cdr_uuid")] }, // FusionPBX's name for it
  callId: {
    firstOf: [optional("call_uuid"), optional("originating_leg_uuid"), optional("originator"), optional("uuid")],
  },
  direction: {
    cases: [{ when: IS_CALLEES_LEG, value: { constant: "terminating" } }],
    otherwise: { constant: "originating" },
  },
  calling: "caller_id_number",
  called: "destination_number",
  routingNumber: optional("lrn"), // no name of FreeSWITCH's own: a dialplan sets it after its look-up
  startedAt: { ...optional("start_stamp"), format: STAMP },
  answeredAt: { column: "answer_stamp", empty: NULLS, format: STAMP },
  endedAt: { column: "end_stamp", format: STAMP },
  talked: [
    { ...optional("billusec"), unit: "us" },
    { ...optional("billmsec"), unit: "ms" },
    { column: "billsec", unit: "s" },
  ],
  reported: { column: "billsec", unit: "s" },
  total: { ...optional("duration"), unit: "s" },
  // Some of FreeSWITCH's templates have a space before the quotes of this column, so that the quotes are read as text.
  accountCode: { ...optional("accountcode"), after: '"', before: '"' },
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

/** Its directions are FreeSWITCH's own words, which also tells it from the cut-off rows of another template. */
const OPENCDRRATE_CALL = {
  ...CALL,
  direction: { column: "direction", map: { inbound: "originating", outbound: "originating" } },
};
