import fc from "fast-check";
import type { BerNode } from "./ber.ts";

const anyTag = fc.record({
  classBits: fc.integer({ min: 1, max: 3 }),
  number: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 2 ** 28 - 1 })),
});

const anyLength = fc.constantFrom<BerNode["length"][]>(undefined, "indefinite", "padded");

/** Any element: of any class but universal, nested a few levels, its lengths written in any way. */
export const anyBerNode: fc.Arbitrary<BerNode> = fc.letrec<{ node: BerNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    nodeOf(fc.uint8Array({ maxLength: 300 })),
    nodeOf(fc.array(tie("node"), { maxLength: 4 })),
  ),
})).node;

function nodeOf(content: fc.Arbitrary<BerNode["content"]>): fc.Arbitrary<BerNode> {
  return fc
    .tuple(anyTag, content, anyLength)
    .map(([tag, octets, length]) => ({ ...tag, content: octets, ...(length === undefined ? {} : { length }) }));
}
