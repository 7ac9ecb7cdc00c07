import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { FORMATS } from "../../src/mediation/registry.ts";
import { REPOSITORY, sourceFiles } from "./source-files.ts";

const files = sourceFiles(/^src\/mediation\/formats\/[^/]+(?<!\.test)\.ts$/).map(({ path }) => basename(path, ".ts"));
const vectors = sourceFiles(/^test\/vectors\/cdr\/[^/]+\/[^/]+\.txt$/).map(({ path }) => path.split("/")[3]);
const read = (path: string): string => readFileSync(join(REPOSITORY, path), "utf8");
const sources = read("docs/reference/sources.md");
const guides = read("docs/guides/README.md");

/** The page that the row of `name` in the list of formats links to; null when there is none. */
function pageOf(name: string): string | null {
  const [, link] = new RegExp(`^\\| \`${name}\` \\|.*\\]\\(([\\w./-]+\\.md)\\)`, "m").exec(sources) ?? [];
  const page = link === undefined ? null : join("docs/reference", link);
  return page !== null && existsSync(join(REPOSITORY, page)) ? page : null;
}

/** What a format lacks, as docs/guides/adding-a-format.md asks for it. */
function missing(name: string): string[] {
  const format = FORMATS.find((each) => each.name === name);
  if (format === undefined) return [`${name}: its two lines in src/mediation/registry.ts`];
  const page = pageOf(name);
  const lacks = vectors.includes(name) ? [] : [`${name}: a case in test/vectors/cdr/${name}/`];
  if (page === null) return [...lacks, `${name}: a row in docs/reference/sources.md that links to its page`];
  const text = read(page);
  const isListed = !page.startsWith("docs/guides/") || guides.includes(`(${basename(page)})`);
  if (!isListed) lacks.push(`${name}: ${page} in docs/guides/README.md`);
  if (!text.includes(`\`${name}\``)) lacks.push(`${name}: its name in ${page}`);
  if (format.evidence === "proven") return lacks;
  if (!text.includes("**Unproven**")) lacks.push(`${name}: why it is **Unproven**, in ${page}`);
  if (!/^## Check on site$/m.test(text)) lacks.push(`${name}: a section "Check on site" in ${page}`);
  return lacks;
}

test("every format has its place in the registry, vectors, a page and a row in the list of formats", () => {
  expect(files.flatMap(missing)).toEqual([]);
});

test("every format in the registry is the file of its name", () => {
  expect(FORMATS.map(({ name }) => name).filter((name) => !files.includes(name))).toEqual([]);
});
