import { BroadworksReader } from "../broadworks-call.ts";
import type { RowOutcome, SwitchFormat } from "../decoder.ts";
import { readElement } from "../xml/read-element.ts";
import { notXml, XmlDecoder } from "../xml/xml-decoder.ts";

/**
 * BroadWorks accounting files in XML: one `cdrData` a party and call, times in UTC with milliseconds. Only records
 * of the type Normal are calls. Source: docs/guides/broadworks.md.
 */
export const broadworksXml: SwitchFormat = {
  name: "broadworks-xml",
  title: "BroadWorks accounting (XML)",
  evidence: "proven",
  hint: { fileName: /^BW-CDR|\.xml$/ },
  open(settings) {
    const reader = new BroadworksReader(settings);
    return new XmlDecoder(LAYOUT, (xml) => judge(reader, xml));
  },
};

const LAYOUT = {
  element: "cdrData",
  root: "broadWorksCDR",
  sequenceOf: (xml: string) => /<eventCounter>\s*(\d+)\s*</.exec(xml)?.[1],
};

function judge(reader: BroadworksReader, xml: string): RowOutcome {
  const texts = readElement(xml);
  if (typeof texts === "string") return { kind: "reject", reject: notXml(texts) };
  const text = (name: string) => texts.get(name) ?? "";
  return reader.judge(["eventCounter", "systemId", "date", "systemTimeZone"].map(text).join(""), text);
}
