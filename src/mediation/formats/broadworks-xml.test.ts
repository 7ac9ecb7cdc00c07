import { expect, test } from "vitest";
import { epochMs } from "../../core/time/epoch.ts";
import { broadworksXml } from "./broadworks-xml.ts";

const SETTINGS = {
  timeZone: "UTC",
  fold: "earlier",
  mapping: null,
  receivedAt: epochMs(0),
  futureToleranceS: 0,
} as const;

/** What becomes of the rows of a file, in order: the kind of outcome, or the reject's code. */
function outcomesOf(text: string): string[] {
  const decoder = broadworksXml.open(SETTINGS);
  return [...decoder.push(Buffer.from(text)), ...decoder.end()].map(({ outcome }) =>
    outcome.kind === "reject" ? outcome.reject.code : outcome.kind,
  );
}

test("entities are never expanded and files never opened: neither many-fold ones nor external ones", () => {
  const entities = '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY file SYSTEM "file:///etc/hostname">';
  const records = ["&b;", "&file;"].map((text) => `<cdrData><type>${text}</type></cdrData>`).join("");
  expect(outcomesOf(`<!DOCTYPE broadWorksCDR [${entities}]><broadWorksCDR>${records}</broadWorksCDR>`)).toEqual([
    "record-not-xml",
    "record-not-xml",
    "record-not-xml",
    "framing",
  ]);
});

// A quadratic search through one of them takes a minute, longer than any test may.
test.each(["<!--", "<?xml ", "<?", "<!DOCTYPE ", "</broadWorksCDR"])(
  "a file of nothing but %s is one broken record, found in one pass",
  (text) => {
    expect(outcomesOf(text.repeat(1_000_000 / text.length))).toEqual(["record-not-xml"]);
  },
);

test("records that are never closed are each found in one pass", () => {
  expect(outcomesOf("<cdrData>".repeat(100_000))).toEqual(Array(100_000).fill("record-not-xml"));
});
