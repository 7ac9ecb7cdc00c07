import { JsonNode } from "../mapping/json-node.ts";

/** What a column of an acc row can hold. `ignored` may stand for any number of columns. */
export const ACC_COLUMNS = [
  "recordId",
  "method",
  "fromTag",
  "toTag",
  "callId",
  "sipCode",
  "sipReason",
  /** When the transaction ended: the answer of an INVITE, the end of a BYE. */
  "time",
  /** Microseconds of `time`, where it is whole seconds. */
  "timeMicros",
  /** Of a whole call in one row. */
  "durationS",
  "durationMs",
  "setupS",
  "createdTime",
  "startTime",
  "answerTime",
  "endTime",
  "calling",
  "called",
  "accountCode",
  "sipUser",
  "sourceAddress",
  "ingressTrunk",
  "egressTrunk",
  "ignored",
] as const;
export type AccColumn = (typeof ACC_COLUMNS)[number];

/** Where each column stands, from 0. A column that is not there is read as "". */
export type AccLayout = ReadonlyMap<AccColumn, number>;

/** The columns of every acc row; what a site adds follows them. */
export const ACC_CORE: readonly AccColumn[] = ["method", "fromTag", "toTag", "callId", "sipCode", "sipReason", "time"];

/** The layout with these columns in this order. */
export const layoutOf = (columns: readonly AccColumn[]): AccLayout =>
  new Map(columns.flatMap((column, index) => (column === "ignored" ? [] : [[column, index] as const])));

/**
 * Column names of the two servers' own tables and of the extra columns in their sample configurations. Where two
 * names mean one column, the first that a file has is used: `dst_user` (where the call went) before `dst_ouser`
 * (what was dialled).
 */
const NAMES: readonly (readonly [AccColumn, ...names: string[]])[] = [
  ["recordId", "id", "cdr_id"],
  ["method", "method"],
  ["fromTag", "from_tag", "fromtag", "sip_from_tag"],
  ["toTag", "to_tag", "totag", "sip_to_tag"],
  ["callId", "callid", "call_id", "sip_call_id", "sip_callid"],
  ["sipCode", "sip_code", "code"],
  ["sipReason", "sip_reason", "reason"],
  ["time", "time_attr", "timestamp", "time"],
  ["timeMicros", "time_exten"],
  ["durationS", "duration"],
  ["durationMs", "ms_duration"],
  ["setupS", "setuptime", "setup_time"],
  ["createdTime", "created"],
  ["startTime", "start_time", "call_start_time"],
  ["answerTime", "answer_time", "connect_time"],
  ["endTime", "end_time"],
  // biome-ignore format: one line a column
  ["calling", "calling", "caller", "src_user", "src_username", "src_uri", "src", "from_user", "from_uri", "caller_id", "calling_number"],
  // biome-ignore format: one line a column
  ["called", "called", "callee", "dst_user", "dst_username", "dst_ouser", "dst_uri", "dst", "ruri_user", "ruri", "to_user", "callee_id", "called_number"],
  ["accountCode", "account_code", "accountcode", "account"],
  ["sipUser", "sip_user", "auth_user", "username"],
  ["sourceAddress", "src_ip", "source_ip", "src_addr"],
  ["ingressTrunk", "ingress_trunk", "src_gw", "trunk_in"],
  ["egressTrunk", "egress_trunk", "dst_gw", "gw", "carrier", "trunk_out"],
];

const NAMES_OF = new Map(NAMES.map(([column, ...names]) => [column, names]));

/** The columns of a row that brings their names with it, with the site's own names first; `values` by lower-case name. */
export function columnOfNamed(values: ReadonlyMap<string, string>, own: ReadonlyMap<string, AccColumn>) {
  return (column: AccColumn): string => {
    const named = [...own].filter(([, meaning]) => meaning === column).map(([name]) => name);
    const name = [...named, ...(NAMES_OF.get(column) ?? [])].find((each) => values.has(each));
    return name === undefined ? "" : (values.get(name) ?? "");
  };
}

/** The layout that a header row names, with the site's own names first; undefined when the row is no header. */
export function layoutOfHeader(fields: readonly string[], own: ReadonlyMap<string, AccColumn>): AccLayout | undefined {
  const names = fields.map((field) => field.trim().toLowerCase());
  const layout = new Map<AccColumn, number>();
  for (const [column, ...known] of NAMES) {
    const index = known.map((name) => names.indexOf(name)).find((at) => at >= 0);
    if (index !== undefined) layout.set(column, index);
  }
  if (!layout.has("callId") && !(layout.has("startTime") && (layout.has("endTime") || layout.has("durationS"))))
    return undefined;
  for (const [name, column] of own) if (names.includes(name)) layout.set(column, names.indexOf(name));
  return layout;
}

/** What an operator sets about a source's columns. */
export interface AccSettings {
  /** One character; null: found from the first line. */
  readonly delimiter: string | null;
  /** Columns in their order; null: by the header row, or else the server's usual ones. */
  readonly columns: readonly AccColumn[] | null;
  /** Meaning of columns that a header names, lower case. */
  readonly names: ReadonlyMap<string, AccColumn>;
}

/**
 * Reads a source's `mapping`: `{ "delimiter": "|", "columns": ["method", …] }`, or for files with a header
 * `{ "columns": { "caller_num": "calling" } }`; null for all defaults. Errors: Problem `mapping-invalid`.
 */
export function readAccSettings(mapping: unknown): AccSettings {
  if (mapping === null || mapping === undefined) return { delimiter: null, columns: null, names: new Map() };
  const node = new JsonNode(mapping).only("delimiter", "columns");
  const delimiter = node.get("delimiter")?.delimiter() ?? null;
  const columns = node.get("columns");
  if (columns === undefined) return { delimiter, columns: null, names: new Map() };
  if (columns.isObject()) {
    const names = columns.entries().map(([name, column]) => [name.toLowerCase(), column.oneOf(ACC_COLUMNS)] as const);
    return { delimiter, columns: null, names: new Map(names) };
  }
  const list = columns.list().map((column) => column.oneOf(ACC_COLUMNS));
  const twice = list.find((column, index) => column !== "ignored" && list.indexOf(column) !== index);
  if (twice) throw columns.invalid(`"${twice}" is there twice.`, 'Name each column once; the others are "ignored".');
  return { delimiter, columns: list, names: new Map() };
}
