import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { sourceFiles } from "./source-files.ts";

const LINES_MAX = 400;
const LINE_LENGTH_MAX = 120;

/** Names that say nothing of what is inside, and what to write instead. */
const NAMES_BANNED =
  /^(utils?|helpers?|common|misc|shared|manager|service|impl|index)$|[-.](utils?|helpers?|manager|service|impl)$/;

/** Text that has no place in the code. What the linter can see as code (Date.now, toFixed, any …) it bans itself. */
const TEXT_BANNED: [RegExp, string][] = [
  [/\/\/\/\s*<reference/, "a reference directive lets the pure core see Node's types; import the type it needs"],
  [/@ts-(ignore|nocheck)/, "mend the type, or use @ts-expect-error with the reason"],
  [/\b(TODO|FIXME|HACK|XXX)\b/, "do it now, or write down what is missing where users look: the docs"],
  [/\b(test|describe|it)\.only\(/, "it would silence every other test"],
  [/\b(test|describe|it)\.skip\(/, "skip by a condition that prints why: test.skipIf(…) beside a written reason"],
  [/\bfix:\s*(""|''|``)/, "a problem without a remedy is only a complaint"],
];

const code = sourceFiles(/^(src|test|bench|scripts)\/.*\.ts$|^vitest\.config\.ts$/);
/** This file quotes what it bans. */
const others = code.filter(({ path }) => path !== "test/tidy/code.test.ts");

describe("the code", () => {
  test("is found", () => {
    expect(code.length).toBeGreaterThan(50);
  });

  test(`has no file of more than ${LINES_MAX} lines`, () => {
    const long = code.map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }));
    expect(long.filter(({ lines }) => lines > LINES_MAX)).toEqual([]);
  });

  // A message or a row of a test table reads better whole than cut into pieces: quoted text on one line does not count.
  test(`has no line of more than ${LINE_LENGTH_MAX} characters beside quoted text`, () => {
    const unquoted = (line: string) => line.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/g, '""');
    expect(linesWhere(code, (line) => unquoted(line).length > LINE_LENGTH_MAX)).toEqual([]);
  });

  test("has no file whose name says nothing", () => {
    const names = code.map(({ path }) => ({ path, name: basename(path).replace(/(\.test|\.bench)?\.ts$/, "") }));
    expect(names.filter(({ name }) => NAMES_BANNED.test(name))).toEqual([]);
  });

  test("names files in lower case with hyphens", () => {
    expect(code.filter(({ path }) => !/^[a-z0-9/.-]+$/.test(path)).map(({ path }) => path)).toEqual([]);
  });

  test.each(TEXT_BANNED)("has no %s (%s)", (pattern) => {
    expect(linesWhere(others, (line) => pattern.test(line))).toEqual([]);
  });

  test("gives every remedy as a sentence", () => {
    const literal = /\bfix:\s*("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)\s*[,}]/gs;
    const remedies = code
      .filter(({ path }) => path.startsWith("src/") && !path.endsWith(".test.ts"))
      .flatMap(({ path, text }) => [...text.matchAll(literal)].map(([, fix]) => ({ path, fix: fix!.slice(1, -1) })));
    expect(remedies.length).toBeGreaterThan(10);
    expect(remedies.filter(({ fix }) => !/[.}]$/.test(fix))).toEqual([]);
  });
});

function linesWhere(files: typeof code, holds: (line: string) => boolean): string[] {
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => (holds(line) ? [`${path}:${index + 1}`] : [])),
  );
}
