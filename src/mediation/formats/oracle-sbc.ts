import type { Reject } from "../../core/reject.ts";
import { BestWayDecoder } from "../best-way-decoder.ts";
import { CsvDecoder } from "../csv/csv-decoder.ts";
import type { CsvDialect } from "../csv/dialect.ts";
import type { CsvRecord } from "../csv/record.ts";
import type { Decoder, DecoderSettings, RowOutcome, SwitchFormat } from "../decoder.ts";
import { compileCall } from "../mapping/call-reader.ts";
import { type Fields, Slots } from "../mapping/fields.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { columnCount } from "../mapping/record-faults.ts";
import { contentHash } from "../mapping/record-identity.ts";

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

/** A column of a stop record, counted from 1. */
type Columns = Readonly<Partial<Record<ColumnName, number>>>;
const COLUMN_NAMES = [
  ...(["sessionId", "ingressCallId", "egressCallId", "calling", "called", "sessionTime", "setup", "connect"] as const),
  ...(["disconnect", "disconnectCause", "egressRealm", "ingressRealm", "ingressAddress", "sipStatus"] as const),
] as const;
type ColumnName = (typeof COLUMN_NAMES)[number];

/** Releases S-C(X)6.2 and later, with the identifier of a forked call in column 8. */
const FORKED: Columns = {
  ...{ sessionId: 4, ingressCallId: 5, egressCallId: 6, calling: 10, called: 11, sessionTime: 13 },
  ...{ setup: 14, connect: 15, disconnect: 16, disconnectCause: 17, egressRealm: 22, ingressRealm: 23 },
};
/** Release S-C6.1, without it. */
const UNFORKED: Columns = {
  ...{ sessionId: 4, ingressCallId: 5, egressCallId: 6, calling: 9, called: 10, sessionTime: 12 },
  ...{ setup: 13, connect: 14, disconnect: 15, disconnectCause: 16, egressRealm: 21, ingressRealm: 22 },
};
/** Columns behind the quality figures, by the number of columns of a stop record; 269 has 94 more figures before them. */
const LATE_COLUMNS: ReadonlyMap<number, Columns> = new Map([
  [168, { ingressAddress: 127, sipStatus: 134 }],
  [171, { ingressAddress: 128, sipStatus: 135 }],
  [175, { ingressAddress: 128, sipStatus: 135 }],
  [269, { ingressAddress: 222, sipStatus: 229 }],
]);

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
    const reader = new StopReader(settings, columns, { unit: each, zones: options.get("zones")?.value ?? {} });
    return new CsvDecoder(DIALECT, (record) => reader.judge(record));
  };
  // An option of the controller makes milliseconds of the seconds: in the wrong unit, calls do not fit their times.
  return unit === undefined ? new BestWayDecoder([open("s"), open("ms")]) : open(unit)();
}

function readColumns(node: JsonNode | undefined): Columns {
  const entries = node?.only(...COLUMN_NAMES).entries() ?? [];
  return Object.fromEntries(entries.map(([name, column]) => [name, column.whole(1, 4_096)]));
}

/** Makes calls of stop records, by the columns of their release. */
class StopReader implements Fields {
  readonly #set: Columns;
  readonly #slots = new Slots();
  readonly #readCall: ReturnType<typeof compileCall>;
  #record: CsvRecord | null = null;
  #columns: Columns = FORKED;

  constructor(settings: DecoderSettings, set: Columns, time: { unit: "s" | "ms"; zones: unknown }) {
    this.#set = set;
    this.#readCall = compileCall(new JsonNode(callMapping(time)), this.#slots, settings);
  }

  judge(record: CsvRecord): RowOutcome {
    const status = record.field(0);
    const why = NON_BILLABLE.get(status);
    if ((why === undefined && status !== STOP) || !ADDRESS.test(record.field(1)))
      return { kind: "reject", reject: notSbc(status, record.field(1)) };
    if (why !== undefined) return { kind: "non-billable", why };
    this.#record = record;
    this.#columns = this.#columnsOf(record);
    const least = Math.max(this.#columns.ingressRealm ?? 0, this.#columns.disconnect ?? 0) + 1;
    if (record.fieldCount < least)
      return { kind: "reject", reject: columnCount({ seen: record.fieldCount, expected: `at least ${least}` }) };
    const call = this.#readCall(this);
    return "code" in call ? { kind: "reject", reject: call } : { kind: "call", call };
  }

  text(slot: number): string {
    const column = this.#columns[this.#slots.all[slot]?.ref as ColumnName];
    return column === undefined ? "" : this.#record!.field(column - 1);
  }

  identity(): string {
    return contentHash(this.#record!.rawText());
  }

  /** Where the older release has its first time, the later ones have the session time. */
  #columnsOf(record: CsvRecord): Columns {
    const isUnforked = CLOCK.test(record.field((UNFORKED.setup ?? 0) - 1));
    return { ...(isUnforked ? UNFORKED : FORKED), ...LATE_COLUMNS.get(record.fieldCount), ...this.#set };
  }
}

/** A rerouted call has a stop record for every attempt: one session, several egress calls. */
function callMapping({ unit, zones }: { unit: "s" | "ms"; zones: unknown }) {
  const time = (column: ColumnName) => ({ column, format: TIME, zones, empty: ["0", NEVER] });
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
  what: `Status "${status.slice(0, 40)}" and address "${address.slice(0, 40)}" do not begin a record of the controller.`,
  fix: "Check that this is a local CDR file: it begins with 1, 2, 3, 7 or 8 and the controller's address.",
});
