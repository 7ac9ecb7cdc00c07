import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type FindingJson, type NumberedCall, type NumberingSwitch, Site, SWITCHES } from "./site.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const CYCLE = { first: 1, last: 999 };
const FIRST_NUMBER = 70_000;

/** Files of numbered calls, some of which and some of whose calls never arrive, in the order in which they come. */
interface Deliveries {
  readonly fileNumbers: readonly number[];
  readonly callsByFile: readonly (readonly NumberedCall[])[];
  readonly lostFiles: readonly number[];
  readonly lostCalls: readonly number[];
  readonly order: readonly number[];
}

const anyDeliveries = (lossesMax: number): fc.Arbitrary<Deliveries> =>
  fc
    .record({
      sizes: fc.array(fc.integer({ min: 2, max: 5 }), { minLength: 4, maxLength: 7 }),
      begins: fc.integer({ min: CYCLE.first, max: CYCLE.last }),
      talkedS: fc.integer({ min: 1, max: 300 }),
    })
    .chain(({ sizes, begins, talkedS }) => {
      const calls = sizes.reduce((total, size) => total + size, 0);
      const numbered = Array.from({ length: calls }, (_, index) => ({
        number: FIRST_NUMBER + index,
        atS: index * 7,
        talkedS,
      }));
      const ends = sizes.map((_, index) => sizes.slice(0, index + 1).reduce((total, size) => total + size, 0));
      const callsByFile = ends.map((end, index) => numbered.slice(ends[index - 1] ?? 0, end));
      return fc.record({
        fileNumbers: fc.constant(sizes.map((_, index) => ((begins - 1 + index) % CYCLE.last) + 1)),
        callsByFile: fc.constant(callsByFile),
        lostFiles: fc.uniqueArray(fc.integer({ min: 1, max: sizes.length - 2 }), { maxLength: lossesMax }),
        lostCalls: fc.uniqueArray(fc.integer({ min: 1, max: calls - 2 }), { maxLength: lossesMax }),
        order: fc.shuffledSubarray([...sizes.keys()], { minLength: sizes.length }),
      });
    });

let sources = 0;

async function deliver(
  site: Site,
  numbering: NumberingSwitch,
  pattern: string,
  deliveries: Deliveries,
): Promise<string> {
  sources += 1;
  const name = `switch-${sources}`;
  const completeness = {
    fileNames: { pattern: "cdr-{number}.csv", ...CYCLE },
    records: { pattern },
    silentAfterMinutes: 0,
  };
  const source = await site.source(name, numbering.format, { ...numbering.settings, completeness });
  for (const index of deliveries.order) {
    if (deliveries.lostFiles.includes(index)) continue;
    const calls = deliveries.callsByFile[index]?.filter(
      ({ number }) => !deliveries.lostCalls.includes(number - FIRST_NUMBER),
    );
    await site.arrive(
      source,
      `cdr-${deliveries.fileNumbers[index]}.csv`,
      numbering.file(calls ?? []),
      "2026-03-10T12:00:00Z",
    );
  }
  return name;
}

/** The numbers that findings of one kind name. */
const missing = (findings: readonly FindingJson[], kind: string, cycle: number): readonly number[] =>
  findings
    .filter((finding) => finding.kind === kind)
    .flatMap(({ subject, count }) => {
      const first = Number(subject.split("#")[1]);
      return Array.from({ length: count ?? 0 }, (_, index) => ((first - 1 + index) % cycle) + 1);
    })
    .sort((a, b) => a - b);

/** What a reader of the switch's own disk would say is missing: everything between what came. */
function expectedOf({ callsByFile, fileNumbers, lostFiles, lostCalls }: Deliveries) {
  const came = callsByFile.flatMap((calls, index) =>
    lostFiles.includes(index)
      ? []
      : calls.map(({ number }) => number).filter((number) => !lostCalls.includes(number - FIRST_NUMBER)),
  );
  const [least, most] = [Math.min(...came), Math.max(...came)];
  const all = callsByFile.flat().map(({ number }) => number);
  return {
    files: lostFiles.map((index) => fileNumbers[index] as number).sort((a, b) => a - b),
    records: all.filter((number) => number > least && number < most && !came.includes(number)),
  };
}

describe.each(SWITCHES)("%s", (_name, numbering, pattern) => {
  test("files and records that never came are named exactly, whatever the order of the others", async () => {
    await fc.assert(
      fc.asyncProperty(anyDeliveries(3), async (deliveries) => {
        const site = await Site.create(db);
        const name = await deliver(site, numbering, pattern, deliveries);
        const [report] = (await site.report("--source", name)).sources;
        const findings = report?.findings ?? [];
        const expected = expectedOf(deliveries);
        expect(missing(findings, "files-missing", CYCLE.last)).toEqual(expected.files);
        expect(missing(findings, "records-missing", Number.MAX_SAFE_INTEGER)).toEqual(expected.records);
      }),
      { numRuns: 6, seed: 42, endOnFailure: true },
    );
  });

  test("of a complete series nothing is reported", async () => {
    await fc.assert(
      fc.asyncProperty(anyDeliveries(0), async (deliveries) => {
        const site = await Site.create(db);
        await deliver(site, numbering, pattern, deliveries);
        expect((await site.report()).sources.flatMap(({ findings }) => findings)).toEqual([]);
      }),
      { numRuns: 4, seed: 43, endOnFailure: true },
    );
  });
});

test("a row that waits or is not billable has its number all the same", async () => {
  const site = await Site.create(db);
  const [, [, mapped]] = SWITCHES as [unknown, [string, NumberingSwitch, string]];
  const source = await site.source("sbc", mapped.format, {
    ...mapped.settings,
    completeness: { records: { pattern: "SBC1-{number}" } },
  });
  const text = [
    "1;2026-03-10T08:00:00Z;442079460018;14155550123;60",
    "2;no time;442079460018;14155550123;60",
    "4;2026-03-10T08:02:00Z;442079460018;14155550123;60",
    "END;3",
    "",
  ].join("\n");
  await site.arrive(source, "a.csv", text, "2026-03-10T12:00:00Z");
  const { sources: found } = await site.report();
  expect(found[0]?.findings.map(({ what }) => what)).toEqual([
    "Record 3 did not come: between a.csv line 2 and a.csv line 3.",
  ]);
});

test("a switch that was started again counts anew: gaps are found before and after", async () => {
  const site = await Site.create(db);
  const [[, asterisk]] = SWITCHES as [[string, NumberingSwitch, string]];
  const completeness = { records: { restarts: true }, silentAfterMinutes: 0 };
  const source = await site.source("pbx", asterisk.format, { completeness });
  const calls = (firstS: number, ...numbers: readonly number[]) =>
    asterisk.file(numbers.map((number, index) => ({ number, atS: firstS + index, talkedS: 5 })));
  await site.arrive(source, "after.csv", calls(600, 0, 2, 3), "2026-03-10T12:00:00Z");
  await site.arrive(source, "before.csv", calls(0, 1_000, 1_001, 1_003), "2026-03-10T12:01:00Z");
  await site.arrive(source, "both.csv", calls(5, 1_004, 1_006), "2026-03-10T12:02:00Z");
  const [pbx] = (await site.report()).sources;
  expect(pbx?.findings.map(({ what }) => what)).toEqual([
    "Record 1002 did not come: between before.csv line 3 and before.csv line 4.",
    "Record 1005 did not come: between both.csv line 2 and both.csv line 3.",
    "Record 1 did not come: between after.csv line 2 and after.csv line 3.",
  ]);
});
