import { readTree, type XmlNode } from "./read-tree.ts";

/** The texts of an element, by tag name: the first of each name, as records repeat names only in lists. */
export type ElementTexts = ReadonlyMap<string, string>;

/** Reads one element of XML as {@link readTree} does, for records whose names tell all. */
export function readElement(xml: string): ElementTexts | string {
  const tree = readTree(xml);
  if (typeof tree === "string") return tree;
  const texts = new Map<string, string>();
  addTexts(tree, texts);
  return texts;
}

/** In the order in which elements end: what is inside goes before what is around it. */
function addTexts({ name, text, children }: XmlNode, texts: Map<string, string>): void {
  for (const child of children) addTexts(child, texts);
  if (!texts.has(name)) texts.set(name, text);
}
