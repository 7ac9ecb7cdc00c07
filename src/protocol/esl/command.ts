import type { DialString } from "./dial-string.ts";

/** A command as it goes over the wire, or which of its arguments cannot be written. */
export type EslCommand =
  | { readonly kind: "command"; readonly text: string }
  | { readonly kind: "refused"; readonly reason: string };

/** The kinds of events that {@link readEslMessage} reads. */
export type EventFormat = "plain" | "json";

/** What cannot be in an argument: line ends and other control characters, which would end the command or a header. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are refused
const CONTROL = /[\u0000-\u001f\u007f]/;
/** A name, an identifier or a cause: one word that means nothing to FreeSWITCH but itself. */
const WORD = /^[\w.:@*+-]{1,256}$/;
/** Eleven days: more is another unit mistaken for seconds. */
const SECONDS_MAX = 1_000_000;

/** First on a connection that we opened: the password of the event socket. */
export const authCommand = (password: string): EslCommand =>
  command([["password", password, isLine]], ["auth", password]);

/** First on a connection that FreeSWITCH opened: it answers with the data of the channel. */
export const connectCommand = (): EslCommand => ({ kind: "command", text: "connect\n\n" });

/** The names of the events to be sent from now on. */
export const eventCommand = (format: EventFormat, names: readonly string[]): EslCommand =>
  command(
    names.map((name) => ["event", name, isWord]),
    ["event", format, ...names],
  );

/** On a connection that FreeSWITCH opened: the events of its channel. */
export const myEventsCommand = (format: EventFormat): EslCommand => ({
  kind: "command",
  text: `myevents ${format}\n\n`,
});

/** Only events that have a header of this value; filters add up. */
export const filterCommand = (header: string, value: string): EslCommand =>
  command(
    [
      ["header", header, isWord],
      ["value", value, isLine],
    ],
    ["filter", header, value],
  );

/** Takes filters of a header away. */
export const filterDeleteCommand = (header: string): EslCommand =>
  command([["header", header, isWord]], ["filter", "delete", header]);

/** Keeps the connection of a channel that ended open, so that its last events still come. */
export const lingerCommand = (seconds: number): EslCommand =>
  command([["seconds", String(seconds), isSeconds]], ["linger", String(seconds)]);

/** Before the connection of a channel is left: the dialplan goes on then, where it would hang up else. */
export const resumeCommand = (): EslCommand => ({ kind: "command", text: "resume\n\n" });

/** Last on a connection: FreeSWITCH closes it. */
export const exitCommand = (): EslCommand => ({ kind: "command", text: "exit\n\n" });

/** A command of FreeSWITCH's console, its words checked one by one; the answer comes at once. */
export const apiCommand = (words: readonly [string, ...string[]]): EslCommand =>
  command(wordChecks(words), ["api", ...words]);

/** The same in the background, under our own identifier: the event BACKGROUND_JOB has the answer. */
export const backgroundApiCommand = (words: readonly [string, ...string[]], jobUuid: string): EslCommand => {
  const refused = firstRefused([...wordChecks(words), ["job", jobUuid, isWord]]);
  return refused ?? { kind: "command", text: `bgapi ${words.join(" ")}\nJob-UUID: ${jobUuid}\n\n` };
};

/** Hangs a channel up, with the cause that its record and the SIP message will have. */
export const uuidKillCommand = (uuid: string, cause: string): EslCommand => apiCommand(["uuid_kill", uuid, cause]);

/** Hangs a channel up so many seconds from now. What was scheduled before stays: the earlier one wins. */
export const schedHangupCommand = (uuid: string, seconds: number, cause: string): EslCommand => {
  const refused = firstRefused([["seconds", String(seconds), isSeconds]]);
  return refused ?? apiCommand(["sched_hangup", `+${seconds}`, uuid, cause]);
};

/** The same at an instant of the switch's own clock, in whole seconds since 1970. */
export const schedHangupAtCommand = (uuid: string, epochS: number, cause: string): EslCommand =>
  firstRefused([["time", String(epochS), isEpoch]]) ?? apiCommand(["sched_hangup", String(epochS), uuid, cause]);

/**
 * Takes away what was scheduled for a channel, whoever scheduled it. Digits alone would be the number of a task, which
 * may be of any other channel.
 */
export const schedDeleteCommand = (uuid: string): EslCommand =>
  firstRefused([["channel", uuid, isNoNumber]]) ?? apiCommand(["sched_del", uuid]);

/** A channel as it is now, headers and variables encoded: {@link readPlainEvent} reads the answer. */
export const uuidDumpCommand = (uuid: string): EslCommand => apiCommand(["uuid_dump", uuid]);

/** Sets a variable of a channel, for its call record: `uuid_setvar`. The value may have spaces, and no `$`. */
export const uuidSetVariableCommand = (uuid: string, name: string, value: string): EslCommand =>
  command(
    [
      ["channel", uuid, isWord],
      ["variable", name, isWord],
      ["value", value, isLiteral],
    ],
    ["api", "uuid_setvar", uuid, name, value],
  );

/** What `show channels as json` says is up, to compare with open sessions after a connection was lost. */
export const showChannelsCommand = (): EslCommand => apiCommand(["show", "channels", "as", "json"]);

/** What `sendmsg` is for; `uuid` is null on a connection that FreeSWITCH opened for the channel itself. */
export interface ExecuteRequest {
  readonly uuid: string | null;
  readonly application: string;
  /**
   * FreeSWITCH replaces `${…}` and `$1` in it, and what it means beyond that is the application's affair: a place to
   * call comes from {@link dialString}.
   */
  readonly argument: string;
  /** One after the other, in the order sent, and not while another one runs. */
  readonly eventLock: boolean;
}

/** Runs a dialplan application on a channel. An argument with a `$` is refused: it would be replaced. */
export function executeCommand({ uuid, application, argument, eventLock }: ExecuteRequest): EslCommand {
  const refused = firstRefused([
    ["channel", uuid ?? "-", isWord],
    ["application", application, isWord],
    ["argument", argument, isLiteral],
  ]);
  if (refused) return refused;
  const lines = [
    uuid === null ? "sendmsg" : `sendmsg ${uuid}`,
    "call-command: execute",
    `execute-app-name: ${application}`,
    ...(argument === "" ? [] : [`execute-app-arg: ${argument}`]),
    ...(eventLock ? ["event-lock: true"] : []),
  ];
  return { kind: "command", text: `${lines.join("\n")}\n\n` };
}

/** Cuts the channel of a connection off so many seconds from now. */
export const executeSchedHangup = (uuid: string | null, seconds: number, cause: string): EslCommand =>
  firstRefused([
    ["seconds", String(seconds), isSeconds],
    ["cause", cause, isWord],
  ]) ?? executeCommand({ uuid, application: "sched_hangup", argument: `+${seconds} ${cause}`, eventLock: true });

/** Calls the other side. */
export const executeBridge = (uuid: string | null, destination: DialString): EslCommand =>
  executeCommand({ uuid, application: "bridge", argument: destination, eventLock: true });

/** Answers a call that may not be made, with a SIP status from 400 to 699. */
export const executeRespond = (uuid: string | null, status: number, reason: string): EslCommand =>
  firstRefused([["status", String(status), isFailure]]) ??
  executeCommand({ uuid, application: "respond", argument: `${status} ${reason}`, eventLock: true });

/** Sets a variable of the channel. */
export const executeSet = (uuid: string | null, name: string, value: string): EslCommand =>
  firstRefused([["variable", name, isWord]]) ??
  executeCommand({ uuid, application: "set", argument: `${name}=${value}`, eventLock: true });

/** Hangs the channel up. */
export function hangupCommand(uuid: string | null, cause: string): EslCommand {
  const refused = firstRefused([
    ["channel", uuid ?? "-", isWord],
    ["cause", cause, isWord],
  ]);
  const to = uuid === null ? "sendmsg" : `sendmsg ${uuid}`;
  return refused ?? { kind: "command", text: `${to}\ncall-command: hangup\nhangup-cause: ${cause}\n\n` };
}

/** What an argument is, its value, and what must hold of it. */
type Check = readonly [what: string, value: string, holds: (value: string) => boolean];

const isWord = (value: string): boolean => WORD.test(value);
const isLine = (value: string): boolean => value !== "" && !CONTROL.test(value);
const isLiteral = (value: string): boolean => !CONTROL.test(value) && !value.includes("$");
const isSeconds = (value: string): boolean => /^\d{1,7}$/.test(value) && Number(value) <= SECONDS_MAX;
const isEpoch = (value: string): boolean => /^[1-9]\d{9,10}$/.test(value);
const isNoNumber = (value: string): boolean => !/^\d*$/.test(value);
const isFailure = (value: string): boolean => /^[4-6]\d\d$/.test(value);

function command(checks: readonly Check[], words: readonly string[]): EslCommand {
  return firstRefused(checks) ?? { kind: "command", text: `${words.join(" ")}\n\n` };
}

const wordChecks = (words: readonly string[]): Check[] => words.map((word) => ["word", word, isWord]);

function firstRefused(checks: readonly Check[]): EslCommand | undefined {
  const [what] = checks.find(([, value, holds]) => !holds(value)) ?? [];
  return what === undefined ? undefined : { kind: "refused", reason: `the ${what} cannot be written` };
}
