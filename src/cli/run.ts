import { CommanderError } from "commander";
import { databaseFailure } from "../server/db/database-failure.ts";
import type { Colors } from "./colors.ts";
import type { Command, CommandGroup, Outcome } from "./command.ts";
import { failureDocument, failureText, interrupted, problemOfUsage } from "./failure.ts";
import { OpenedContext } from "./opened-context.ts";
import { printable } from "./printable.ts";
import { buildProgram, type Invocation } from "./program.ts";
import type { Surroundings } from "./surroundings.ts";
import { formatTable, oneLine } from "./table.ts";

/** Exit statuses; a signal's is 128 plus its number, which the caller adds. */
export const EXIT = { done: 0, doneWithRejects: 1, notDone: 2 } as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/**
 * Runs one command line (the words after `tollwright`) and answers its exit status; never throws for what a user or the
 * outside world did. Under `--json` exactly one document is written to standard output, whatever happens.
 */
export async function runCli(words: readonly string[], surroundings: Surroundings): Promise<ExitStatus> {
  const { stdout, stderr, colors } = surroundings;
  const json = words.includes("--json");
  let status: ExitStatus = EXIT.done;
  let usage = "";
  const program = buildProgram({
    version: surroundings.version,
    entries: surroundings.entries,
    width: surroundings.width,
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => {
      usage += text;
    },
    onInvocation: async (invocation) => {
      const outcome = await runCommand(invocation, surroundings, json);
      stdout.write(json ? jsonText(documentOf(outcome)) : humanText(outcome, colors));
      status = outcome.rejects?.total || outcome.faulty ? EXIT.doneWithRejects : EXIT.done;
    },
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return status;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.done; // help or version was asked for
    const error =
      thrown instanceof CommanderError
        ? problemOfUsage(thrown, commandNamed(words, surroundings))
        : (databaseFailure(thrown) ?? thrown);
    if (json) stdout.write(jsonText(failureDocument(error)));
    else stderr.write(usage === "" ? `${failureText(error, colors)}\n` : usage); // a bare `account` gets its help
    return EXIT.notDone;
  }
}

/** Runs the command and closes what it opened, whether it ends by itself or a signal ends it. */
async function runCommand(invocation: Invocation, surroundings: Surroundings, json: boolean): Promise<Outcome> {
  const { command, args, options } = invocation;
  const { signal } = surroundings;
  const context = new OpenedContext(surroundings, { tenantName: invocation.tenant, quiet: json });
  const running = command.run(context, args, options);
  try {
    const outcome = await (command.endsBySignal ? running : Promise.race([running, rejectOnAbort(signal)]));
    await context.close();
    return outcome;
  } catch (error) {
    if (signal.aborted) {
      await context.abandon(); // what is under way would keep the connections from being closed
      throw command.endsBySignal ? error : interrupted();
    }
    await context.close();
    throw error;
  }
}

const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const onAbort = () => reject(interrupted());
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });

/** The longest beginning of the words that is a command or a group: the one whose help explains the mistake. */
function commandNamed(words: readonly string[], { entries }: Surroundings): string {
  let known: readonly (Command | CommandGroup)[] = entries;
  const named = ["tollwright"];
  for (const word of words.filter((each) => !each.startsWith("-"))) {
    const entry = known.find(({ name }) => name === word);
    if (entry === undefined) break;
    named.push(entry.name);
    known = "commands" in entry ? entry.commands : [];
  }
  return named.join(" ");
}

/** More of a row than this hides the reasons. */
const RAW_CHARS_MAX = 160;

const jsonText = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;

const documentOf = ({ json, rejects }: Outcome): object => (rejects === undefined ? json : { ...json, rejects });

function humanText({ human, rejects }: Outcome, colors: Colors): string {
  const blocks = human.map((block) => (typeof block === "string" ? printable(block) : formatTable(block, colors)));
  if (rejects && rejects.listed.length > 0) {
    blocks.push("", colors.yellow(`${rejects.total} rejected:`));
    for (const { at, code, what, fix, raw } of rejects.listed) {
      blocks.push(`  ${printable(`${at}: ${what} ${fix}`)} [${code}]`);
      if (raw !== undefined) blocks.push(colors.dim(`    ${oneLine(raw).slice(0, RAW_CHARS_MAX)}`));
    }
    const unlisted = rejects.total - rejects.listed.length;
    if (unlisted > 0) blocks.push(`  … and ${unlisted} more.`);
  }
  return blocks.map((block) => `${block}\n`).join("");
}
