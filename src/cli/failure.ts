import type { CommanderError } from "commander";
import { Problem } from "../core/problem.ts";
import { type ProblemDocument, problemDocument } from "../core/problem-document.ts";
import type { Colors } from "./colors.ts";
import { printable } from "./printable.ts";

/** What the words after `tollwright` do not add up to a command. */
export const commandLineInvalid = (args: { readonly what: string; readonly command: string }) =>
  new Problem("command-line-invalid", {
    what: args.what,
    fix: `Run \`${args.command} --help\` to see what it takes.`,
  });

/** SIGINT or SIGTERM came before the command was done. */
export const interrupted = () =>
  new Problem("interrupted", {
    what: "A signal ended the command before it was done.",
    fix: "Run it again: what was committed stays and counts once, what was not is rolled back.",
  });

/** The process was told to end, and what it had begun took too long. */
export const shutdownIncomplete = (args: { readonly left: readonly string[]; readonly seconds: number }) =>
  new Problem("shutdown-incomplete", {
    what: `Not finished within ${args.seconds} s, and broken off: ${args.left.join(", ")}.`,
    fix: "Start it again: what was answered is stored and counts once. TOLLWRIGHT_SHUTDOWN_S gives it more time.",
  });

/** The disk that standard output goes to is full, for one. The command itself has ended by then. */
export const outputNotWritten = (args: { readonly reason: string; readonly cause: unknown }) =>
  new Problem(
    "output-not-written",
    {
      what: `The command's answer could not be written: ${args.reason}.`,
      fix: "Make room where its output goes and run it again: what it did is done, and counts once.",
    },
    { cause: args.cause },
  );

/** The text of a failure for people. A problem never shows a stack; a bug always does. */
export function failureText(error: unknown, colors: Colors): string {
  if (!(error instanceof Problem)) return bugText(error, colors);
  const lines = [
    `${colors.red("error:")} ${printable(error.what)}`,
    `  ${colors.bold("fix:")} ${printable(error.fix)}`,
  ];
  return [...lines, colors.dim(`  code: ${error.code} (docs/reference/problems.md#${error.code})`)].join("\n");
}

/** The one document of a failure under `--json`. */
export function failureDocument(error: unknown): ProblemDocument {
  if (error instanceof Problem) return problemDocument(error);
  const detail = error instanceof Error ? error.message : String(error);
  return { type: "about:blank", title: "Internal error", status: 500, code: "internal", detail, fix: REPORT };
}

const REPORT = "This is a bug in Tollwright: please report it, with the command and everything printed here.";

function bugText(error: unknown, colors: Colors): string {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [`${colors.red("bug:")} ${message}`, REPORT].join("\n");
}

/** Commander's refusal of a command line as a problem; `command` is the one whose help explains it. */
export function problemOfUsage(error: CommanderError, command: string): Problem {
  if (error.code === "commander.help") return commandLineInvalid({ what: `\`${command}\` needs a command.`, command });
  const [first = "", ...hints] = error.message.split("\n").map((line) => line.trim());
  const what = [sentence(first.replace(/^error: /, "")), ...hints.map((hint) => hint.replace(/^\((.*)\)$/, "$1"))];
  return commandLineInvalid({ what: what.filter(Boolean).join(" "), command });
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? "" : "."}`;

export const demoStepFailed = (args: { readonly command: string; readonly status: number | null }) =>
  new Problem("demo-step-failed", {
    what: `The demo stopped: \`tollwright ${args.command}\` ended with ${args.status === null ? "a signal" : `status ${args.status}`}.`,
    fix: "What it printed above says why; mend that and run the demo again, which goes on with what is there.",
  });

export const demoDatabaseNamed = (args: { readonly shownUrl: string; readonly tenant: string }) =>
  new Problem("demo-database-named", {
    what: `DATABASE_URL names ${args.shownUrl}, and the demo would add the tenant "${args.tenant}" to it.`,
    fix: "Unset DATABASE_URL to run it in the built-in database, or add --into-database where that one is for trials.",
  });
