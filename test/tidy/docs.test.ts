import { existsSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { REPOSITORY, sourceFiles } from "./source-files.ts";

const README_LINES_MAX = 60;

const pages = sourceFiles(/\.md$/);
const anchorsByPage = new Map(pages.map(({ path, text }) => [path, anchorsOf(text)]));

/** The text of a page without its code, where a bracket is a bracket. */
const prose = (text: string): string => text.replace(/^```.*?^```/gms, "").replace(/`[^`\n]*`/g, "");

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.replace(/^```.*?^```/gms, "").matchAll(/^#{1,6} +(.*)$/gm)].map(([, title]) => title!);
  return new Set(
    headings.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .trim()
        .replaceAll(" ", "-"),
    ),
  );
}

/** Links of a page that lead nowhere in the repository. */
function deadLinks(path: string, text: string): string[] {
  const targets = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = "", anchor] = target.split("#");
      const page = file === "" ? path : normalize(join(dirname(path), file));
      if (!existsSync(join(REPOSITORY, page))) return true;
      return anchor !== undefined && anchorsByPage.get(page)?.has(anchor) !== true;
    })
    .map((target) => `${path}: ${target}`);
}

describe("the documentation", () => {
  test("has no dead relative link", () => {
    expect(pages.flatMap(({ path, text }) => deadLinks(path, text))).toEqual([]);
  });

  test("is there where the code says so", () => {
    const named = sourceFiles(/\.(ts|sql)$/).flatMap(({ path, text }) =>
      [...text.matchAll(/\bdocs\/[\w/.-]+\.md\b/g)].map(([page]) => ({ path, page })),
    );
    expect(named.filter(({ page }) => !existsSync(join(REPOSITORY, page)))).toEqual([]);
  });

  test("has the pages that everything else points at", () => {
    const paths = pages.map(({ path }) => path);
    for (const page of ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/glossary.md"])
      expect(paths).toContain(page);
  });

  test("numbers its decisions from 0001 without a gap and lists them all in docs/decisions/README.md", () => {
    const decisions = pages.map(({ path }) => path).filter((path) => /^docs\/decisions\/\d/.test(path));
    const numbers = decisions.map((path) => Number(basename(path).slice(0, 4))).toSorted((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    const list = pages.find(({ path }) => path === "docs/decisions/README.md")?.text ?? "";
    expect(decisions.filter((path) => !list.includes(`(${basename(path)})`))).toEqual([]);
  });
});

describe("every folder of the core", () => {
  const folders = [...new Set(sourceFiles(/^src\/core\/[^/]+\/.*\.ts$/).map(({ path }) => path.split("/")[2]!))];
  const readmes = new Map(pages.map(({ path, text }) => [path, text]));

  test.each(folders)(`src/core/%s has a README of at most ${README_LINES_MAX} lines`, (folder) => {
    const readme = readmes.get(`src/core/${folder}/README.md`);
    expect(readme, "what it owns, what it does not, invariants, the meaning of each time and amount").toBeDefined();
    expect(readme?.trimEnd().split("\n").length).toBeLessThanOrEqual(README_LINES_MAX);
  });
});
