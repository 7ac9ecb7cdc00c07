import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Command, CommandGroup } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { tollwright } from "../support/command-line.ts";
import { REPOSITORY } from "../tidy/source-files.ts";

/** Every command with the words that lead to it. */
function commandsOf(entries: readonly (Command | CommandGroup)[], before = ""): [string, Command][] {
  return entries.flatMap((entry): [string, Command][] =>
    "run" in entry ? [[before + entry.name, entry]] : commandsOf(entry.commands, `${before}${entry.name} `),
  );
}

const all = commandsOf(COMMANDS);

describe.each(all)("tollwright %s", (words, command) => {
  test("has help with its summary, its options and examples", async () => {
    const { status, stdout } = await tollwright([...words.split(" "), "--help"]);
    expect(status).toBe(0);
    expect(stdout).toContain(`Usage: tollwright ${words}`);
    expect(stdout).toContain("--json");
    expect(stdout).toContain("Examples:");
    for (const { command: example, does } of command.examples) {
      expect(stdout).toContain(example);
      expect(does).toMatch(/^[^a-z].*\.$/);
    }
  });

  test("gives examples of itself", () => {
    for (const { command: example } of command.examples) expect(example).toContain(`tollwright ${words}`);
  });

  test("describes everything that it takes", () => {
    const inputs = [...command.arguments, ...command.options].map(([, input]) => input);
    for (const { about } of inputs) expect(about).toMatch(/^\S.{3,}[^.]$/s);
    expect(command.summary).toMatch(/^[a-z].*[^.]$/);
  });
});

test("docs/reference/cli.md has a section for every command, and for nothing else", () => {
  const page = readFileSync(join(REPOSITORY, "docs/reference/cli.md"), "utf8");
  const sections = [...page.matchAll(/^### tollwright (.+)$/gm)].map(([, words]) => words!);
  expect(sections.toSorted()).toEqual(all.map(([words]) => words).toSorted());
});
