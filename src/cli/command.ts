import type { Readable } from "node:stream";
import type { Config } from "../config.ts";
import type { Currency } from "../core/money/currency.ts";
import type { Reject } from "../core/reject.ts";
import type { Tenant } from "../core/tenancy/tenant.ts";
import type { Database } from "../server/db/database.ts";
import type { Argument, Option, Values } from "./input.ts";
import type { Progress } from "./progress.ts";
import type { Table } from "./table.ts";

/** What a command works with. Nothing is opened before it is asked for. */
export interface CommandContext {
  readonly config: Config;
  readonly now: Temporal.Instant;
  /** Who is named as the author of what the command books or publishes: "cli:maria". */
  readonly author: string;
  readonly stdin: Readable;
  /** Aborted by SIGINT and SIGTERM; only a command with `endsBySignal` has to look at it. */
  readonly signal: AbortSignal;
  /** The database with its schema up to date. Errors: Problems of connecting; `database-not-migrated`. */
  db(): Promise<Database>;
  /** The database as it is: for migrations, backup and restore. */
  bareDatabase(): Promise<Database>;
  /** The tenant of `--tenant`, or the only one. Errors: Problems `tenant-unknown`, `tenant-not-named`. */
  tenant(): Promise<Tenant & { readonly currency: Currency }>;
  /** Shows how far long work has come; silent unless a person is watching. */
  progress(label: string, total: number): Progress;
  /** A line for the person who waits, on standard error. */
  note(line: string): void;
}

/** A rejected row and where it stands: `at` is "line 12", "orders.csv line 12" or the like. */
export interface RejectAt extends Reject {
  readonly at: string;
  /** The row as it came. */
  readonly raw?: string;
}

/** What a command did. */
export interface Outcome {
  /** The document of `--json`: camelCase, amounts as decimal strings beside their currency. */
  readonly json: object;
  /** The same for people: lines and tables, from top to bottom. */
  readonly human: readonly (string | Table)[];
  /** Rows that were set aside: they are listed, and the exit status is 1. */
  readonly rejects?: { readonly total: number; readonly listed: readonly RejectAt[] };
  /** Something else keeps the work from being whole, and the text says what: the exit status is 1, too. */
  readonly faulty?: boolean;
}

/** How the command is typed, and what that does. */
export interface Example {
  readonly command: string;
  readonly does: string;
}

/** One command with its inputs erased to what the command line gives: see {@link defineCommand}. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly about: string;
  /** In the order in which they are typed. */
  readonly arguments: readonly [string, Argument<unknown>][];
  readonly options: readonly [string, Option<unknown>][];
  readonly examples: readonly Example[];
  /** A signal ends the command by itself and counts as done; without it the command is broken off. */
  readonly endsBySignal: boolean;
  run(context: CommandContext, args: Record<string, unknown>, options: Record<string, unknown>): Promise<Outcome>;
}

/** Commands, or groups of their own, that share a first word: `account list`, `cdr quarantine list`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly (Command | CommandGroup)[];
}

interface CommandSpec<
  Arguments extends Record<string, Argument<unknown>>,
  Options extends Record<string, Option<unknown>>,
> {
  readonly name: string;
  /** One line for the list of commands, without a full stop. */
  readonly summary: string;
  /** What a reader of `--help` has to know beyond the summary. */
  readonly about?: string;
  readonly arguments?: Arguments;
  readonly options?: Options;
  /** At least one. */
  readonly examples: readonly [Example, ...Example[]];
  readonly endsBySignal?: boolean;
  /** Errors: a Problem ends the command with exit status 2. */
  readonly run: (context: CommandContext, args: Values<Arguments>, options: Values<Options>) => Promise<Outcome>;
}

/** States a command; `run` gets its arguments and options with the types that their declarations say. */
export function defineCommand<
  Arguments extends Record<string, Argument<unknown>> = Record<never, never>,
  Options extends Record<string, Option<unknown>> = Record<never, never>,
>(spec: CommandSpec<Arguments, Options>): Command {
  return {
    name: spec.name,
    summary: spec.summary,
    about: spec.about ?? "",
    arguments: Object.entries(spec.arguments ?? {}),
    options: Object.entries(spec.options ?? {}),
    examples: spec.examples,
    endsBySignal: spec.endsBySignal ?? false,
    run: (context, args, options) => spec.run(context, args as Values<Arguments>, options as Values<Options>),
  };
}
