/** A command as it goes over the wire, or why it cannot be written. */
export type AgiCommand =
  | { readonly kind: "command"; readonly text: string }
  | { readonly kind: "refused"; readonly reason: string };

/** Line ends and other control characters would begin another command. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are refused
const CONTROL = /[\u0000-\u001f\u007f]/;
const TEXT_MAX = 4_000;
/** A variable, or a function that only tells and sets properties of the call. */
const VARIABLE = /^(?:[A-Za-z_]\w{0,79}|(?:CDR|CHANNEL|CALLERID|CONNECTEDLINE|TIMEOUT)\([\w,-]{1,80}\))$/;
/** A variable, or a function that only tells: of the channel, its record, and how long a text is. */
const EXPRESSION = /^(?:LEN\(\$\{CDR\(\w{1,20}\)\}\)|(?:CDR|CHANNEL)\([\w,]{1,40}\)|[A-Za-z_]\w{0,79})$/;
/** Between the values of {@link getValuesCommand}: in none of them. */
export const VALUE_SEPARATOR = "|";
const APPLICATION = /^[A-Za-z]\w{0,79}$/;
const NAME = /^[\w.-]{1,80}$/;
/** The number comes from the caller: commas, parentheses and ampersands would make other arguments of Dial of it. */
const NUMBER = /^[\w+*#.-]{1,128}$/;
const TARGETS_MAX = 32;
const MS_MAX = 1_000_000_000;

/** Answers the call. */
export const answerCommand = (): AgiCommand => command("ANSWER");

/** Ends the call, with an ITU-T Q.850 cause where one is given: 21 rejected, 34 no circuit. */
export const hangupCommand = (q850: number | null): AgiCommand =>
  q850 === null ? command("HANGUP") : execCommand("Hangup", String(q850));

/** Sets a variable of the channel. */
export const setVariableCommand = (name: string, value: string): AgiCommand =>
  VARIABLE.test(name) ? command("SET VARIABLE", name, quoted(value)) : refused("variable");

/** Asks for a variable; the answer's result is "0" when it is not set. */
export const getVariableCommand = (name: string): AgiCommand =>
  VARIABLE.test(name) ? command("GET VARIABLE", name) : refused("variable");

/**
 * Asks for several things at once, each a variable or a function as the dialplan writes it between `${` and `}`; the
 * answer's value has them in their order, separated by {@link VALUE_SEPARATOR}.
 */
export const getValuesCommand = (expressions: readonly string[]): AgiCommand =>
  expressions.every((expression) => EXPRESSION.test(expression))
    ? command("GET FULL VARIABLE", quoted(expressions.map((expression) => `\${${expression}}`).join(VALUE_SEPARATOR)))
    : refused("variable");

/** Ends the call so many seconds from now; 0 takes that back. */
export const setAutoHangupCommand = (seconds: number): AgiCommand =>
  Number.isSafeInteger(seconds) && seconds >= 0 ? command("SET AUTOHANGUP", String(seconds)) : refused("seconds");

/** Writes to Asterisk's console and log. */
export const verboseCommand = (text: string, level: 1 | 2 | 3 | 4): AgiCommand =>
  command("VERBOSE", quoted(text), String(level));

/** Runs a dialplan application. Arguments made of text from outside are checked first, as in {@link dialCommand}. */
export const execCommand = (application: string, argument: string): AgiCommand =>
  APPLICATION.test(application) ? command("EXEC", application, quoted(argument)) : refused("application");

/** One place to call. */
export interface AgiDialTarget {
  readonly technology: (typeof TECHNOLOGIES)[number];
  /** The name of the endpoint, as it stands in the configuration of Asterisk. */
  readonly trunk: string;
  /** null: the endpoint itself is called. */
  readonly number: string | null;
}

const TECHNOLOGIES = ["PJSIP", "SIP", "IAX2"] as const;

/**
 * Reads places to call as Dial has them, `PJSIP/442079460018@carrier&PJSIP/alice`; null where one is anything else.
 * Nothing is stripped or mended: what a caller may have written into it is found by that.
 */
export function readDialTargets(text: string): AgiDialTarget[] | null {
  const targets = text.split("&").map(readDialTarget);
  const read = targets.filter((target) => target !== null);
  return read.length === targets.length ? read : null;
}

function readDialTarget(text: string): AgiDialTarget | null {
  const [, name, place = ""] = /^(\w+)\/(.+)$/s.exec(text) ?? [];
  const technology = TECHNOLOGIES.find((each) => each === name);
  if (technology === undefined) return null;
  const [first = "", second = null, ...more] = place.split(technology === "PJSIP" ? "@" : "/");
  const [trunk, number] = technology === "PJSIP" && second !== null ? [second, first] : [first, second];
  const target = { technology, trunk, number };
  return more.length === 0 && isWritable(target) ? target : null;
}

const isWritable = ({ trunk, number }: AgiDialTarget): boolean =>
  NAME.test(trunk) && (number === null || NUMBER.test(number));

/** Whether a number may stand in a place to call, and in a command, without becoming anything else there. */
export const isDialable = (number: string): boolean => NUMBER.test(number);

/** Whom to call, and for how long. */
export interface AgiDialRequest {
  /** All rung at once; the first that answers has the call. */
  readonly targets: readonly AgiDialTarget[];
  readonly ringS: number;
  /** The call is ended so long after its answer; null is no limit. */
  readonly limitMs: number | null;
  /** The caller hears a warning so long before; 0 is none. */
  readonly warningMs: number;
}

/**
 * Calls the other side with a limit: `L(ms:warning:repeat)`. `g` lets our side go on after the callee hangs up, so that it
 * can be asked what came of the call.
 */
export function dialCommand({ targets, ringS, limitMs, warningMs }: AgiDialRequest): AgiCommand {
  const isMs = (value: number) => Number.isSafeInteger(value) && value >= 0 && value <= MS_MAX;
  if (!isMs(ringS) || !isMs(limitMs ?? 0) || !isMs(warningMs)) return refused("duration");
  if (limitMs === 0) return refused("limit");
  if (targets.length === 0 || targets.length > TARGETS_MAX) return refused("target");
  if (!targets.every(isWritable)) return refused("target");
  const places = targets.map(({ technology, trunk, number }) => {
    if (number === null) return `${technology}/${trunk}`;
    return technology === "PJSIP" ? `PJSIP/${number}@${trunk}` : `${technology}/${trunk}/${number}`;
  });
  const limit = limitMs === null ? "" : `L(${limitMs}:${warningMs}:0)`;
  return execCommand("Dial", `${places.join("&")},${ringS},g${limit}`);
}

/** In quotes, where a quote and a backslash would end or change it. */
const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

function command(...words: readonly string[]): AgiCommand {
  const text = words.join(" ");
  return CONTROL.test(text) || text.length > TEXT_MAX ? refused("text") : { kind: "command", text: `${text}\n` };
}

const refused = (what: string): AgiCommand => ({ kind: "refused", reason: `the ${what} cannot be written` });
