import type { DecoderSettings, RowOutcome, SwitchFormat } from "../decoder.ts";
import { decodeFreeswitchDocument } from "../freeswitch-document.ts";
import { unwrapCdrPost, XML_DOCUMENT } from "../freeswitch-post.ts";
import { childOf, readTree, type XmlNode } from "../xml/read-tree.ts";
import { notXml, XmlDecoder } from "../xml/xml-decoder.ts";

/**
 * FreeSWITCH mod_xml_cdr: the files of its `log-dir` and `err-log-dir`, or its posts. One document a leg, alone in its
 * file or one after the other. What a document says is what mod_json_cdr's says, and a leg that several of FreeSWITCH's
 * modules report is one call. Source: docs/guides/freeswitch.md; vectors: test/vectors/cdr/freeswitch-xml/.
 */
export const freeswitchXml: SwitchFormat = {
  name: "freeswitch-xml",
  title: "FreeSWITCH mod_xml_cdr",
  evidence: "unproven",
  hint: { fileName: /\.cdr\.xml$/ },
  open: (settings) => new XmlDecoder(LAYOUT, (xml) => judge(xml, settings)),
  unwrapPost: (contentType, body) => unwrapCdrPost(XML_DOCUMENT, contentType, body),
};

const LAYOUT = { element: "cdr", root: null, tags: ["cdrs"] };

function judge(xml: string, settings: DecoderSettings): RowOutcome {
  let document = readTree(xml);
  if (typeof document === "string") document = readTree(withoutOddVariables(xml));
  if (typeof document === "string") return { kind: "reject", reject: notXml(document) };
  return decodeFreeswitchDocument(asJson(document), settings);
}

/** The document as mod_json_cdr would have written it. */
function asJson(document: XmlNode): unknown {
  const variables = childOf(document, "variables");
  const callflows = document.children.filter(({ name }) => name === "callflow");
  return {
    variables: variables && textsOf(variables),
    channel_data: textsOf(childOf(document, "channel_data")),
    callflow: callflows.map((callflow) => ({ caller_profile: textsOf(childOf(callflow, "caller_profile")) })),
  };
}

/** The first of each name, as with any look-up. */
const textsOf = (node: XmlNode | undefined): Record<string, string> =>
  Object.fromEntries((node?.children ?? []).map(({ name, text }) => [name, text] as const).reverse());

/**
 * FreeSWITCH makes a tag of any variable, also of one that a dialplan misspelt, and whose name no tag can have:
 * `<set api_on_answer>`. None of those is wanted here.
 */
const withoutOddVariables = (xml: string): string =>
  xml.replace(/<([^<>/?!][^<>]*)>[^<]*<\/\1>/g, (element, name: string) =>
    /^[A-Za-z_][\w.-]*$/.test(name) ? element : "",
  );
