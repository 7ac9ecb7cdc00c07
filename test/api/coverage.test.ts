import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Command, CommandGroup } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { apiResources } from "../../src/server/api/resources.ts";
import { SOURCE_ROUTES } from "../../src/server/api/source-routes-told.ts";
import type { Database } from "../../src/server/db/database.ts";
import { apiParts } from "../support/api-server.ts";

const PAGE = readFileSync(new URL("../../docs/reference/api.md", import.meta.url), "utf8");

const namesOf = (commands: readonly (Command | CommandGroup)[], before = ""): string[] =>
  commands.flatMap((one) =>
    "commands" in one ? namesOf(one.commands, `${before}${one.name} `) : [`${before}${one.name}`],
  );

/** The rows of the page's table: command, and route or reason. */
const rows = [...PAGE.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, command = "", way = ""]) => ({ command, way }));

test("every command has a route, or a reason why it has none", () => {
  expect(rows.map(({ command }) => command)).toEqual(namesOf(COMMANDS));
});

test("every route that the table names is there", () => {
  const ofApi = apiResources(apiParts({} as Database)).map(({ method, url }) => `${method} ${url}`);
  const ofSwitches = Object.keys(SOURCE_ROUTES).map((name) => name.replace(" ", " /v1/sources/{source}/"));
  const known = new Set([...ofApi, ...ofSwitches]);
  const named = rows.flatMap(({ way }) => [...way.matchAll(/`([A-Z]+ \/v1[^`]*)`/g)].map(([, route = ""]) => route));
  expect(named.filter((route) => !known.has(route))).toEqual([]);
  expect(named.length).toBeGreaterThan(50);
});
