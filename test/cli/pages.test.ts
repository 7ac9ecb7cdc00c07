import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FORMATS } from "../../src/mediation/registry.ts";
import { SourceConfig } from "../../src/server/mediation/source.ts";
import { Setup } from "../../src/server/tenancy/setup-schema.ts";
import { REPOSITORY } from "../tidy/source-files.ts";

const page = (name: string) => readFileSync(join(REPOSITORY, "docs/reference", name), "utf8");

/** The names of all fields of a schema, at any depth. */
function fieldsOf(schema: object): string[] {
  return Object.entries(schema).flatMap(([key, value]) => {
    if (typeof value !== "object" || value === null) return [];
    return key === "properties" ? [...Object.keys(value), ...fieldsOf(value)] : fieldsOf(value);
  });
}

const missing = (names: Iterable<string>, text: string) => [...new Set(names)].filter((name) => !text.includes(name));

test("the page of the setup file names every field of it", () => {
  expect(missing(fieldsOf(Setup), page("setup-file.md") + page("sources.md"))).toEqual([]);
});

test("the page of sources names every setting and every format", () => {
  const { radius, diameter, ...others } = SourceConfig.properties;
  const settings = [...fieldsOf({ properties: others }), "radius", "diameter"].map((name) => `\`${name}\``);
  const formats = FORMATS.map(({ name, evidence }) => ({ name, seen: evidence === "proven" ? "yes" : "no" }));
  expect(missing(settings, page("sources.md"))).toEqual([]);
  const rows = [...page("sources.md").matchAll(/^\| `([a-z0-9-]+)` \| .* \| (yes|no) \|$/gm)];
  expect(rows.map(([, name, seen]) => ({ name, seen }))).toEqual(formats);
  // Protocols have pages of their own.
  const quoted = (schema: object) => fieldsOf(schema).map((name) => new RegExp(`[\`"]${name}[\`"]`));
  for (const [schema, name] of [
    [radius, "radius.md"],
    [diameter, "diameter.md"],
  ] as const)
    expect([name, quoted(schema).filter((field) => !field.test(page(name)))]).toEqual([name, []]);
});
