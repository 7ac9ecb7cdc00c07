import type { Reject } from "../../core/reject.ts";
import { BestWayDecoder } from "../best-way-decoder.ts";
import { CsvDecoder } from "../csv/csv-decoder.ts";
import type { CsvDialect } from "../csv/dialect.ts";
import type { CsvRecord } from "../csv/record.ts";
import type { Decoder, DecoderSettings, RowOutcome, SwitchFormat } from "../decoder.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { NamedRecords } from "../mapping/named-records.ts";
import { columnCount } from "../mapping/record-faults.ts";

/**
 * Oracle (Acme Packet) session border controllers, local CDR files: comma-separated, in another layout for each type of
 * record and release. Only stop records are calls. From and To headers are quoted as they are, quotes inside included.
 * Times name their zone by an abbreviation. Source: docs/guides/oracle-sbc.md; vectors: test/vectors/cdr/oracle-sbc/.
 */
export const oracleSbc: SwitchFormat = {
  name: "oracle-sbc",
  title: "Oracle (Acme Packet) SBC local CDR files",
  evidence: "unproven",
  open: (settings) => openOracleSbc(settings),
};

/** Columns of a stop record since release S-C(X)6.2, from 1. */
const FORKED = {
  sessionId: 4,
  ingressCallId: 5,
  egressCallId: 6,
  calling: 10,
  called: 11,
  sessionTime: 13,
  setup: 14,
  connect: 15,
  disconnect: 16,
  disconnectCause: 17,
  egressRealm: 22,
  ingressRealm: 23,
} as const;
/** Release S-C6.1 has no identifier of a forked call in column 8. */
const UNFORKED = Object.fromEntries(
  Object.entries(FORKED).map(([name, column]) => [name, column < 8 ? column : column - 1]),
) as Record<keyof typeof FORKED, number>;
type LateColumn = "ingressAddress" | "sipStatus";
/** Columns behind the quality figures, by the number of columns of a stop record; 269 has 94 more figures. */
const LATE_COLUMNS: ReadonlyMap<number, Record<LateColumn, number>> = new Map([
  [168, { ingressAddress: 127, sipStatus: 134 }],
  [171, { ingressAddress: 128, sipStatus: 135 }],
  [175, { ingressAddress: 128, sipStatus: 135 }],
  [269, { ingressAddress: 222, sipStatus: 229 }],
]);

type Columns = Readonly<Record<keyof typeof FORKED, number> & Partial<Record<LateColumn, number>>>;
const COLUMN_NAMES = [...Object.keys(FORKED), "ingressAddress", "sipStatus"];

const TIME = "HH:mm:ss[.S] z MMM d yyyy";
const CLOCK = /^\d\d:\d\d:\d\d/;
const NEVER = "00:00:00.000 UTC JAN 01 1970";

/** Quotes inside quotes are text, so that a quote ends a column only before a comma or the end of the line. */
const DIALECT: CsvDialect = { delimiter: ",", quoting: "unescaped", newlinesInQuotes: false, trim: false };

const NON_BILLABLE: ReadonlyMap<string, string> = new Map([
  ["1", "start record"],
  ["3", "interim record"],
  ["7", "accounting on"],
  ["8", "accounting off"],
]);
const STOP = "2";
/** The controller's own address, version 4 or 6. */
const ADDRESS = /^(\d+\.\d+\.\d+\.\d+|[0-9a-f:]*:[0-9a-f:.]+)$/i;

function openOracleSbc(settings: DecoderSettings): Decoder {
  const options = new JsonNode(settings.mapping ?? {}).only("columns", "sessionTime", "zones");
  const unit = options.get("sessionTime")?.oneOf(["s", "ms"]);
  const columns = readColumns(options.get("columns"));
  const open = (each: "s" | "ms") => () => {
    const calls = new NamedRecords(callMapping(each, options.get("zones")?.value ?? {}), settings);
    return new CsvDecoder({ dialect: DIALECT }, settings, (record) => judge(record, columns, calls));
  };
  // An option of the controller makes milliseconds of the seconds: in the wrong unit, calls do not fit their times.
  return unit === undefined ? new BestWayDecoder([open("s"), open("ms")]) : open(unit)();
}

function readColumns(node: JsonNode | undefined): Partial<Columns> {
  const entries = node?.only(...COLUMN_NAMES).entries() ?? [];
  return Object.fromEntries(entries.map(([name, column]) => [name, column.whole(1, 4_096)]));
}

/** What becomes of a record; `set` are the columns that the operator knows better. */
function judge(record: CsvRecord, set: Partial<Columns>, calls: NamedRecords): RowOutcome {
  const [status, address] = [record.field(0), record.field(1)];
  const why = NON_BILLABLE.get(status);
  if ((why === undefined && status !== STOP) || !ADDRESS.test(address))
    return { kind: "reject", reject: notSbc(status, address) };
  if (why !== undefined) return { kind: "non-billable", why };
  const columns = columnsOf(record, set);
  // A call goes on behind its realms.
  const least = Math.max(columns.ingressRealm, columns.disconnect) + 1;
  if (record.fieldCount < least)
    return { kind: "reject", reject: columnCount({ seen: record.fieldCount, expected: `at least ${least}` }) };
  const values = new Map<string, string>();
  for (const [name, column] of Object.entries(columns)) values.set(name, record.field(column - 1));
  return calls.judge(values, record.rawText());
}

/** Where the older release has its first time, the later ones have the session time. */
function columnsOf(record: CsvRecord, set: Partial<Columns>): Columns {
  const isUnforked = CLOCK.test(record.field(UNFORKED.setup - 1));
  return { ...(isUnforked ? UNFORKED : FORKED), ...LATE_COLUMNS.get(record.fieldCount), ...set };
}

/** A rerouted call has a stop record for every attempt: one session, several egress calls. */
function callMapping(unit: "s" | "ms", zones: unknown) {
  const time = (column: keyof Columns) => ({ column, format: TIME, zones, empty: ["0", NEVER] });
  return {
    key: "sessionId",
    leg: "egressCallId",
    callId: { firstOf: ["ingressCallId", "sessionId"] },
    calling: { column: "calling", as: "sip-user" },
    called: { column: "called", as: "sip-user" },
    startedAt: time("setup"),
    answeredAt: time("connect"),
    endedAt: time("disconnect"),
    talked: { column: "sessionTime", unit },
    sourceAddress: { column: "ingressAddress", before: ":" },
    ingressTrunk: "ingressRealm",
    egressTrunk: "egressRealm",
    cause: { sip: "sipStatus", text: "disconnectCause" },
  };
}

const notSbc = (status: string, address: string): Reject => ({
  code: "value-invalid",
  what: `Status "${status.slice(0, 40)}" and address "${address.slice(0, 40)}" do not begin a record of the switch.`,
  fix: "Check that this is a local CDR file: it begins with 1, 2, 3, 7 or 8 and the controller's address.",
});
