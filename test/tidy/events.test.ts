import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TObject, TSchema } from "typebox";
import { expect, test } from "vitest";
import { EVENTS } from "../../src/server/events/event-catalogue.ts";
import { REPOSITORY } from "./source-files.ts";

const PAGE = readFileSync(join(REPOSITORY, "docs/reference/events.md"), "utf8");
const [, ...SECTIONS] = PAGE.split(/^## What every event has$/m)[1]?.split(/^## /m) ?? [];
const KINDS = Object.entries(EVENTS) as [string, { when: string; object: string; data: TObject }][];

/** What a field's schema says, as the page has it. */
function meaningOf(schema: TSchema & { description?: string; enum?: string[]; anyOf?: TSchema[] }): string {
  if (schema.anyOf !== undefined) return `${meaningOf(schema.anyOf[0] as TSchema)}; or null`;
  const values = schema.enum === undefined ? "" : `: ${schema.enum.map((value) => `\`${value}\``).join(", ")}`;
  return schema.description + values;
}

test("every kind of event has its section, in order, and no other thing has one", () => {
  expect(SECTIONS.map((section) => section.slice(0, section.indexOf("\n")))).toEqual(KINDS.map(([kind]) => kind));
});

test.each(KINDS)("%s: the page says when, of what, and each field", (kind, { when, object, data }) => {
  const section = SECTIONS.find((one) => one.startsWith(`${kind}\n`)) ?? "";
  expect(section).toContain(`It happens when ${when}. Its object is the ${object}.`);
  const fields = [...section.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, field, meaning]) => [field, meaning]);
  expect(fields).toEqual(Object.entries(data.properties).map(([field, schema]) => [field, meaningOf(schema)]));
});
