import { SaxesParser } from "saxes";

/** Elements inside elements; no call record nests deeper. */
const DEPTH_MAX = 32;

/** One element of a record. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Characters directly inside, without spaces around them. */
  readonly text: string;
  readonly children: readonly XmlNode[];
}

interface OpenNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  readonly children: XmlNode[];
}

/**
 * Reads one element of XML. Nothing outside it is looked at, so no document type and no entity of one is ever expanded.
 * Returns what is wrong as text when it is not well-formed or nests too deep.
 */
export function readTree(xml: string): XmlNode | string {
  const parser = new SaxesParser({ fragment: false, xmlns: false });
  const outside: OpenNode = { name: "", attributes: {}, text: "", children: [] };
  const open = [outside];
  let fault: string | null = null;
  const addText = (text: string): void => {
    open.at(-1)!.text += text;
  };
  parser.on("error", (error) => {
    fault ??= error.message;
  });
  parser.on("doctype", () => {
    fault ??= "a document type stands inside a record";
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (open.length > DEPTH_MAX) fault ??= `elements nest deeper than ${DEPTH_MAX}`;
    open.push({ name, attributes, text: "", children: [] });
  });
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const { text, ...rest } = open.pop()!;
    (open.at(-1) ?? outside).children.push({ ...rest, text: text.trim() });
  });
  parser.write(xml).close();
  return fault ?? outside.children[0]!;
}

/** The first child of that name. */
export const childOf = (node: XmlNode | undefined, name: string): XmlNode | undefined =>
  node?.children.find((child) => child.name === name);
