import fc from "fast-check";
import { expect, test } from "vitest";
import { patchedMap } from "./patched-map.ts";

const anyKey = fc.integer({ min: 0, max: 9 });
const anyPatch = fc.record({
  keys: fc.array(anyKey),
  now: fc.array(fc.tuple(anyKey, fc.string())).map((entries) => new Map(entries)),
});

test("a map that is patched any number of times is what a copy would be, and what it was made of stays", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyKey, fc.string())), fc.array(anyPatch), (entries, patches) => {
      const copy = new Map(entries);
      let patched: ReadonlyMap<number, string> = new Map(entries);
      for (const { keys, now } of patches) {
        const [before, wasBefore] = [patched, new Map(patched)];
        patched = patchedMap(patched, keys, now);
        for (const key of keys) {
          const value = now.get(key);
          if (value === undefined) copy.delete(key);
          else copy.set(key, value);
        }
        expect(new Map(before)).toEqual(wasBefore);
      }
      expect(new Map(patched)).toEqual(copy);
      expect(patched.size).toBe(copy.size);
      expect([...patched.keys()].toSorted()).toEqual([...copy.keys()].toSorted());
      for (let key = 0; key < 10; key += 1)
        expect([patched.get(key), patched.has(key)]).toEqual([copy.get(key), copy.has(key)]);
      const seen: unknown[] = [];
      patched.forEach((value, key) => {
        seen.push([key, value]);
      });
      expect(seen).toEqual([...patched]);
    }),
  );
});

test("a map of which very much differs is a plain one again", () => {
  const keys = Array.from({ length: 20_000 }, (_, key) => key);
  expect(patchedMap(new Map(), keys, new Map(keys.map((key) => [key, "x"])))).toBeInstanceOf(Map);
});
