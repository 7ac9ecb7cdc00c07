import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type CodeGrammar, parseCodes } from "../../src/decks/cells/codes.ts";

const text = readFileSync(new URL("../vectors/decks/codes.txt", import.meta.url), "utf8");

interface Vector {
  readonly line: string;
  readonly cell: string;
  readonly grammar: CodeGrammar;
  readonly expected: string;
}

function parseVector(line: string): Vector {
  const [left = "", expected = ""] = line.split("=>").map((part) => part.trim());
  const options = Object.fromEntries([...left.matchAll(/\[(\w+)=([\w-]+)\]/g)].map(([, key, value]) => [key, value]));
  const cell = left
    .replace(/\[\w+=[\w-]+\]/g, "")
    .trim()
    .replaceAll("\\n", "\n")
    .replaceAll("~", " ");
  return {
    line,
    cell,
    expected,
    grammar: {
      spaces: options.spaces as CodeGrammar["spaces"],
      stripPrefixes: options.strip === undefined ? [] : [options.strip],
      countryCode: options.country ?? "",
    },
  };
}

describe("code grammar vectors", () => {
  const vectors = text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map(parseVector);
  test.each(vectors)("$line", ({ cell, grammar, expected }) => {
    const codes = parseCodes(cell, grammar);
    const got = codes.kind === "codes" ? codes.items.map(({ prefix }) => prefix).join(" ") : `! ${codes.reject.code}`;
    expect(got).toBe(expected);
  });
});
