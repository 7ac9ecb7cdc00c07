import { ASTERISK_CALL } from "../asterisk-call.ts";
import { BestWayDecoder } from "../best-way-decoder.ts";
import type { Decoder, DecoderSettings, SwitchFormat } from "../decoder.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { openMapped } from "../mapping/open-mapped.ts";

/** A table without answer times tells an answered call by its disposition, or by its talk time. */
const ANSWERED = {
  any: [
    { column: "disposition", equals: "ANSWERED", ignoreCase: true },
    { not: { column: "billsec", oneOf: ["", "0"] } },
  ],
};

/** What database clients write: text between tabs is never quoted, and may hold a caller's name in quotes. */
const DIALECTS = [
  { delimiter: ",", quoting: "doubled" },
  { delimiter: ";", quoting: "doubled" },
  { delimiter: "\t", quoting: "none" },
  { delimiter: "|", quoting: "none" },
];

/**
 * Asterisk's CDR table (cdr_pgsql, cdr_adaptive_odbc, cdr_mysql, cdr_sqlite3) exported as CSV or between tabs, with a
 * header row. Columns are found by name; the start is `start` or `calldate`. Where the dialect is not one of the usual
 * ones, `mapping` may set `{ "delimiter", "quoting" }`. Source: docs/guides/asterisk.md; vectors:
 * test/vectors/cdr/asterisk-db/.
 */
export const asteriskDb: SwitchFormat = {
  name: "asterisk-db",
  title: "Asterisk CDR table, exported as CSV with a header",
  evidence: "unproven",
  isTableExport: true,
  open: (settings) => openAsteriskDb(settings),
};

function openAsteriskDb(settings: DecoderSettings): Decoder {
  const options = new JsonNode(settings.mapping ?? {}).only("delimiter", "quoting");
  const [delimiter, quoting] = [options.get("delimiter")?.value, options.get("quoting")?.value];
  const read = (dialect: object) => () =>
    openMapped(
      { layout: { kind: "csv", header: true, trim: true, ...dialect }, ...ASTERISK_CALL, answered: ANSWERED },
      settings,
    );
  if (delimiter !== undefined) return read({ delimiter, quoting: quoting ?? "doubled" })();
  return new BestWayDecoder(DIALECTS.map((dialect) => read(quoting === undefined ? dialect : { ...dialect, quoting })));
}
