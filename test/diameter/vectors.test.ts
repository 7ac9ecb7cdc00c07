import { describe, expect, test } from "vitest";
import { writeHeader } from "../../src/protocol/diameter/header.ts";
import { MessageSplitter } from "../../src/protocol/diameter/message-splitter.ts";
import { type DiameterMessage, readMessage } from "../../src/protocol/diameter/read-message.ts";
import { writeAvps, writeMessage } from "../../src/protocol/diameter/write-message.ts";
import { formatAvps, formatHeader, parseAvps, parseHeader } from "./message-notation.ts";
import { type VectorCase, vectorCases } from "./vector-cases.ts";

/** The longest message of the stream cases. */
const STREAM_BYTES_MAX = 1_000;
const NO_HEADER = parseHeader("request 0 app=0 hop=0 end=0");

const cases = vectorCases();
const of = (kind: VectorCase["kind"]): [string, VectorCase][] =>
  cases.filter((each) => each.kind === kind).map((each) => [`${each.file}: ${each.why}`, each]);
/** Lines from the first that tells of a fault are no AVPs. */
const isFault = (line: string): boolean => /^(fault|unsupported) /.test(line);
const valuesIn = ({ expected }: VectorCase): readonly string[] => expected.slice(0, expected.findIndex(isFault) >>> 0);
const isExact = ({ expected }: VectorCase): boolean => !expected.some((line) => isFault(line) || line === "reads only");

function faultLines({ fault, unsupported }: DiameterMessage): string[] {
  return [["fault", fault] as const, ["unsupported", unsupported] as const].flatMap(([name, each]) =>
    each === undefined
      ? []
      : [
          `${name} ${each.resultCode} ${each.what}`,
          ...(each.failed === undefined ? [] : formatAvps([each.failed], "  ")),
        ],
  );
}

test("there are cases", () => {
  expect(cases.length).toBeGreaterThan(40);
});

describe("AVPs", () => {
  test.each(of("avps"))("%s", (_, vector) => {
    const bytes = Buffer.concat([Buffer.alloc(20), vector.bytes]);
    writeHeader(bytes, NO_HEADER, bytes.length);
    const message = readMessage(bytes);
    const expected = vector.expected.filter((line) => line !== "reads only");
    expect([...formatAvps(message.avps), ...faultLines(message)]).toEqual(expected);
    if (isExact(vector))
      expect(writeAvps(parseAvps(valuesIn(vector))).toString("hex")).toBe(vector.bytes.toString("hex"));
  });
});

describe("messages", () => {
  test.each(of("message"))("%s", (_, vector) => {
    const message = readMessage(vector.bytes);
    const [header = "", ...rest] = vector.expected.filter((line) => line !== "reads only");
    expect([formatHeader(message.header), ...formatAvps(message.avps), ...faultLines(message)]).toEqual([
      header,
      ...rest,
    ]);
    if (isExact(vector)) {
      const written = writeMessage(parseHeader(header), parseAvps(valuesIn(vector).slice(1)));
      expect(written.toString("hex")).toBe(vector.bytes.toString("hex"));
    }
  });
});

describe("streams", () => {
  test.each(of("stream"))("%s", (_, { bytes, expected }) => {
    for (const size of [bytes.length, 1, 7, 20, 33]) expect(split(bytes, size)).toEqual(expected);
  });

  function split(bytes: Buffer, size: number): string[] {
    const splitter = new MessageSplitter(STREAM_BYTES_MAX);
    const messages = [];
    for (let at = 0; at < bytes.length; at += size) messages.push(...splitter.push(bytes.subarray(at, at + size)));
    return messages.map((each) =>
      each.kind === "message" ? `message ${each.bytes.toString("hex")}` : `broken ${each.resultCode} ${each.what}`,
    );
  }
});
