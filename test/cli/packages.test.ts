import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type PackagesGiven, PackagesWorld } from "../allowance/packages-world.ts";
import { callRows, type TestCall } from "../invoicing/billing.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { writeTemporary } from "../support/temporary-file.ts";

const TALK: PackagesGiven = {
  packages: [
    {
      name: "Talk 3",
      allowances: [{ name: "Free Germany", minutes: 3, prefixes: ["49"] }],
      tiers: [
        {
          name: "Steps",
          prefixes: ["49"],
          steps: [
            { upTo: 2, price: "0.05", flatFee: "1.00" },
            { price: "0.03", flatFee: "0.50" },
          ],
        },
      ],
      minimumSpend: "5.00",
    },
  ],
  has: { anna: [{ package: "Talk 3", from: "2026-02-01" }] },
};

const call = (answered: string, talkedS: number, called = "4930123456"): TestCall => ({
  ...{ code: "anna", answered, talkedS, called, key: answered },
});
const FIRST = [call("2026-02-03T10:00:00", 61), call("2026-02-04T10:00:00", 61), call("2026-02-05T10:00:00", 61)];
const SECOND = [call("2026-02-10T10:00:00", 30), call("2026-02-11T10:00:00", 30, "33142000000")];

let world: PackagesWorld | undefined;
afterEach(async () => {
  await world?.db.drop();
  world = undefined;
});

interface Line {
  readonly kind: string;
  readonly description: string;
  readonly exactAmount: string;
  readonly coveredS: number | null;
  readonly allowance: string | null;
}

/** The lines of the only invoice, after files came in in this order. */
async function billed(files: readonly (readonly TestCall[])[]): Promise<readonly string[]> {
  world = await PackagesWorld.create(TALK);
  const { db } = world;
  for (const calls of files) {
    const path = await writeTemporary("calls.csv", callRows(calls));
    expect((await tollwright(["cdr", "import", path, "--source", "switch"], { db })).status).toBe(0);
    await rm(path);
  }
  const preview = await tollwright(["bill", "preview", "2026-02", "--account", "anna", "--lines"], { db });
  expect(preview.stdout).toContain("Minimum spend, 2026-02");
  expect((await tollwright(["bill", "run", "2026-02", "--account", "anna"], { db })).status).toBe(0);
  expect((await tollwright(["bill", "run", "2026-02", "--account", "anna"], { db })).stdout).toContain(
    "nothing to bill",
  );
  const { document } = await tollwrightJson<{ total: string; lines: Line[] }>(["invoice", "show", "INV-2026-00001"], {
    db,
  });
  expect(await world.differences()).toEqual([]);
  return [
    document.total,
    ...document.lines.map(({ kind, description, exactAmount, coveredS, allowance }) =>
      [kind, description, exactAmount, ...(allowance === null ? [] : [allowance, `${coveredS} s`])].join(" "),
    ),
  ];
}

const EXPECTED = [
  "5",
  "usage Germany 0.08", // 60 s at .05, 60 at .03
  "usage Germany 0.03",
  "usage Germany 0.05 Free Germany 60 s", // and 60 s at .05
  "usage Germany 0 Free Germany 120 s",
  "usage World 0.07",
  "adjustment Minimum spend, 2026-02 3.27",
  "adjustment Steps, 2026-02 1.5",
];

describe("a month with free minutes, graduated tiers with fees, and a least spend", () => {
  test("comes to the same invoice to the cent, in whatever order its files come in", async () => {
    expect(await billed([FIRST, SECOND])).toEqual(EXPECTED);
    await world?.db.drop();
    expect(await billed([SECOND, FIRST.toReversed()])).toEqual(EXPECTED);
  });

  test("has what an allowance covered in its files, call by call", async () => {
    await billed([SECOND, FIRST]);
    const folder = await mkdtemp(join(tmpdir(), "tollwright-packages-"));
    const text = async (format: string, name: string) => {
      const words = ["invoice", "export", "INV-2026-00001", "--out", folder, "--format", format];
      expect((await tollwright(words, world)).status).toBe(0);
      return await readFile(join(folder, `INV-2026-00001${name}`), "utf8");
    };
    expect(await text("lines", ".lines.csv")).toContain(",0.05,1,120,0,0.05,0.05,EUR,60,Free Germany");
    const calls = (await text("calls", ".calls.csv")).split("\r\n").map((row) => row.split(","));
    expect(calls.map((row) => [row[12], row[15], row[18], row[19]].join(" "))).toEqual([
      "billed_s amount covered_s allowance",
      "120 0 120 Free Germany",
      "120 0.05 60 Free Germany",
      ...["120 0.08 ", "60 0.03 ", "30 0.07 "].map((row) => `${row} `),
      "   ",
    ]);
    expect(await text("pdf", ".pdf")).toMatch(/^%PDF/);
    await rm(folder, { recursive: true });
  });

  test("tells what is left, and a call explains itself", async () => {
    world = await PackagesWorld.create(TALK);
    const { db } = world;
    await world.import(FIRST.slice(0, 1));
    const words = ["account", "allowances", "anna", "--at", "2026-02-20T00:00:00Z"];
    expect((await tollwright(words, { db })).stdout).toContain("Free Germany    60     0  180  s  month");
    const { document } = await tollwrightJson(words, { db });
    expect(document).toMatchObject({
      account: "anna",
      currency: "EUR",
      provisional: false,
      allowances: [{ name: "Free Germany", unit: "seconds", granted: "180", left: "60", held: "0", sharedWith: 0 }],
      tiers: [{ name: "Steps", mode: "graduated", by: "seconds", counted: "0", step: 1, price: "0.05" }],
    });
    const rated = await tollwright(
      ["rate", "4930123456", "--account", "anna", "--at", "2026-02-20T00:00:00Z", "--seconds", "150"],
      { db },
    );
    expect(rated.stdout).toContain("60 s by Free Germany");
    expect(rated.stdout).toContain("120 s by Steps, step 1: 0.05");
  });
});
