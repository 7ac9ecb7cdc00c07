import { expect, test } from "vitest";
import { asObject, listIn, objectIn, parseJson, textIn, textsOf, wholeNumberIn } from "./json-object.ts";

test.each<[string, string | null, number | null, string]>([
  // document            text      number  why
  ['{"a":"x"}', "x", null, "a text"],
  ['{"a":"12"}', "12", 12, "digits are both"],
  ['{"a":12}', "12", 12, "and so is a number"],
  ['{"a":-1}', "-1", null, "nothing is counted below 0"],
  ['{"a":1.5}', "1.5", null, "nor in parts"],
  ['{"a":9007199254740993}', "9007199254740992", null, "what is not held exactly is no number"],
  ['{"a":""}', null, null, "an empty text says nothing"],
  ['{"a":null}', null, null, "nor does null"],
  ['{"a":{"b":1}}', null, null, "an object is no text"],
  ["{}", null, null, "not there"],
  ["[1]", null, null, "a list is no object"],
  ["{", null, null, "no JSON"],
])("%s holds %j, %j (%s)", (document, text, number) => {
  const object = asObject(parseJson(document));
  expect(textIn(object, "a")).toBe(text);
  expect(wholeNumberIn(object, "a")).toBe(number);
});

test("what every object inherits is not in it", () => {
  const object = asObject(parseJson('{"a":{},"b":[1]}'));
  expect(textIn(object, "toString")).toBeNull();
  expect(objectIn(object, "__proto__")).toBeNull();
  expect(objectIn(object, "a")).toEqual({});
  expect(listIn(object, "b")).toEqual([1]);
  expect(listIn(object, "a")).toEqual([]);
});

test("all texts are found by name, unless there are too many names", () => {
  const object = { a: "x", b: 7, c: "", d: null, e: {} };
  expect(textsOf(object, 5)).toEqual(
    new Map([
      ["a", "x"],
      ["b", "7"],
    ]),
  );
  expect(textsOf(object, 4)).toBeNull();
});

test("a document of nothing but brackets is read without harm", () => {
  expect(listIn(asObject(parseJson(`{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`)), "a")).toHaveLength(1);
});
