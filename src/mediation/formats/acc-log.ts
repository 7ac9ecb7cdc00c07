import { AccClock } from "../acc/clock.ts";
import { columnOfNamed, readAccSettings } from "../acc/layout.ts";
import { type AccRow, decodeAccRow } from "../acc/row.ts";
import type { Decoder, DecoderSettings, SwitchFormat } from "../decoder.ts";
import { PairLinesDecoder } from "../mapping/pair-lines-decoder.ts";

/**
 * What the acc modules of Kamailio and OpenSIPS write to syslog: a line a transaction ("ACC: transaction answered: …"),
 * or a call ("ACC: call ended: …", Kamailio's CDRs), with names before the values, whatever stands before and between.
 * Source: docs/guides/acc-log.md; vectors: test/vectors/cdr/acc-log/.
 */
export const accLog: SwitchFormat = {
  name: "acc-log",
  title: "Kamailio and OpenSIPS acc, lines of a log",
  evidence: "unproven",
  open: (settings) => openAccLog(settings),
};

/** A transaction begins with its time, a call of OpenSIPS or Kamailio with its creation or start. */
const LINES = { separator: ";", begin: /(?<![\w;])(?:timestamp|time_attr|created|call_start_time|start_time)=/ };

function openAccLog(settings: DecoderSettings): Decoder {
  const { names } = readAccSettings(settings.mapping);
  const context = { clock: new AccClock(settings), sanity: settings };
  return new PairLinesDecoder(LINES, settings, (pairs) => decodeAccRow(rowOf(columnOfNamed(pairs, names)), context));
}

/** A call of OpenSIPS has its answer as its start, where a transaction has its own time. */
const rowOf =
  (column: AccRow): AccRow =>
  (name) =>
    name === "time" ? column("time") || column("startTime") : column(name);
