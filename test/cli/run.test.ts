import { describe, expect, test } from "vitest";
import { defineCommand } from "../../src/cli/command.ts";
import { argument, argumentList, flag, option, optionalArgument, optionList } from "../../src/cli/input.ts";
import { readWhole } from "../../src/cli/read-input.ts";
import { invariant } from "../../src/core/invariant.ts";
import { Problem } from "../../src/core/problem.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";

const examples = [{ command: "tollwright x", does: "Shows it." }] as const;

const echo = defineCommand({
  name: "echo",
  summary: "print what was typed",
  arguments: { first: argument("FIRST", "a word"), second: optionalArgument("SECOND", "another") },
  options: {
    loud: flag("-l, --loud", "in capitals"),
    dry: flag("--dry-run", "a name of two words"),
    times: option("--times N", "how often", readWhole(1, 9)),
    tags: optionList("--tag TEXT", "any number of them"),
  },
  examples,
  run: async (_context, args, options) => ({ json: { args, options }, human: [args.first] }),
});

const rejecting = defineCommand({
  name: "reject",
  summary: "set rows aside",
  arguments: { files: argumentList("FILE", "one or more") },
  examples,
  run: async (_context, { files }) => ({
    json: { files },
    human: ["2 rows stored."],
    rejects: {
      total: 3,
      listed: [{ at: "line 7", code: "rate-missing", what: "There is no rate.", fix: "Add one." }],
    },
  }),
});

const broken = defineCommand({
  name: "broken",
  summary: "meet a bug",
  examples,
  run: async () => {
    invariant(false, "the sum is the sum of its parts");
  },
});

const entries = [echo, { name: "deep", summary: "groups in groups", commands: [rejecting, broken] }];

describe("what is typed", () => {
  test("reaches the command with its types", async () => {
    const { status, document } = await tollwrightJson(
      ["echo", "a", "--times", "3", "--dry-run", "--tag", "x", "--tag", "y"],
      { entries },
    );
    expect(status).toBe(0);
    expect(document).toEqual({
      args: { first: "a" },
      options: { loud: false, dry: true, times: 3, tags: ["x", "y"] },
    });
  });

  test("may begin with a dash after --", async () => {
    expect((await tollwright(["echo", "--", "--loud"], { entries })).stdout).toBe("--loud\n");
  });

  // biome-ignore format: a table reads by its columns
  test.each<[string[], string, string]>([
    // words                           says                                          why
    [["ecko"],                         "Did you mean echo?",                         "the nearest command"],
    [["echo", "a", "--lout"],          "Did you mean --loud?",                       "the nearest option"],
    [["deep", "rejekt"],               "Did you mean reject?",                       "within a group"],
    [["echo"],                         "Missing required argument 'FIRST'",          "too few words"],
    [["echo", "a", "b", "c"],          "Too many arguments",                         "too many words"],
    [["echo", "a", "--times", "0"],    "Give a whole number from 1 to 9.",           "a value out of bounds"],
    [["echo", "a", "--times", "2.5"],  "Give a whole number from 1 to 9.",           "a value of another form"],
    [["deep", "reject"],               "Missing required argument 'FILE'",           "an empty list"],
  ])("%j is refused: %s (%s)", async (words, says) => {
    const human = await tollwright(words, { entries });
    expect(human).toMatchObject({ status: 2, stdout: "" });
    expect(human.stderr.toLowerCase()).toContain(says.toLowerCase());
    expect(human.stderr).toContain("--help` to see what it takes");
    const { status, document } = await tollwrightJson<{ code: string; detail: string }>(words, { entries });
    expect(status).toBe(2);
    expect(document.code).toBe("command-line-invalid");
    expect(document.detail.toLowerCase()).toContain(says.toLowerCase());
  });

  test("a group alone prints its help and is not done", async () => {
    const { status, stdout, stderr } = await tollwright(["deep"], { entries });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("set rows aside");
  });

  test("--version and --help are answers", async () => {
    expect(await tollwright(["--version"])).toEqual({ status: 0, stdout: "0.0.0-test\n", stderr: "" });
    const { status, stdout, stderr } = await tollwright(["echo", "--help"], { entries });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("Print what was typed.");
  });
});

describe("rejects", () => {
  test("are listed for people, with how many are not shown", async () => {
    const { status, stdout } = await tollwright(["deep", "reject", "a.csv", "b.csv"], { entries });
    expect(status).toBe(1);
    expect(stdout).toBe(
      "2 rows stored.\n\n3 rejected:\n  line 7: There is no rate. Add one. [rate-missing]\n  … and 2 more.\n",
    );
  });

  test("are part of the document", async () => {
    const { status, document } = await tollwrightJson(["deep", "reject", "a.csv"], { entries });
    expect(status).toBe(1);
    expect(document).toMatchObject({ files: ["a.csv"], rejects: { total: 3, listed: [{ code: "rate-missing" }] } });
  });
});

describe("a bug", () => {
  test("shows where it is and asks for a report", async () => {
    const { status, stderr } = await tollwright(["deep", "broken"], { entries });
    expect(status).toBe(2);
    expect(stderr).toContain("the sum is the sum of its parts");
    expect(stderr).toMatch(/ {4}at .*run\.test\.ts/);
    expect(stderr).toContain("please report it");
  });

  test("is one document too", async () => {
    const { status, document } = await tollwrightJson(["deep", "broken"], { entries });
    expect(status).toBe(2);
    expect(document).toMatchObject({ code: "internal", status: 500, detail: "the sum is the sum of its parts" });
  });
});

test("a signal breaks off a command, and nothing of it is waited for", async () => {
  const interruption = new AbortController();
  const endless = defineCommand({
    name: "endless",
    summary: "never end",
    examples,
    run: () => {
      interruption.abort();
      return new Promise(() => undefined);
    },
  });
  const given = { entries: [endless], surroundings: { signal: interruption.signal } };
  const { status, document } = await tollwrightJson(["endless"], given);
  expect({ status, document }).toMatchObject({ status: 2, document: { code: "interrupted" } });
});

test("a wrong setting is a problem of every command that reads settings", async () => {
  const { document } = await tollwrightJson(["config"], {
    surroundings: {
      loadConfig: () => {
        throw new Error("not reached by --help");
      },
    },
  });
  expect(document).toMatchObject({ code: "internal" });
});

test("a terminal obeys nothing that came from a file", async () => {
  const evil = "\u001b]0;owned\u0007\u009b2J";
  const said = defineCommand({
    name: "said",
    summary: "says what a file held",
    examples,
    run: async (context) => {
      context.note(evil);
      const listed = [{ at: evil, code: "not-text" as const, what: evil, fix: evil, raw: evil }];
      return { json: {}, human: [`Row:\n\t${evil}`], rejects: { total: 1, listed } };
    },
  });
  const failing = defineCommand({
    name: "failing",
    summary: "refuses what a file held",
    examples,
    run: async () => {
      throw new Problem("file-unreadable", { what: evil, fix: evil });
    },
  });
  for (const name of ["said", "failing"]) {
    const { stdout, stderr } = await tollwright([name], { entries: [said, failing] });
    expect(stdout + stderr).toContain("␛]0;owned␇\uFFFD2J");
    expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n\t]/u);
  }
});
