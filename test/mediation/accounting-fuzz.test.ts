import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import type { DecodedRow } from "../../src/mediation/decoder.ts";
import { formatNamed } from "../../src/mediation/registry.ts";

const SETTINGS = {
  timeZone: "Europe/Berlin",
  fold: "earlier",
  mapping: null,
  receivedAt: epochMs(Date.UTC(2026, 11, 1)),
  futureToleranceS: 0,
} as const;

/** Pieces that the formats are made of, so that random files come near to real ones. */
const PIECES: Readonly<Record<string, readonly string[]>> = {
  "kamailio-acc": [
    "INVITE",
    "BYE",
    "|",
    ",",
    "a;b",
    "200",
    "487",
    "1772446513",
    "2026-03-02 10:15:13",
    "\n",
    '"',
    "\\N",
    "callid",
  ],
  "opensips-acc": [
    "INVITE|a|b|c|200|OK|1436454408",
    "BYE|b|a|c|200|OK|1436454410",
    "|*prepaid|1|2||3:4",
    "|95",
    "|",
    "\r\n",
    "time",
  ],
  "broadworks-xml": [
    "<cdrData>",
    "</cdrData>",
    "<broadWorksCDR>",
    "</broadWorksCDR>",
    "<type>",
    "Normal",
    "</type>",
    "&",
    "<!--",
    "-->",
    "\n",
    "<![CDATA[",
  ],
  "freeswitch-json": [
    '{"variables":{"uuid":"u","start_uepoch":"1772446507120331"',
    "}",
    "{",
    "[",
    "]",
    ",",
    '"',
    "\\",
    "\n",
    "1",
    "%zz",
  ],
};

const anyFile = (format: string) =>
  fc
    .array(
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...PIECES[format]!) },
        { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 6 }) },
      ),
      { maxLength: 40 },
    )
    .map((pieces) => new TextEncoder().encode(pieces.join("")));

function decode(format: string, bytes: Uint8Array, cuts: readonly number[]): DecodedRow[] {
  const decoder = formatNamed(format)!.open(SETTINGS);
  const rows: DecodedRow[] = [];
  let from = 0;
  for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    rows.push(...decoder.push(bytes.slice(from, cut)));
    from = cut;
  }
  return [...rows, ...decoder.end()];
}

const plain = ({ line, endOffset, raw, outcome }: DecodedRow) => ({ line, endOffset, raw, outcome });

describe.each(Object.keys(PIECES))("%s, any bytes", (format) => {
  test("never throws, accounts for every byte, and gives the same rows however the bytes are cut", () => {
    fc.assert(
      fc.property(anyFile(format), fc.array(fc.nat(), { maxLength: 5 }), (bytes, cuts) => {
        const rows = decode(format, bytes, cuts);
        const ends = rows.map(({ endOffset }) => endOffset);
        expect(ends).toEqual([...ends].sort((a, b) => a - b));
        expect(ends.at(-1) ?? 0).toBe(bytes.length);
        expect(rows.map(plain)).toEqual(decode(format, bytes, []).map(plain));
      }),
      { numRuns: 300 },
    );
  });

  test("a record that never ends is set aside, and memory stays flat", () => {
    const decoder = formatNamed(format)!.open(SETTINGS);
    const start = new TextEncoder().encode(
      format === "broadworks-xml" ? "<cdrData><type>" : format === "freeswitch-json" ? '{"a":{' : "INVITE|",
    );
    const chunk = new Uint8Array(65_536).fill(0x20);
    const rows = [...decoder.push(start)];
    for (let i = 0; i < 40; i++) rows.push(...decoder.push(chunk));
    rows.push(...decoder.end());
    const rejects = rows.flatMap(({ outcome }) => (outcome.kind === "reject" ? outcome.reject.code : []));
    expect(rejects).toContain("record-too-long");
    expect(rows.at(-1)?.endOffset).toBe(start.length + 40 * chunk.length);
    expect(Math.max(...rows.map(({ raw }) => raw.length))).toBeLessThanOrEqual(65_536);
  });
});
