import { readdirSync, readFileSync } from "node:fs";
import { epochMs } from "../../src/core/time/epoch.ts";
import type { DecodedRow, DecoderSettings, RowOutcome } from "../../src/mediation/decoder.ts";
import { fromHexadecimal } from "../../src/mediation/text/hexadecimal.ts";
import { compileBer } from "./ber-notation.ts";

/** One file under test/vectors/cdr/<format>/: an input, and what each of its rows becomes. */
export interface CdrVector {
  /** "freeswitch-csv/broken-quoting.txt" */
  readonly name: string;
  readonly format: string;
  readonly why: string;
  readonly settings: DecoderSettings;
  readonly input: Uint8Array;
  /** Lines of the section `rows`. */
  readonly expected: readonly string[];
}

const FOLDER = new URL("../vectors/cdr/", import.meta.url);
const HEADINGS = ["format", "why", "zone", "fold", "received", "mapping"] as const;
type Heading = (typeof HEADINGS)[number];

/** All vectors under test/vectors/cdr/. A file that can't be read throws, with its place. */
export function readCdrVectors(): CdrVector[] {
  return readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".txt"))
    .sort()
    .map((name) => readVector(name, readFileSync(new URL(name, FOLDER), "utf8")));
}

function readVector(name: string, text: string): CdrVector {
  const parts = text.split(/^=== (input|input escaped|input hex|input ber|rows)\n/m);
  if (parts.length !== 5 || parts[3] !== "rows")
    throw new Error(`${name}: "=== input" and then "=== rows" must follow the head`);
  const [head, inputKind, input, , rows] = parts as [string, string, string, string, string];
  const headings = readHead(name, head);
  const needed = (heading: Heading): string => {
    const value = headings.get(heading);
    if (value === undefined) throw new Error(`${name}: "${heading}:" is missing`);
    return value;
  };
  return {
    name,
    format: needed("format"),
    why: needed("why"),
    settings: {
      timeZone: headings.get("zone") ?? "UTC",
      fold: headings.get("fold") === "later" ? "later" : "earlier",
      mapping: headings.has("mapping") ? JSON.parse(needed("mapping")) : null,
      receivedAt: epochMs(Date.parse(headings.get("received") ?? "2026-12-01T00:00:00Z")),
      futureToleranceS: 3_600,
    },
    input: bytesOf(name, inputKind, input),
    expected: rows.split("\n").filter((line) => line !== "" && !line.startsWith("#")),
  };
}

/** `heading: value` lines; a line that starts with a space goes on with the value before it. */
function readHead(name: string, head: string): Map<Heading, string> {
  const headings = new Map<Heading, string>();
  let last: Heading | undefined;
  for (const line of head.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const heading = HEADINGS.find((each) => line.startsWith(`${each}:`));
    if (line.startsWith(" ") && last !== undefined) headings.set(last, `${headings.get(last)}\n${line}`);
    else if (heading === undefined) throw new Error(`${name}: "${line}" is none of ${HEADINGS.join(", ")}`);
    else headings.set(heading, line.slice(heading.length + 1).trim());
    last = heading ?? last;
  }
  return headings;
}

function bytesOf(name: string, kind: string, text: string): Uint8Array {
  if (kind === "input") return new TextEncoder().encode(text);
  if (kind === "input ber") return compileBer(text);
  return kind === "input hex" ? hexadecimalBytes(name, text) : escapedBytes(name, text);
}

/** Bytes as two hexadecimal digits each; blanks, and what follows a `#`, do not count. */
function hexadecimalBytes(name: string, text: string): Uint8Array {
  const bytes = fromHexadecimal(text.replace(/#.*$/gm, ""));
  if (bytes === null) throw new Error(`${name}: the input is not hexadecimal`);
  return bytes;
}

const ESCAPES: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, "0": 0x00, "\\": 0x5c };

/** Bytes of an escaped input: line ends of the vector file do not count, `\n \r \t \0 \\ \xHH` do. */
function escapedBytes(name: string, text: string): Uint8Array {
  const bytes: number[] = [];
  for (const part of text.replaceAll("\n", "").match(/\\x[0-9a-fA-F]{2}|\\.|[^\\]+/gu) ?? []) {
    if (part.startsWith("\\x")) bytes.push(Number.parseInt(part.slice(2), 16));
    else if (part.startsWith("\\")) {
      const byte = ESCAPES[part[1] as string];
      if (byte === undefined) throw new Error(`${name}: ${part} is no escape`);
      bytes.push(byte);
    } else bytes.push(...new TextEncoder().encode(part));
  }
  return Uint8Array.from(bytes);
}

/** A row as vectors write it: line, kind, and `name=value` pairs. Blank lines are not written. */
export function describeRow({ line, outcome, sequence }: DecodedRow, wanted: string): string {
  const names = [...wanted.matchAll(/ ([A-Za-z0-9]+)=/g)].map((match) => match[1] as string);
  const values: Record<string, unknown> = { sequence, ...valuesOf(outcome) };
  const pairs = names.map((name) => ` ${name}=${written(values[name])}`);
  return `${line} ${kindOf(outcome)}${pairs.join("")}`;
}

function kindOf(outcome: RowOutcome): string {
  switch (outcome.kind) {
    case "framing":
      return outcome.what;
    case "reject":
      return `reject ${outcome.reject.code}`;
    case "half":
      return `half ${outcome.half.side}`;
    case "call":
    case "non-billable":
      return outcome.kind;
    default:
      return outcome satisfies never;
  }
}

/** What a vector may name, in one flat table. */
function valuesOf(outcome: RowOutcome): Record<string, unknown> {
  switch (outcome.kind) {
    case "call":
      return {
        ...outcome.call,
        ...outcome.call.consumed, // service and quantity
        ...causeValues(outcome.call.cause),
        ...partValues(outcome.call.part),
      };
    case "half":
      return { ...outcome.half.call, ...outcome.half, ...causeValues(outcome.half.cause) };
    case "reject":
      return { ...outcome.reject };
    default:
      return { ...outcome };
  }
}

const causeValues = ({ q850, sip, text }: { q850: number | null; sip: number | null; text: string | null }) => ({
  q850,
  sip,
  causeText: text,
});

const partValues = (part: { sequence: number; last: boolean } | null) => ({
  part: part?.sequence,
  lastPart: part?.last,
});

/** Instants as ISO 8601, nothing as "-", texts with spaces in double quotes. */
function written(value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (typeof value === "number" && value > 1e11) return new Date(value).toISOString().replace(".000Z", "Z");
  if (typeof value === "string") return value === "" || /[\s"]/.test(value) ? JSON.stringify(value) : value;
  return String(value);
}
