import { type BerHeader, readHeader } from "./header.ts";
import { type BerTag, END_OF_CONTENTS } from "./tag.ts";

/** One element of a record with all it holds. */
export interface BerElement {
  readonly tag: BerTag;
  /** Where its header starts in the record. */
  readonly at: number;
  /** null: a primitive value. */
  readonly children: readonly BerElement[] | null;
  /** Its content octets, headers of children and end-of-contents octets included. */
  readonly content: Uint8Array;
}

/** Why a record is not well-formed. */
export interface BerFault {
  /** Offset in the record of the first byte that cannot be. */
  readonly at: number;
  /** The elements around that place, outermost first. */
  readonly path: readonly BerTag[];
  readonly fault: string;
}

/** Deeper nesting is no usage record: TAP's deepest value has nine elements around it. */
export const DEPTH_MAX = 32;

/** A record with more is not one of usage; without a limit, 1 MiB of empty elements would become 50 MB of objects. */
const ELEMENTS_MAX = 65_536;

/** Reads one whole element, which is all that `bytes` hold. */
export function parseElement(bytes: Uint8Array): BerElement | BerFault {
  const parser = new Parser(bytes);
  const element = parser.element(0, bytes.length);
  if ("fault" in element) return element;
  if (parser.next === bytes.length) return element;
  return { at: parser.next, path: [], fault: "the record goes on after its end" };
}

class Parser {
  readonly #bytes: Uint8Array;
  readonly #path: BerTag[] = [];
  #elements = 0;
  /** Where the element read last ended. */
  next = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  element(at: number, end: number): BerElement | BerFault {
    const header = readHeader(this.#bytes, at, end);
    if (header === null) return this.#fault(at, "it ends within a tag or length");
    if ("fault" in header) return this.#fault(at, header.fault);
    if (++this.#elements > ELEMENTS_MAX) return this.#fault(at, `it has more than ${ELEMENTS_MAX} elements`);
    const from = at + header.headerBytes;
    if (from + (header.contentBytes ?? 0) > end) return this.#fault(at, "a length reaches beyond what is there");
    if (header.isConstructed) return this.#constructed(at, header, end);
    this.next = from + (header.contentBytes ?? 0);
    return { tag: header.tag, at, children: null, content: this.#bytes.subarray(from, this.next) };
  }

  #constructed(at: number, { tag, contentBytes, headerBytes }: BerHeader, end: number): BerElement | BerFault {
    if (this.#path.length >= DEPTH_MAX) return this.#fault(at, `it nests deeper than ${DEPTH_MAX} elements`);
    this.#path.push(tag);
    const from = at + headerBytes;
    const childrenEnd = contentBytes === null ? end : from + contentBytes;
    const children: BerElement[] = [];
    this.next = from;
    while (contentBytes === null || this.next < childrenEnd) {
      const child = this.element(this.next, childrenEnd);
      if ("fault" in child) return child;
      if (child.tag === END_OF_CONTENTS) {
        if (contentBytes === null && child.content.length === 0) break;
        return this.#fault(child.at, "end-of-contents octets stand where none are due");
      }
      children.push(child);
    }
    this.#path.pop();
    return { tag, at, children, content: this.#bytes.subarray(from, this.next) };
  }

  #fault(at: number, fault: string): BerFault {
    return { at, path: [...this.#path], fault };
  }
}

/** The first child with this tag; undefined for none. */
export const childOf = ({ children }: BerElement, tag: BerTag): BerElement | undefined =>
  children?.find((child) => child.tag === tag);

/** The first element with this tag, however deep, in the order of the bytes; undefined for none. */
export function findElement(element: BerElement, tag: BerTag): BerElement | undefined {
  if (element.children === null) return undefined;
  for (const child of element.children) {
    const found = child.tag === tag ? child : findElement(child, tag);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All elements with this tag, however deep, in the order of the bytes; what stands inside one of them is its own. */
export function findElements(element: BerElement, tag: BerTag): readonly BerElement[] {
  const found: BerElement[] = [];
  collect(element, tag, found);
  return found;
}

function collect({ children }: BerElement, tag: BerTag, found: BerElement[]): void {
  if (children === null) return;
  for (const child of children) {
    if (child.tag === tag) found.push(child);
    else collect(child, tag, found);
  }
}
