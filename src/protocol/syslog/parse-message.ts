/** What a syslog message says, apart from when and how important it is. */
export interface SyslogMessage {
  /** The program that wrote it (APP-NAME, or the tag of the old form); "" where it does not say. */
  readonly program: string;
  readonly text: string;
}

/** `<134>`: facility and severity. */
const PRIORITY = /^<\d{1,3}>/;

/** RFC 5424 §6: version, timestamp, host name, APP-NAME, PROCID, MSGID; then structured data and the text. */
const HEADER_5424 = /^1 \S+ \S+ (\S+) \S+ \S+ /;

/** RFC 3164 §4.1.2, and what rsyslog and others write instead: a timestamp and a host name. */
const HEADER_3164 =
  /^(?:[A-Z][a-z]{2} [ \d]\d(?: \d{4})? \d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?) \S+ /;
/** "kamailio[1234]: " or "kamailio: ". */
const TAG = /^([A-Za-z_/][\w./@-]{0,63})(?:\[[^\]\s]{0,64}\])?: ?/;

/** Structured data that stands in a message: none, or elements whose values may hold an escaped bracket or quote. */
const NO_DATA = "-";

/**
 * Reads a message of RFC 5424 or RFC 3164, as far as routers and switches keep to them: what has no header at all is
 * text. Line breaks at its end are none of it.
 */
export function parseSyslogMessage(message: string): SyslogMessage {
  const whole = message.replace(/[\r\n\0]+$/, "");
  const body = whole.replace(PRIORITY, "");
  const [header, program = ""] = HEADER_5424.exec(body) ?? [];
  if (header !== undefined) {
    const text = afterData(body.slice(header.length));
    return { program: program === NO_DATA ? "" : program, text: text.replace(/^\uFEFF/, "") };
  }
  const rest = body.replace(HEADER_3164, "");
  const [tag, tagged = ""] = TAG.exec(rest) ?? [];
  return tag === undefined ? { program: "", text: rest } : { program: tagged, text: rest.slice(tag.length) };
}

/** The text after STRUCTURED-DATA (RFC 5424 §6.3); what is no such data is text. */
function afterData(rest: string): string {
  if (rest === NO_DATA || rest.startsWith(`${NO_DATA} `)) return rest.slice(2);
  let at = 0;
  while (rest[at] === "[") {
    const end = elementEnd(rest, at);
    if (end < 0) return rest;
    at = end;
  }
  return rest[at] === " " ? rest.slice(at + 1) : rest.slice(at);
}

/** Behind the bracket that closes an element; one in quotes does not, and one after a backslash neither. */
function elementEnd(rest: string, from: number): number {
  let isQuoted = false;
  for (let at = from; at < rest.length; at += 1) {
    const sign = rest[at];
    if (sign === "\\") at += 1;
    else if (sign === '"') isQuoted = !isQuoted;
    else if (sign === "]" && !isQuoted) return at + 1;
  }
  return -1;
}
