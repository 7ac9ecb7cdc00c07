import { ASTERISK_CALL } from "../asterisk-call.ts";
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

/**
 * Asterisk's CDR table (cdr_pgsql, cdr_adaptive_odbc, cdr_mysql, cdr_sqlite3) exported as CSV with a header row.
 * Columns are found by name; the start is `start` or `calldate`. `mapping` may set `{ "delimiter", "quoting" }`:
 * MySQL's INTO OUTFILE writes backslashes, PostgreSQL's COPY doubles quotes. Source: docs/guides/asterisk.md; vectors:
 * test/vectors/cdr/asterisk-db/.
 */
export const asteriskDb: SwitchFormat = {
  name: "asterisk-db",
  title: "Asterisk CDR table, exported as CSV with a header",
  evidence: "unproven",
  open: (settings) => openAsteriskDb(settings),
};

function openAsteriskDb(settings: DecoderSettings): Decoder {
  const options = new JsonNode(settings.mapping ?? {}).only("delimiter", "quoting");
  const layout = {
    kind: "csv",
    header: true,
    trim: true,
    delimiter: options.get("delimiter")?.value ?? ",",
    quoting: options.get("quoting")?.value ?? "doubled",
  };
  return openMapped({ layout, ...ASTERISK_CALL, answered: ANSWERED }, settings);
}
