import { InvalidArgumentError } from "commander";

/** Turns the text that was typed into a value, or throws what {@link inputRefused} makes. */
export type ReadText<Value> = (text: string) => Value;

/** What was typed cannot be read; `why` says what can be, as a sentence. */
export const inputRefused = (why: string): Error => new InvalidArgumentError(why);

/** One word after the command's name. */
export interface Argument<Value> {
  /** Of no use at run time: carries the type. */
  readonly value?: Value;
  /** As help shows it: "FILE". */
  readonly placeholder: string;
  readonly about: string;
  readonly count: "one" | "optional" | "many";
  readonly read: ReadText<unknown>;
}

/** One `--option`. */
export interface Option<Value> {
  readonly value?: Value;
  /** "--at TIME", "--dry-run", "-q, --quiet". */
  readonly flags: string;
  readonly about: string;
  readonly count: "flag" | "optional" | "required" | "many";
  readonly read: ReadText<unknown>;
}

/** The values that a record of inputs gives. */
export type Values<Inputs extends Record<string, Argument<unknown> | Option<unknown>>> = {
  readonly [Key in keyof Inputs]: Inputs[Key] extends Argument<infer Value> | Option<infer Value> ? Value : never;
};

const asTyped = (text: string): string => text;

export function argument(placeholder: string, about: string): Argument<string>;
export function argument<Value>(placeholder: string, about: string, read: ReadText<Value>): Argument<Value>;
export function argument(placeholder: string, about: string, read: ReadText<unknown> = asTyped): Argument<unknown> {
  return { placeholder, about, count: "one", read };
}

export const optionalArgument = (placeholder: string, about: string): Argument<string | undefined> => ({
  placeholder,
  about,
  count: "optional",
  read: asTyped,
});

/** One or more, the last of a command's arguments. */
export const argumentList = (placeholder: string, about: string): Argument<readonly string[]> => ({
  placeholder,
  about,
  count: "many",
  read: asTyped,
});

export const flag = (flags: string, about: string): Option<boolean> => ({
  flags,
  about,
  count: "flag",
  read: asTyped,
});

export function option(flags: string, about: string): Option<string | undefined>;
export function option<Value>(flags: string, about: string, read: ReadText<Value>): Option<Value | undefined>;
export function option(flags: string, about: string, read: ReadText<unknown> = asTyped): Option<unknown> {
  return { flags, about, count: "optional", read };
}

export function requiredOption(flags: string, about: string): Option<string>;
export function requiredOption<Value>(flags: string, about: string, read: ReadText<Value>): Option<Value>;
export function requiredOption(flags: string, about: string, read: ReadText<unknown> = asTyped): Option<unknown> {
  return { flags, about, count: "required", read };
}

/** An option that may be given several times. */
export const optionList = (flags: string, about: string): Option<readonly string[]> => ({
  flags,
  about,
  count: "many",
  read: asTyped,
});

/** The option of every command that changes something. */
export const dryRun = flag("--dry-run", "say what would be done, and change nothing");
