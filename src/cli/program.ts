import { Command as Commander, Argument as CommanderArgument, Option as CommanderOption } from "commander";
import type { Command, CommandGroup } from "./command.ts";
import type { Argument, Option } from "./input.ts";

/** What the words of a command line mean: a command with its inputs read. */
export interface Invocation {
  readonly command: Command;
  readonly args: Record<string, unknown>;
  readonly options: Record<string, unknown>;
  readonly tenant: string | null;
}

export interface ProgramOptions {
  readonly version: string;
  readonly entries: readonly (Command | CommandGroup)[];
  /** Columns of the terminal, for wrapping help. */
  readonly width: number;
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  readonly onInvocation: (invocation: Invocation) => Promise<void>;
}

/** The parser for all commands. It throws a CommanderError where commander would exit, help and version included. */
export function buildProgram(options: ProgramOptions): Commander {
  const program = new Commander("tollwright")
    .description("Network usage in, settled money out.")
    .version(options.version, "-V, --version", "print the version")
    .option("--json", "print one JSON document instead of text")
    .option("--tenant <NAME>", "the tenant to work for; may be left out where there is only one")
    .addHelpText("after", "\nExit status: 0 done, 1 done with rejects (listed), 2 not done.\n");
  equip(program, options);
  addEntries(program, program, options.entries, options);
  return program;
}

function addEntries(
  program: Commander,
  parent: Commander,
  entries: readonly (Command | CommandGroup)[],
  options: ProgramOptions,
): void {
  for (const entry of entries) {
    if ("run" in entry) {
      addCommand(program, parent, entry, options);
      continue;
    }
    const group = parent.command(entry.name).summary(entry.summary).description(sentence(entry.summary));
    addEntries(program, equip(group, options), entry.commands, options);
  }
}

/** What holds for the program, every group and every command. */
function equip(commander: Commander, { width, writeOut, writeErr }: ProgramOptions): Commander {
  return commander
    .exitOverride()
    .showSuggestionAfterError(true)
    .helpCommand(false)
    .helpOption("-h, --help", "show this help")
    .configureHelp({ showGlobalOptions: true, helpWidth: width })
    .configureOutput({ writeOut, writeErr, outputError: () => undefined });
}

function addCommand(program: Commander, parent: Commander, command: Command, options: ProgramOptions): void {
  const about = [sentence(command.summary), command.about].filter(Boolean).join("\n\n");
  const commander = equip(parent.command(command.name), options).summary(command.summary).description(about);
  for (const [, argument] of command.arguments) commander.addArgument(argumentOf(argument));
  for (const [, option] of command.options) commander.addOption(optionOf(option));
  commander.addHelpText("after", examplesText(command));
  commander.action(async () => {
    const typed: Record<string, unknown> = commander.opts();
    const { tenant } = program.opts<{ tenant?: string }>();
    await options.onInvocation({
      command,
      args: Object.fromEntries(command.arguments.map(([key], index) => [key, commander.processedArgs[index]])),
      options: Object.fromEntries(command.options.map(([key, option]) => [key, typed[attributeOf(option)]])),
      tenant: tenant ?? null,
    });
  });
}

function argumentOf({ placeholder, about, count, read }: Argument<unknown>): CommanderArgument {
  const shown = { one: `<${placeholder}>`, optional: `[${placeholder}]`, many: `<${placeholder}...>` }[count];
  const argument = new CommanderArgument(shown, about);
  return count === "many" ? argument : argument.argParser(read);
}

function optionOf({ flags, about, count, read }: Option<unknown>): CommanderOption {
  const [names = "", placeholder] = splitFlags(flags);
  if (count === "flag") return new CommanderOption(names, about).default(false, "off");
  if (count === "many")
    return new CommanderOption(`${names} <${placeholder}>`, about)
      .argParser((text: string, before: readonly string[]) => [...before, text])
      .default([], "none");
  const option = new CommanderOption(`${names} <${placeholder}>`, about).argParser(read);
  return count === "required" ? option.makeOptionMandatory() : option;
}

/** "--at TIME" is the names "--at" and the placeholder "TIME". */
const splitFlags = (flags: string): readonly string[] => flags.split(/ (?=[A-Z])/);

/** The name under which commander keeps the option's value. */
const attributeOf = ({ flags }: Option<unknown>): string => {
  const [names = ""] = splitFlags(flags);
  return new CommanderOption(names).attributeName();
};

function examplesText({ examples }: Command): string {
  const lines = examples.flatMap(({ command, does }) => [`  $ ${command}`, `      ${does}`]);
  return `\nExamples:\n${lines.join("\n")}\n`;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
