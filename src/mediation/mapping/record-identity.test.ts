import fc from "fast-check";
import { expect, test } from "vitest";
import { RecordIdentities } from "./record-identity.ts";

test("every record of a file has its own identity, and the same file has the same ones", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("a", "b", "c", "", "é", "a-2"), { maxLength: 50 }), (records) => {
      const [first, second] = [new RecordIdentities(), new RecordIdentities()];
      const identities = records.map((record) => first.next(record));
      expect(new Set(identities).size).toBe(records.length);
      expect(records.map((record) => second.next(record))).toEqual(identities);
    }),
  );
});

test("equal records keep their numbers while the table grows", () => {
  const identities = new RecordIdentities();
  const first = identities.next("call");
  for (let index = 0; index < 5_000; index++) identities.next(`other ${index}`);
  expect(identities.next("call")).toBe(`${first}-2`);
  expect(identities.next("call")).toBe(`${first}-3`);
});
