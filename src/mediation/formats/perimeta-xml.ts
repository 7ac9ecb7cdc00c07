import type { Decoder, DecoderSettings, SwitchFormat } from "../decoder.ts";
import { CALL_PROPERTIES } from "../mapping/call-reader.ts";
import { JsonNode } from "../mapping/json-node.ts";
import { NamedRecords } from "../mapping/named-records.ts";
import { readTree, type XmlNode } from "../xml/read-tree.ts";
import { notXml, XmlDecoder } from "../xml/xml-decoder.ts";

/**
 * XML billing files of Metaswitch's session border controllers (Perimeta), and of Cisco's CUBE (SP), which comes from
 * the same house: one `call` a call, everything in attributes, times in UTC. Any part of a call can be read from
 * another attribute: `mapping` takes the properties of a mapping, with columns such as `party.orig@phone`. Source:
 * docs/guides/perimeta.md; vectors: test/vectors/cdr/perimeta-xml/.
 */
export const perimetaXml: SwitchFormat = {
  name: "perimeta-xml",
  title: "Metaswitch Perimeta SBC billing (XML)",
  evidence: "unproven",
  hint: { head: /<recordfile[\s>]/ },
  open: (settings) => openPerimeta(settings),
};

const LAYOUT = {
  element: "call",
  root: "recordfile",
  // Records of registrations, messages and the billing itself.
  tags: ["subscriber", "im_stats", "billingactivation", "billingdeactivation", "admin_domains", "ad"],
};

const TIMES = ["epoch-ms", "iso-8601"];
const KEYS = ["call@id", "call@callid", "call@correlator"];

const CALL = {
  key: {
    cases: [{ when: { any: KEYS.map((column) => ({ column, empty: false })) }, value: { firstOf: KEYS } }],
    otherwise: { record: true },
  },
  callId: { firstOf: KEYS },
  calling: "party.orig@phone",
  called: "party.term@phone",
  startedAt: { column: "call@starttime", format: TIMES },
  answeredAt: { firstOf: ["connect@time", "call@answertime"], format: TIMES, empty: ["0"] },
  endedAt: { firstOf: ["disconnect@time", "call@endtime"], format: TIMES, empty: ["0"] },
  accountCode: "adjacency.orig@account",
  sourceAddress: { firstOf: ["party.orig@ip", "adjacency.orig@ip"] },
  ingressTrunk: "adjacency.orig@name",
  egressTrunk: "adjacency.term@name",
  cause: { q850: "call@endreason", text: { firstOf: ["disconnect@reason", "release@reason"] } },
};

function openPerimeta(settings: DecoderSettings): Decoder {
  const options = new JsonNode(settings.mapping ?? {}).only(...CALL_PROPERTIES);
  const records = new NamedRecords({ ...CALL, ...(options.value as object) }, settings);
  return new XmlDecoder(LAYOUT, (xml) => {
    const record = readTree(xml);
    if (typeof record === "string") return { kind: "reject", reject: notXml(record) };
    return records.judge(valuesOf(record), xml.trim());
  });
}

/**
 * Attributes by element and name: `connect@time`; an element of a `type` is named with it: `party.orig@phone`. Of
 * several with one name the last counts: where a call was tried on several routes, that is the one it took.
 */
function valuesOf(record: XmlNode): Map<string, string> {
  const values = new Map<string, string>();
  const add = (node: XmlNode): void => {
    const { type, ...attributes } = node.attributes;
    const name = type === undefined ? node.name : `${node.name}.${type}`;
    for (const [attribute, value] of Object.entries(attributes)) values.set(`${name}@${attribute}`, value);
    for (const child of node.children) add(child);
  };
  add(record);
  return values;
}
