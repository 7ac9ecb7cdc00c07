import fc from "fast-check";
import { expect, test } from "vitest";
import { makePersonKeys, openForPerson, sealForPerson } from "./person-box.ts";

const ADA = makePersonKeys();
const EVE = makePersonKeys();
const PLACE = ["tenant", "user:ada", "entry"];

test("what is sealed for a person opens with that person's key", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.string()), (text, place) => {
      expect(openForPerson(ADA, sealForPerson(ADA.publicKey, text, place), place)).toBe(text);
    }),
    { numRuns: 30 },
  );
});

test.each<[string, string | null]>([
  ["another person's key", openForPerson(EVE, sealForPerson(ADA.publicKey, "secret", PLACE), PLACE)],
  ["another place", openForPerson(ADA, sealForPerson(ADA.publicKey, "secret", PLACE), ["tenant", "user:ada", "other"])],
  ["nothing", openForPerson(ADA, Buffer.alloc(0), PLACE)],
  ["noise", openForPerson(ADA, Buffer.alloc(80, 7), PLACE)],
])("%s opens nothing", (_what, opened) => {
  expect(opened).toBeNull();
});

test("no octet of it can be changed, and sealing twice is not the same", () => {
  const sealed = sealForPerson(ADA.publicKey, "secret", PLACE);
  expect(sealed.equals(sealForPerson(ADA.publicKey, "secret", PLACE))).toBe(false);
  for (const at of [0, 31, 32, 47, 48, sealed.length - 1]) {
    const octets = Buffer.from(sealed);
    octets[at] = (octets[at] ?? 0) ^ 1;
    expect(openForPerson(ADA, octets, PLACE)).toBeNull();
  }
});
