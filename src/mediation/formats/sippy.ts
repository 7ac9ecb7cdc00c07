import type { Reject } from "../../core/reject.ts";
import { BestWayDecoder } from "../best-way-decoder.ts";
import type { Decoder, DecoderSettings, RowOutcome, SwitchFormat } from "../decoder.ts";
import { FirstLineDecoder } from "../first-line-decoder.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { NamedRecords } from "../mapping/named-records.ts";
import { openMapped } from "../mapping/open-mapped.ts";
import { PairLinesDecoder } from "../mapping/pair-lines-decoder.ts";
import { type NameOf, readRenamed } from "../mapping/renamed-columns.ts";
import { STAMP } from "../text/timestamp-pattern.ts";
import { childOf, readTree, type XmlNode } from "../xml/read-tree.ts";
import { notXml, XmlDecoder } from "../xml/xml-decoder.ts";

/**
 * Sippy softswitch: the answers of getAccountCDRs and getCustomerCDRs over XML-RPC, the same fields as CSV with a
 * header, or as lines of `name=value;…`. Source: docs/guides/sippy.md; vectors: test/vectors/cdr/sippy/.
 */
export const sippy: SwitchFormat = {
  name: "sippy",
  title: "Sippy softswitch (XML-RPC, CSV)",
  evidence: "unproven",
  isTableExport: true,
  hint: { head: /\bi_cdr\b/ },
  open: (settings) => openSippy(settings),
};

const COLUMNS = [
  "i_cdr",
  "i_cdrs_customer",
  "i_call",
  "i_account",
  "i_customer",
  "call_id",
  "setup_time",
  "connect_time",
  "disconnect_time",
  "duration",
  "billed_duration",
  "cli",
  "cli_in",
  "cld",
  "cld_in",
  "result",
  "remote_ip",
] as const;
type Column = (typeof COLUMNS)[number];

/** Records are structs in a list, which a struct holds that says whether the request was granted. */
const RESPONSE = {
  element: "struct",
  root: "methodResponse",
  tags: ["params", "param", "value", "array", "data", "struct", "member", "name", "string"],
  words: ["cdrs", "result", "OK"],
};

const PAIRS = { separator: ";", begin: null };

const DIALECTS = [
  { delimiter: ",", quoting: "doubled" },
  { delimiter: ";", quoting: "doubled" },
  { delimiter: "\t", quoting: "none" },
  { delimiter: "|", quoting: "none" },
];

function openSippy(settings: DecoderSettings): Decoder {
  const options = new JsonNode(settings.mapping ?? {}).only("columns", "times", "calling", "called");
  const nameOf = readRenamed(options.get("columns"), COLUMNS);
  const tables = DIALECTS.map((dialect) => () => {
    const layout = { kind: "csv", header: true, trim: true, ...dialect };
    return openMapped({ layout, ...callOf(options, nameOf) }, settings);
  });
  tables[0]?.(); // a mistake in the options is told before a byte is read
  return new FirstLineDecoder((line) => {
    const records = new NamedRecords(
      callOf(options, (column) => column),
      settings,
    );
    if (line.startsWith("<")) return new XmlDecoder(RESPONSE, (xml) => judgeStruct(xml, records));
    if (!/^\w+=[^;]*;/.test(line)) return new BestWayDecoder(tables);
    return new PairLinesDecoder(PAIRS, settings, (values, raw) => records.judge(values, raw));
  });
}

function judgeStruct(xml: string, records: NamedRecords): RowOutcome {
  const struct = readTree(xml);
  if (typeof struct === "string") return { kind: "reject", reject: notXml(struct) };
  const pairs = struct.children.map((member) => [textOf(member, "name"), textOf(member, "value")] as const);
  const members = new Map(pairs);
  if (members.has("faultString")) return { kind: "reject", reject: requestRefused(members.get("faultString") ?? "") };
  // A list without records: then the struct around it is closed before one begins.
  if (members.has("cdrs")) return { kind: "framing", what: "blank" };
  return records.judge(members, xml);
}

/** XML-RPC names a value's type by an element around it, or not; `<nil/>` is nothing. */
function textOf(member: XmlNode, name: "name" | "value"): string {
  const node = childOf(member, name);
  return (node?.children[0] ?? node)?.text ?? "";
}

const ZEROS = ["0", "0.0", "0.00", "0.000", "0.000000"];

/** What a call is made of. */
function callOf(options: JsonNode, nameOf: NameOf<Column>): object {
  const optional = (column: Column, ...empty: string[]) => ({
    column: nameOf(column),
    optional: true,
    empty: ["NULL", "\\N", ...empty],
  });
  const is = (column: Column, test: object) => ({ column: nameOf(column), ...test });
  const number = (option: "calling" | "called", usual: Column) =>
    optional(options.get(option)?.oneOf(["cli", "cli_in", "cld", "cld_in"]) ?? usual);
  const format = options.get("times")?.value ?? ["HH:mm:ss[.S] z E MMM d yyyy", STAMP];
  const time = (column: Column) => ({ ...optional(column, "-"), format });
  const legOf = (column: Column, leg: string) => ({ when: is(column, { empty: false }), value: { constant: leg } });
  const hasNoDuration = is("duration", { empty: true });
  return {
    key: { firstOf: [optional("i_cdr"), optional("i_cdrs_customer"), optional("i_call"), { record: true }] },
    // A call is in the records of the account and in those of each customer above it, by numbers of their own.
    leg: { cases: [legOf("i_account", "account"), legOf("i_customer", "customer")] },
    callId: { firstOf: [optional("i_call"), optional("call_id")] },
    calling: number("calling", "cli"),
    called: number("called", "cld"),
    startedAt: time("setup_time"),
    answeredAt: time("connect_time"),
    endedAt: time("disconnect_time"),
    answered: {
      not: {
        any: [
          is("connect_time", { oneOf: ["", "-", "NULL", "\\N"] }),
          is("duration", { oneOf: ZEROS }),
          { all: [hasNoDuration, is("billed_duration", { oneOf: ZEROS })] },
        ],
      },
    },
    talked: [
      { ...optional("duration"), unit: "s" },
      // What was billed is rounded up: only where nothing else tells how long the call was.
      { cases: [{ when: is("disconnect_time", { empty: true }), value: optional("billed_duration") }], unit: "s" },
    ],
    accountCode: { firstOf: [optional("i_account"), optional("i_customer")] },
    sourceAddress: optional("remote_ip"),
    cause: { sip: { ...optional("result", "0"), after: "-" }, text: optional("result", "0") },
  };
}

const requestRefused = (reason: string): Reject => ({
  code: "value-invalid",
  what: `The file is an answer without records: Sippy refused the request ("${reason.slice(0, 200)}").`,
  fix: "Correct the request (login, account, dates) and fetch the records again.",
});
