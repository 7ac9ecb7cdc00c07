import fc from "fast-check";
import { expect, test } from "vitest";
import { anyBerNode } from "../../../test/support/any-ber.ts";
import { type BerNode, encodeBer } from "../../../test/support/ber.ts";
import { BerSplitter } from "./splitter.ts";
import { applicationTag, tagText } from "./tag.ts";

const RUNS = { numRuns: 300, seed: 20_261_121 };
const RECORD_BYTES_MAX = 4_096;

/** [APPLICATION 1] holds [APPLICATION 3], which holds records; other elements outermost are foreign. */
function split(bytes: Uint8Array, cuts: readonly number[] = []) {
  const pieces: { kind: string; path: string; endOffset: number; hex: string; isCut: boolean; fault: string | null }[] =
    [];
  const splitter = new BerSplitter(
    {
      recordBytesMax: RECORD_BYTES_MAX,
      placeOf: (path) => {
        const [outermost, second] = path;
        if (outermost !== applicationTag(1)) return "foreign";
        return path.length === 1 || (path.length === 2 && second === applicationTag(3)) ? "container" : "record";
      },
    },
    ({ kind, path, endOffset, bytes: kept, isCut, fault }) => {
      pieces.push({ kind, path: path.map(tagText).join(" "), endOffset, hex: kept.toHex(), isCut, fault });
    },
  );
  let from = 0;
  for (const cut of [...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b), bytes.length]) {
    splitter.push(bytes.slice(from, cut));
    from = cut;
  }
  splitter.end();
  return { pieces, isInContainer: splitter.isInContainer };
}

type Form = NonNullable<BerNode["length"]> | "shortest";
const anyForm = fc.constantFrom<Form[]>("shortest", "indefinite", "padded");
const anyCuts = fc.array(fc.nat(3_000), { maxLength: 10 });

const container = (number: number, content: readonly BerNode[], form: Form): BerNode => ({
  classBits: 1,
  number,
  content,
  ...(form === "shortest" ? {} : { length: form }),
});

const anyBatch = fc.record({
  head: fc.array(anyBerNode, { maxLength: 2 }),
  records: fc.array(anyBerNode, { maxLength: 5 }),
  forms: fc.tuple(anyForm, anyForm),
});

test("every record comes out as it was written, whatever the containers and the cuts", () => {
  fc.assert(
    fc.property(anyBatch, anyCuts, ({ head, records, forms: [outer, inner] }, cuts) => {
      const listTag = { classBits: 1, number: 3 };
      const heads = head.filter(({ classBits, number }) => classBits !== listTag.classBits || number !== 3);
      const bytes = encodeBer(container(1, [...heads, container(3, records, inner)], outer));
      const { pieces, isInContainer } = split(bytes, cuts);
      const whole = pieces.filter(({ kind }) => kind === "record").map(({ hex }) => hex);
      expect(whole).toEqual([...heads, ...records].map((node) => encodeBer(node).toHex()));
      expect(isInContainer).toBe(false);
    }),
    RUNS,
  );
});

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.tuple(anyBatch, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat()).map(
    ([
      {
        records,
        forms: [outer, inner],
      },
      changes,
      length,
    ]) => {
      const bytes = encodeBer(container(1, [container(3, records, inner)], outer));
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      return bytes.subarray(0, length % 3 === 0 ? length % bytes.length : bytes.length);
    },
  ),
);

test("broken bytes are accounted for, each of them once, whatever the cuts", () => {
  fc.assert(
    fc.property(anyBytes, anyCuts, (bytes, cuts) => {
      const { pieces } = split(bytes);
      let last = 0;
      for (const { endOffset, hex, isCut } of pieces) {
        expect(endOffset).toBeGreaterThan(last);
        if (!isCut) expect(hex).toBe(bytes.slice(last, endOffset).toHex());
        last = endOffset;
      }
      expect(last).toBe(bytes.length);
      expect(split(bytes, cuts)).toEqual(split(bytes));
    }),
    RUNS,
  );
});

const told = (hex: string) =>
  split(Uint8Array.fromHex(hex.replaceAll(" ", ""))).pieces.map(({ kind, fault, hex: bytes }) =>
    fault === null ? `${kind} ${bytes}` : `${kind} ${bytes}: ${fault}`,
  );

const BEYOND = "its length reaches beyond the element around it";
const RESERVED = "a length starts with the reserved octet ff";

// biome-ignore format: a table reads by its columns
test.each<[string, string[], string]>([
  // bytes                      pieces
  ["61 06 63 02 41 ff 41 00", ["open 6106", "open 6302", `broken 41ff: ${RESERVED}`, "record 4100"],
    "a broken header costs the rest of the container around it"],
  ["61 04 63 02 41 05", ["open 6104", "open 6302", `broken 4105: ${BEYOND}`], "so does a record longer than it"],
  ["61 80 63 80 41 ff 00 00", ["open 6180", "open 6380", `broken 41ff0000: ${RESERVED}`],
    "or the rest, where the container has no length"],
  ["61 04 63 02 00 00", ["open 6104", "open 6302", "broken 0000: end-of-contents octets stand where none are due"],
    "where lengths are definite nothing ends by octets"],
  ["61 02 41 00 62 00 41 00", ["open 6102", "record 4100", "foreign 62004100"],
    "what nobody expects costs the rest"],
  ["61 02 41 00 00 00 0d 0a", ["open 6102", "record 4100", "padding 00000d0a"], "filled up to a block"],
  ["00 00 61 02 41 00", ["padding 0000", "open 6102", "record 4100"], "filled up in front"],
  ["61 06 63 04 41 05 01", ["open 6106", "open 6304", `broken 410501: ${BEYOND}`], "broken, and cut off as well"],
  ["61 06 63 04 41 02 01", ["open 6106", "open 6304", "broken 410201: the file ends within it"], "cut off"],
])("%s is %j (%s)", (hex, pieces) => {
  expect(told(hex)).toEqual(pieces);
});

test("of a record that is too long the beginning is kept, and the next one is whole", () => {
  const long = { classBits: 1, number: 5, content: new Uint8Array(100_000) };
  const next = { classBits: 1, number: 6, content: Uint8Array.of(1) };
  for (const record of [long, container(5, [long, long], "indefinite")]) {
    const { pieces } = split(encodeBer(container(1, [container(3, [record, next], "shortest")], "indefinite")));
    const records = pieces.filter(({ kind }) => kind === "record");
    expect(records.map(({ isCut, hex }) => [isCut, hex.length])).toEqual([
      [true, RECORD_BYTES_MAX * 2],
      [false, 6],
    ]);
  }
});

test("records of indefinite length nest to a bound", () => {
  const { pieces } = split(Uint8Array.fromHex(`6180 6380 ${"6580".repeat(1_000)}`.replaceAll(" ", "")));
  expect(pieces.at(-1)).toMatchObject({ kind: "broken", fault: "it nests deeper than 32 elements" });
});
