import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SETTINGS } from "../../src/config.ts";
import { PROBLEMS } from "../../src/core/problem.ts";
import { REJECT_CODES } from "../../src/core/reject.ts";
import { REPOSITORY, sourceFiles } from "./source-files.ts";

/** The `## title` sections of a reference page: what users look up by the name that a message shows them. */
function sectionsOf(page: string): Map<string, string> {
  const text = readFileSync(join(REPOSITORY, page), "utf8");
  const parts = text.split(/^## /m).slice(1);
  const sections = new Map(
    parts.map((part) => [part.slice(0, part.indexOf("\n")).trim(), part.slice(part.indexOf("\n"))]),
  );
  expect(sections.size, `${page} has a section twice`).toBe(parts.length);
  return sections;
}

const REGISTRIES: [string, string, readonly string[]][] = [
  ["problem code", "docs/reference/problems.md", Object.keys(PROBLEMS)],
  ["reject code", "docs/reference/rejects.md", REJECT_CODES],
  ["setting", "docs/reference/config.md", Object.values(SETTINGS).map(({ variable }) => variable)],
];

describe.each(REGISTRIES)("every %s", (_kind, page, names) => {
  const sections = sectionsOf(page);

  test(`has a section in ${page}`, () => {
    expect(names.filter((name) => !sections.has(name))).toEqual([]);
  });

  test(`is what ${page} has sections for`, () => {
    expect([...sections.keys()].filter((title) => !names.includes(title))).toEqual([]);
  });

  test("is described by more than its name", () => {
    expect([...sections].filter(([, text]) => text.trim().length < 40).map(([title]) => title)).toEqual([]);
  });
});

describe("every code", () => {
  const program = sourceFiles(/^src\/.*(?<!\.test)\.ts$/);
  const usedOutside = (registry: string, name: string) =>
    program.some(({ path, text }) => path !== registry && text.includes(`"${name}"`));

  test("of a problem is one that the program can meet", () => {
    expect(Object.keys(PROBLEMS).filter((code) => !usedOutside("src/core/problem.ts", code))).toEqual([]);
  });

  test("of a reject is one that the program can meet", () => {
    expect(REJECT_CODES.filter((code) => !usedOutside("src/core/reject.ts", code))).toEqual([]);
  });
});

describe("every dependency", () => {
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));
  const installed = Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.devDependencies,
  });
  const rows = readFileSync(join(REPOSITORY, "docs/decisions/0012-dependencies.md"), "utf8").matchAll(/^\| (.+?) \|/gm);
  const explained = [...rows].flatMap(([, names]) => names!.split(", ")).filter((name) => name !== "Package");

  test("has its reason in docs/decisions/0012-dependencies.md", () => {
    expect(installed.filter((name) => !explained.includes(name))).toEqual([]);
  });

  test("that is explained is installed", () => {
    expect(explained.filter((name) => !installed.includes(name))).toEqual([]);
  });

  test("is pinned to one version", () => {
    const versions = Object.entries<string>({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
