import { SaxesParser } from "saxes";

/** Elements inside elements; no call record nests deeper. */
const DEPTH_MAX = 32;

/** The texts of an element, by tag name: the first of each name, as records repeat names only in lists. */
export type ElementTexts = ReadonlyMap<string, string>;

/**
 * Reads one element of XML. Nothing outside it is looked at, so no document type and no entity of one is ever expanded.
 * Returns what is wrong as text when it is not well-formed or nests too deep.
 */
export function readElement(xml: string): ElementTexts | string {
  const parser = new SaxesParser({ fragment: false });
  const texts = new Map<string, string>();
  const open: string[] = [];
  let text = "";
  let fault: string | null = null;
  parser.on("error", (error) => {
    fault ??= error.message;
  });
  parser.on("doctype", () => {
    fault ??= "a document type stands inside a record";
  });
  parser.on("opentag", ({ name }) => {
    open.push(name);
    text = "";
    if (open.length > DEPTH_MAX) fault ??= `elements nest deeper than ${DEPTH_MAX}`;
  });
  parser.on("text", (part) => {
    text += part;
  });
  parser.on("cdata", (part) => {
    text += part;
  });
  parser.on("closetag", ({ name }) => {
    open.pop();
    if (!texts.has(name)) texts.set(name, text.trim());
    text = "";
  });
  parser.write(xml).close();
  return fault ?? texts;
}
