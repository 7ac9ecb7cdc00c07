import { ASTERISK_CALL } from "../asterisk-call.ts";
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

/**
 * Asterisk's Master.csv (cdr_csv): 16 to 21 columns, no header, quotes doubled. Times are the server's local time
 * unless cdr.conf says usegmtime=yes: then set the source's zone to UTC. With loguserfield but without loguniqueid,
 * column 17 is the userfield: set `mapping` to `{ "columns": [names] }`. Source: docs/guides/asterisk.md; vectors:
 * test/vectors/cdr/asterisk-csv/.
 */
export const asteriskCsv: SwitchFormat = {
  name: "asterisk-csv",
  title: "Asterisk Master.csv (cdr_csv)",
  evidence: "unproven",
  open: (settings) => openAsteriskCsv(settings),
};

function openAsteriskCsv(settings: DecoderSettings): Decoder {
  const columns = new JsonNode(settings.mapping ?? {}).only("columns").get("columns")?.value ?? SHAPES;
  const layout = { kind: "csv", quoting: "doubled", columns };
  return openMapped({ layout, ...ASTERISK_CALL }, settings);
}
