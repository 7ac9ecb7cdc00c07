import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameSplitter } from "./frame-splitter.ts";

const BYTES_MAX = 20;

function split(stream: string, sizes: readonly number[] = []): string[] {
  const splitter = new FrameSplitter(BYTES_MAX);
  const bytes = Buffer.from(stream);
  const frames: string[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    for (const frame of splitter.push(bytes.subarray(at, at + size)))
      frames.push(frame.kind === "message" ? Buffer.from(frame.bytes).toString() : "too long");
    at += size;
  }
  return splitter.isInMessage ? [...frames, "cut off"] : frames;
}

test.each<[string, string[], string]>([
  // stream                            messages                      why
  ["<1>a\n<1>b\n", ["<1>a", "<1>b"], "by line ends"],
  ["4 <1>a4 <1>b", ["<1>a", "<1>b"], "by octet counting"],
  ["6 <1>a\nb", ["<1>a\nb"], "a counted message may hold a line end"],
  ["4 <1>a\n<1>b\n", ["<1>a", "<1>b"], "both, with a line end after a counted one"],
  ["<1>a\n<1>b", ["<1>a", "cut off"], "the last one is not whole"],
  ["9 <1>a", ["cut off"], "nor is this one"],
  [`<1>${"x".repeat(30)}\n<1>b\n`, ["too long", "<1>b"], "a line that is too long costs itself"],
  [`33 <1>${"x".repeat(30)}4 <1>b`, ["too long", "<1>b"], "and so does a counted one"],
  ["1,2,3\n", ["1,2,3"], "a line may begin with a digit"],
  ["12345678901 x\n", ["12345678901 x"], "a number that long is no length"],
])("%j is %j (%s)", (stream, messages) => {
  expect(split(stream)).toEqual(messages);
});

test("where a stream is cut into packets makes no difference", () => {
  const streams = fc.constantFrom(
    "<1>a\n4 <1>b<1>c\n",
    `33 <1>${"x".repeat(30)}4 <1>b`,
    `<1>${"y".repeat(40)}\n<1>a\n`,
  );
  fc.assert(
    fc.property(streams, fc.array(fc.nat(5), { maxLength: 60 }), (stream, sizes) => {
      expect(split(stream, sizes)).toEqual(split(stream));
    }),
  );
});
