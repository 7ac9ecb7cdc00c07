import { BestWayDecoder } from "../best-way-decoder.ts";
import type { Decoder, DecoderSettings, SwitchFormat } from "../decoder.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { openMapped } from "../mapping/open-mapped.ts";
import { type NameOf, readRenamed } from "../mapping/renamed-columns.ts";
import { STAMP } from "../text/timestamp-pattern.ts";

/**
 * VOS3000: the hourly text files of its softswitch (18 columns between `|`), the daily tables `e_cdr_…` exported with a
 * header row, and the answers of its web API's GetCdr. Source: docs/guides/vos3000.md; vectors:
 * test/vectors/cdr/vos3000/.
 */
export const vos3000: SwitchFormat = {
  name: "vos3000",
  title: "VOS3000 (hourly files, table export, web API)",
  evidence: "unproven",
  isTableExport: true,
  hint: { fileName: /^e_cdr_\d{8}|^20\d{8}\.txt$/, head: /callere164/i },
  open: (settings) => openVos3000(settings),
};

/** Columns of the tables that calls are made of, and what the web API calls them. */
const COLUMNS = {
  flowno: "flowNo",
  callere164: "callerE164",
  calleraccesse164: "callerAccessE164",
  calleee164: "calleeE164",
  calleeaccesse164: "calleeAccessE164",
  starttime: "start",
  stoptime: "stop",
  holdtime: "holdTime",
  endreason: "endReason",
  callergatewayid: "callerGateway",
  calleegatewayid: "calleeGateway",
  callerip: "callerip",
  customeraccount: "account",
  softswitchcallid: "softswitchCallId",
} as const;
type Column = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as Column[];

/**
 * The hourly file, in the tables' names, as far as its columns are known: the last is not read, as it may be a call's
 * number or not. Source: VOS3000 manual §4.4.
 */
const HOURLY = [
  "callere164",
  "calleee164",
  "starttime",
  "stoptime",
  "holdtime",
  "endreason",
  "enddirection",
  "callergatewayid",
  "calleegatewayid",
  "callerip",
  "calleeip",
  ...["12", "13", "14", "15", "16", "17", "18"],
];

const HOURLY_TIMES = ["yyyyMMddHHmmss", STAMP];
/** By release local time or UTC milliseconds. */
const TABLE_TIMES = [STAMP, "epoch-ms"];

const OPTIONS = ["columns", "delimiter", "times", "calling", "called", "endReasons"] as const;

/** What database clients write: text between tabs is never quoted. */
const DIALECTS = [
  { delimiter: ",", quoting: "doubled" },
  { delimiter: "\t", quoting: "none" },
  { delimiter: ";", quoting: "doubled" },
  { delimiter: "|", quoting: "none" },
];

function openVos3000(settings: DecoderSettings): Decoder {
  const options = new JsonNode(settings.mapping ?? {}).only(...OPTIONS);
  const columns = options.get("columns");
  const delimiter = options.get("delimiter")?.delimiter();
  const times = options.get("times")?.value;
  const read = (layout: object, nameOf: NameOf<Column>, usualTimes: readonly string[]) => () =>
    openMapped({ layout, ...callOf(options, nameOf, times ?? usualTimes) }, settings);
  const tables = (nameOf: NameOf<Column>) =>
    DIALECTS.filter((dialect) => delimiter === undefined || dialect.delimiter === delimiter).map((dialect) =>
      read({ kind: "csv", header: true, trim: true, ...dialect }, nameOf, TABLE_TIMES),
    );
  if (columns?.isObject()) return new BestWayDecoder(tables(readRenamed(columns, NAMES)));
  const asInTable = (column: Column): string => column;
  const hourly = (names: unknown) => {
    const layout = { kind: "csv", delimiter: delimiter ?? "|", quoting: "none", columns: names };
    return read(layout, asInTable, HOURLY_TIMES);
  };
  if (columns !== undefined) return hourly(columns.value)();
  return new BestWayDecoder([
    // Some releases end each line with a delimiter.
    hourly([HOURLY, [...HOURLY, "19"]]),
    ...tables(asInTable),
    read({ kind: "json", records: "infoCdrs" }, (column) => COLUMNS[column], TABLE_TIMES),
  ]);
}

/** What a call is made of. */
function callOf(options: JsonNode, nameOf: NameOf<Column>, times: unknown): object {
  const optional = (column: Column) => ({ column: nameOf(column), optional: true, empty: ["NULL", "\\N"] });
  const number = (option: "calling" | "called", usual: Column) =>
    optional(options.get(option)?.oneOf(NUMBERS) ?? usual);
  const isRecord = {
    all: (["calleee164", "starttime"] as const).map((column) => ({ column: nameOf(column), empty: false })),
  };
  const hasNoEnd = { column: nameOf("stoptime"), oneOf: ["", "0", "NULL", "\\N"] };
  const time = (column: Column) => ({ column: nameOf(column), format: times });
  return {
    rows: { nonBillable: [{ when: { all: [isRecord, hasNoEnd] }, why: "call that is still up" }] },
    key: { firstOf: [optional("flowno"), { record: true }] },
    callId: optional("softswitchcallid"),
    calling: number("calling", "callere164"),
    called: number("called", "calleee164"),
    // Whether the start is set-up or answer: with end and talk time it makes the same call.
    startedAt: time("starttime"),
    endedAt: time("stoptime"),
    talked: { column: nameOf("holdtime"), unit: "s" },
    accountCode: optional("customeraccount"),
    sourceAddress: optional("callerip"),
    ingressTrunk: optional("callergatewayid"),
    egressTrunk: optional("calleegatewayid"),
    cause: {
      sip: optional("endreason"),
      text: optional("endreason"),
      words: options.get("endReasons")?.value ?? {},
    },
  };
}

const NUMBERS = ["callere164", "calleraccesse164", "calleee164", "calleeaccesse164"] as const;
