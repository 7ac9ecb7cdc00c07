import { ASTERISK_CALL } from "../asterisk-call.ts";
import { BestWayDecoder } from "../best-way-decoder.ts";
import type { Decoder, DecoderSettings, SwitchFormat } from "../decoder.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { openMapped } from "../mapping/open-mapped.ts";

const ALWAYS = [
  "accountcode",
  "src",
  "dst",
  "dcontext",
  "clid",
  "channel",
  "dstchannel",
  "lastapp",
  "lastdata",
  "start",
  "answer",
  "end",
  "duration",
  "billsec",
  "disposition",
  "amaflags",
] as const;
const NEW_COLUMNS = ["peeraccount", "linkedid", "sequence"] as const;

/**
 * What cdr.conf's loguniqueid, loguserfield and newcdrcolumns can make of a row; told apart by the number of columns.
 */
const SHAPES = [
  ALWAYS,
  [...ALWAYS, "uniqueid"],
  [...ALWAYS, "uniqueid", "userfield"],
  [...ALWAYS, ...NEW_COLUMNS],
  [...ALWAYS, "uniqueid", ...NEW_COLUMNS],
  [...ALWAYS, "uniqueid", "userfield", ...NEW_COLUMNS],
];

/** What cdr_custom.conf writes as shipped: the account code further back, the sequence number since Asterisk 1.8. */
const CUSTOM = [
  ...ALWAYS.slice(4, 5),
  ...ALWAYS.slice(1, 4),
  ...ALWAYS.slice(5),
  "accountcode",
  "uniqueid",
  "userfield",
];
const CUSTOM_SHAPES = [CUSTOM, [...CUSTOM, "sequence"]];

/**
 * Asterisk's Master.csv: of cdr_csv, 16 to 21 columns, or of cdr_custom as its sample configuration writes it, 18 or
 * 19 in another order; whichever fits the file. No header, quotes doubled (in old cdr_custom files not even that).
 * Times are the server's local time unless cdr.conf says usegmtime=yes: then set the source's zone to UTC. For
 * another cdr_custom, or with loguserfield but without loguniqueid (column 17 is the userfield then), set `mapping`
 * to `{ "columns": [names] }`. Source: docs/guides/asterisk.md; vectors: test/vectors/cdr/asterisk-csv/.
 */
export const asteriskCsv: SwitchFormat = {
  name: "asterisk-csv",
  title: "Asterisk Master.csv (cdr_csv, cdr_custom)",
  evidence: "unproven",
  // FreeSWITCH's records of 18 columns have the same places, but other words for the outcome.
  hint: { fileName: /^Master\.csv/, head: /"(?:ANSWERED|NO ANSWER|BUSY|FAILED|CONGESTION)"/ },
  open: (settings) => openAsteriskCsv(settings),
};

function openAsteriskCsv(settings: DecoderSettings): Decoder {
  const columns = new JsonNode(settings.mapping ?? {}).only("columns").get("columns")?.value;
  const read = (layout: object) => () => openMapped({ layout: { kind: "csv", ...layout }, ...ASTERISK_CALL }, settings);
  if (columns !== undefined) return read({ columns })();
  return new BestWayDecoder([read({ columns: SHAPES }), read({ columns: CUSTOM_SHAPES, quoting: "unescaped" })]);
}
