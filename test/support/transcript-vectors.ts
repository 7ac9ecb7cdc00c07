import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** What a writer made: bytes for the wire as text, or why it made none. */
export type Written =
  | { readonly kind: string; readonly text: string }
  | { readonly kind: "refused"; readonly reason: string };

/** What a codec does with a vector. */
export interface TranscriptCodec {
  /** The messages in a stream that arrives in these chunks, as values to compare. */
  read(chunks: readonly Uint8Array[]): unknown[];
  /** Writers by the name that vectors call them. */
  readonly writers: Readonly<Record<string, (...args: never[]) => Written>>;
}

interface Writing {
  readonly place: string;
  readonly writer: string;
  readonly args: unknown[];
  /** `>>> "…"`, or `refused …`. */
  readonly expected: string;
}

interface TranscriptCase {
  readonly place: string;
  readonly title: string;
  readonly received: Buffer[];
  readonly expected: unknown[];
  readonly writings: Writing[];
}

/** The cases of all files under test/vectors/`folder`; a line that cannot be read throws, with its place. */
export function readTranscripts(folder: string): TranscriptCase[] {
  const root = new URL(`../vectors/${folder}/`, import.meta.url);
  const files = readdirSync(root).filter((name) => name.endsWith(".txt"));
  return files.toSorted().flatMap((name) => parseFile(name, readFileSync(new URL(name, root), "utf8")));
}

function parseFile(name: string, text: string): TranscriptCase[] {
  const cases: TranscriptCase[] = [];
  let writing: Omit<Writing, "expected"> | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const place = `${name}:${index + 1}`;
    if (line === "" || line.startsWith("#")) continue;
    const [verb = "", rest = ""] = cut(line);
    const current = cases.at(-1);
    if (verb === "case") cases.push({ place, title: rest, received: [], expected: [], writings: [] });
    else if (verb === "<<<" && current) current.received.push(Buffer.from(JSON.parse(rest)));
    else if (verb === "<<body" && current) current.received.push(withLength(JSON.parse(rest)));
    else if (verb === "<<hex" && current) current.received.push(Buffer.from(rest.replaceAll(" ", ""), "hex"));
    else if (verb === "=" && current) current.expected.push(JSON.parse(rest));
    else if (verb === "write") {
      const [writer = "", args = ""] = cut(rest);
      writing = { place, writer, args: args === "" ? [] : JSON.parse(args) };
    } else if ((verb === ">>>" || verb === "refused") && current && writing) {
      current.writings.push({ ...writing, expected: line });
      writing = undefined;
    } else throw new Error(`${place}: ${line}`);
  }
  return cases;
}

/** A head with a `*` where the length of the body goes, and the body. */
function withLength([head, body]: [string, string]): Buffer {
  const octets = Buffer.from(body);
  return Buffer.concat([Buffer.from(head.replace("*", String(octets.length))), octets]);
}

function cut(line: string): [string, string] {
  const space = line.indexOf(" ");
  return space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
}

/** Runs every case: whole, octet by octet, and cut in two at every place; then what it writes. */
export function testTranscripts(folder: string, codec: TranscriptCodec): void {
  describe.each(readTranscripts(folder))("$place: $title", ({ received, expected, writings }) => {
    const stream = Buffer.concat(received);

    if (received.length > 0)
      test("is read, however it is cut", () => {
        const messages = codec.read([stream]);
        expect(messages).toMatchObject(expected);
        expect(messages).toHaveLength(expected.length);
        expect(codec.read([...stream].map((octet) => Uint8Array.of(octet)))).toEqual(messages);
        for (let at = 1; at < stream.length; at += 1)
          expect(codec.read([stream.subarray(0, at), stream.subarray(at)]), `cut at ${at}`).toEqual(messages);
      });

    if (writings.length > 0)
      test("is written", () => {
        for (const { place, writer, args, expected: line } of writings) {
          const write = codec.writers[writer];
          if (!write) throw new Error(`${place}: no writer ${writer}`);
          expect(shown(write(...(args as never[]))), place).toBe(line);
        }
      });
  });
}

const shown = (written: Written): string =>
  "text" in written ? `>>> ${JSON.stringify(written.text)}` : `refused ${written.reason}`;
