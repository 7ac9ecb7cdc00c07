import fc from "fast-check";
import { expect, test } from "vitest";
import { ID_BYTES, idOrder } from "./id-order.ts";

/** Few different beginnings, so that many share their first four bytes. */
const anyId = fc
  .tuple(
    fc.constantFrom("00000000", "00000001", "7fffffff", "80000000", "ffffffff"),
    fc.uint8Array({ minLength: 12, maxLength: 12 }),
  )
  .map(([start, rest]) => Buffer.concat([Buffer.from(start, "hex"), rest]));

test("places come in the order of their ids' bytes, as the database has it", () => {
  fc.assert(
    fc.property(fc.array(anyId, { maxLength: 50 }), (ids) => {
      const sorted = idOrder(Buffer.concat(ids)).map((place) => ids[place]);
      expect(sorted).toEqual(ids.toSorted((a, b) => Buffer.compare(a, b)));
    }),
  );
  expect(ID_BYTES).toBe(16);
});
