import fc from "fast-check";
import { expect, test } from "vitest";
import { anyBerNode } from "../../../test/support/any-ber.ts";
import { type BerNode, encodeBer } from "../../../test/support/ber.ts";
import { type BerElement, DEPTH_MAX, findElement, parseElement } from "./element.ts";
import { applicationTag, berTag, tagText } from "./tag.ts";

const RUNS = { numRuns: 300, seed: 20_261_121 };

/** Both sides in one form: tags as ASN.1 writes them, and hexadecimal. */
type Plain = readonly [tag: string, content: string | readonly Plain[]];

const plainNode = ({ classBits, number, content }: BerNode): Plain => [
  tagText(berTag(classBits, number)),
  content instanceof Uint8Array ? content.toHex() : content.map(plainNode),
];

const plainElement = ({ tag, content, children }: BerElement): Plain => [
  tagText(tag),
  children === null ? content.toHex() : children.map(plainElement),
];

test("what was written is read, however tags and lengths were written", () => {
  fc.assert(
    fc.property(anyBerNode, (node) => {
      const element = parseElement(encodeBer(node));
      expect("fault" in element ? element : plainElement(element)).toEqual(plainNode(node));
    }),
    RUNS,
  );
});

test("no part of an element is an element", () => {
  fc.assert(
    fc.property(anyBerNode, fc.nat(), (node, cut) => {
      const bytes = encodeBer(node);
      expect(parseElement(bytes.subarray(0, cut % bytes.length))).toHaveProperty("fault");
    }),
    RUNS,
  );
});

const bytes = (hex: string) => Uint8Array.fromHex(hex.replaceAll(" ", ""));

test.each<[string, number, string, string]>([
  // bytes                   at  fault                                              why
  ["", 0, "it ends within a tag or length", "nothing"],
  ["61", 0, "it ends within a tag or length", "a tag without a length"],
  ["41 05 01", 0, "a length reaches beyond what is there", "cut off"],
  ["61 03 41 05 01", 2, "a length reaches beyond what is there", "a child longer than its parent"],
  ["41 80", 0, "a primitive value has no length", "X.690 8.1.3.2"],
  ["41 ff 01", 0, "a length starts with the reserved octet ff", "X.690 8.1.3.5 c"],
  ["41 88 ff ff ff ff ff ff ff ff", 0, "a length is beyond that of any file", "a length of 2^64"],
  ["5f 81 82 83 84 05 00", 0, "a tag number has more than 28 bits", "a tag without end"],
  ["61 80 41 01 00", 5, "it ends within a tag or length", "an indefinite length without its end"],
  ["61 02 00 00", 2, "end-of-contents octets stand where none are due", "in a definite length"],
  ["41 00 00", 2, "the record goes on after its end", "more than one element"],
])("%s at %i: %s (%s)", (hex, at, fault) => {
  expect(parseElement(bytes(hex))).toMatchObject({ at, fault });
});

test("a fault is told with the elements around it", () => {
  const fault = parseElement(bytes("69 05 6f 03 41 09 01"));
  expect("fault" in fault && fault.path.map(tagText)).toEqual(["[APPLICATION 9]", "[APPLICATION 15]"]);
});

test("nesting is bounded, in either form of length", () => {
  const nest = (depth: number, length: "indefinite" | "padded"): BerNode => ({
    classBits: 1,
    number: 1,
    content: depth === 0 ? [] : [nest(depth - 1, length)],
    length,
  });
  for (const length of ["indefinite", "padded"] as const) {
    expect(parseElement(encodeBer(nest(DEPTH_MAX - 1, length)))).not.toHaveProperty("fault");
    const fault = `it nests deeper than ${DEPTH_MAX} elements`;
    expect(parseElement(encodeBer(nest(DEPTH_MAX, length)))).toMatchObject({ fault });
    expect(parseElement(encodeBer(nest(1_000, length)))).toMatchObject({ fault });
  }
});

test("the number of elements is bounded", () => {
  const many = { classBits: 1, number: 1, content: Array<BerNode>(70_000).fill(primitive(2)) };
  expect(parseElement(encodeBer(many))).toMatchObject({ fault: "it has more than 65536 elements" });
});

const primitive = (number: number): BerNode => ({ classBits: 1, number, content: new Uint8Array() });

test("an element is found however deep it stands, the first of several", () => {
  const inner: BerNode = { classBits: 1, number: 7, content: Uint8Array.of(1) };
  const other: BerNode = { classBits: 1, number: 7, content: Uint8Array.of(2) };
  const element = parseElement(
    encodeBer({ classBits: 1, number: 1, content: [{ classBits: 1, number: 2, content: [inner] }, other] }),
  );
  if ("fault" in element) expect.fail(element.fault);
  expect(findElement(element, applicationTag(7))?.content).toEqual(Uint8Array.of(1));
  expect(findElement(element, applicationTag(8))).toBeUndefined();
});
