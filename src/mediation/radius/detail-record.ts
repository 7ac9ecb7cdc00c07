import type { Reject } from "../../core/reject.ts";
import { decodeText } from "../text/encoding.ts";

/** Attributes of one record of a detail file: names in lower case without their vendor, values without quotes. */
export type DetailAttributes = ReadonlyMap<string, string>;

/**
 * Reads one record of a RADIUS detail file: perhaps a header, and an indented line for each attribute (`Name = value`). Values may
 * be in quotes, with backslashes, or not. Cisco's way of writing an attribute's name once more into its value
 * (`h323-call-type = "h323-call-type=VoIP"`) is undone, and pairs in a vendor's AVPair are attributes like others. Of
 * attributes with one name the first counts.
 */
export function readDetailRecord(lines: readonly string[]): DetailAttributes | Reject {
  const attributes = new Map<string, string>();
  const pairs: [name: string, value: string][] = [];
  for (const line of lines.filter(isIndented)) {
    const [, written, value = ""] = /^\s+([^\s=:+]+)\s*[:+]?=\s*(.*)$/.exec(line) ?? [];
    if (written === undefined) return notAttribute(line);
    const text = unquoted(value.trim());
    if (text === null) return quoteOpen(line);
    const name = plainName(written);
    if (name.endsWith("-avpair")) pairs.push(nameAndValue(text));
    else if (!attributes.has(name)) attributes.set(name, withoutName(name, text));
  }
  for (const [name, value] of pairs) if (!attributes.has(name)) attributes.set(name, value);
  return attributes;
}

/** Attributes are indented, the header of a record is not. */
export const isIndented = (line: string): boolean => line.startsWith("\t") || line.startsWith(" ");

/** `Quintum-h323-conf-id`, `Vendor-Specific.Cisco.h323-conf-id` and `h323-conf-id` are one. */
const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^.*\./, "")
    .replace(/^(?:cisco|quintum)-(?=h323-)/, "");

function nameAndValue(pair: string): [name: string, value: string] {
  const at = pair.indexOf("=");
  return at < 0 ? [pair.toLowerCase(), ""] : [pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1).trim()];
}

function withoutName(name: string, value: string): string {
  const [inside, rest] = nameAndValue(value);
  return inside === name ? rest : value;
}

/** null when a quote is open. A quote in the middle is text: not every writer escapes it. */
function unquoted(value: string): string | null {
  const quote = value[0];
  if (quote !== '"' && quote !== "'") return value;
  const inside = value.slice(1, -1);
  const isClosed = value.length > 1 && value.endsWith(quote) && !/(?:^|[^\\])(?:\\\\)*\\$/.test(inside);
  return isClosed ? unescaped(inside) : null;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** A backslash takes the next character as it is; three octal digits are a byte. */
const unescaped = (text: string): string =>
  text.replace(/(?:\\[0-7]{3})+|\\(.)/g, (run, character: string | undefined) =>
    character === undefined ? octets(run) : (ESCAPES[character] ?? character),
  );

const octets = (run: string): string =>
  decodeText(
    Uint8Array.from(run.split("\\").slice(1), (digits) => Number.parseInt(digits, 8)),
    "auto",
  );

const notAttribute = (line: string): Reject => ({
  code: "value-invalid",
  what: `"${line.trim().slice(0, 60)}" is no attribute, such as Acct-Status-Type = Stop.`,
  fix: "If the file was cut off, fetch it again; else correct the line and retry the record.",
});

const quoteOpen = (line: string): Reject => ({
  code: "broken-quoting",
  what: `The quote in "${line.trim().slice(0, 60)}" is not closed.`,
  fix: "If the file was cut off, fetch it again; else close the quote and retry the record.",
});
