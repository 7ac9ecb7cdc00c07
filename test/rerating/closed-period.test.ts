import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase } from "../support/database.ts";
import { Story, setup } from "./story.ts";

let story: Story;

beforeAll(async () => {
  story = new Story(await testDatabase());
  await story.apply(setup());
  await story.import([
    { code: "bakery", at: "2026-01-10T10:00:00Z" },
    { code: "shop", at: "2026-01-11T10:00:00Z", talkedS: 60 },
    { code: "bakery", at: "2026-02-10T10:00:00Z" },
  ]);
});
afterAll(() => story?.db.drop());

interface Billed {
  readonly invoices: readonly {
    readonly account: string;
    readonly kind: string;
    readonly exactTotal: string;
    readonly lines: readonly Readonly<Record<string, unknown>>[];
  }[];
}

/** "account kind: what is billed of which time at which rate". */
async function bills(line: string): Promise<readonly string[]> {
  const { document } = await story.json<Billed>(line);
  return document.invoices.flatMap(({ account, kind, lines }) =>
    lines.map((one) => {
      const what = `${one.periodStartDate} ${one.rate} ${one.calls} ${one.billedS} ${one.exactAmount}`;
      return `${account} ${kind}: ${what} ${one.previousPeriod ? `after ${one.precedingInvoice}` : ""}`.trim();
    }),
  );
}

const ADJUSTED = [
  "bakery invoice: 2026-01-01 0.05 1 120 0.1 after partner-2026-00001",
  "bakery invoice: 2026-01-01 0.06 -1 -120 -0.12 after partner-2026-00001",
  "bakery invoice: 2026-02-01 0.05 1 120 0.1",
];

test("a period that is invoiced is corrected on the next invoice, which names its dates and its invoice", async () => {
  expect(await bills("bill run 2026-01")).toEqual([
    "bakery invoice: 2026-01-01 0.06 1 120 0.12",
    "partner invoice: 2026-01-01 0.03 1 120 0.06",
    "shop statement: 2026-01-01 0.06 1 60 0.06",
  ]);
  const cheaper = setup();
  for (const rate of cheaper.tariffs[0]?.rates ?? []) if (rate.prefix === "49") rate.rate = "0.05";
  await story.apply(cheaper);
  expect(await bills("bill preview 2026-02 --account bakery")).toEqual(["bakery invoice: 2026-02-01 0.06 1 120 0.12"]);
  await story.run('cdr rerate --tariff retail --apply --reason "January was 0.05"');
  expect(await bills("bill preview 2026-02 --account bakery")).toEqual(ADJUSTED);
  const { stdout } = await story.run("bill preview 2026-02 --account bakery --lines");
  expect(stdout).toMatch(/Germany +from 2026-01-01 \(partner-2026-00001\) +0\.06 +-1 +-120 +-0\.12 +-0\.12 +EUR/);
  const billed = await bills("bill run 2026-02");
  expect(billed.filter((line) => line.startsWith("bakery"))).toEqual(ADJUSTED);
  expect(billed.filter((line) => line.startsWith("shop"))).toEqual([
    "shop statement: 2026-01-01 0.05 1 60 0.05 after INV-2026-00002",
    "shop statement: 2026-01-01 0.06 -1 -60 -0.06 after INV-2026-00002",
  ]);
  expect(await bills("bill run 2026-02")).toEqual([]);
  expect(await story.faults()).toEqual([]);
});

test("the invoice keeps the reference: in JSON, in the CSV of lines; and it itemises the calls", async () => {
  const { document } = await story.json<{ lines: object[] }>("invoice show partner-2026-00002");
  expect(document.lines[0]).toMatchObject({ precedingInvoice: "partner-2026-00001", periodStartDate: "2026-01-01" });
  const folder = await mkdtemp(join(tmpdir(), "tollwright-closed-"));
  for (const format of ["lines", "calls"])
    await story.run(`invoice export partner-2026-00002 --format ${format} --out ${folder}`);
  const read = (name: string) => readFile(join(folder, `partner-2026-00002.${name}.csv`), "utf8");
  const [lines, calls] = [await read("lines"), await read("calls")];
  await rm(folder, { recursive: true });
  expect(lines).toContain("usage,Germany,2026-01-01,2026-02-01,0.06,-1,-120,0,-0.12,-0.12,EUR,,,partner-2026-00001");
  expect(calls.trim().split("\n")).toHaveLength(4);
  expect(calls).toContain(",-120,-120,0.06,");
});

test("re-rating back before the next bill leaves nothing to bill", async () => {
  await story.apply(setup());
  await story.run('cdr rerate --tariff retail --apply --reason "it was 0.06 after all"');
  const cheaper = setup();
  for (const rate of cheaper.tariffs[0]?.rates ?? []) if (rate.prefix === "49") rate.rate = "0.05";
  await story.apply(cheaper);
  await story.run('cdr rerate --tariff retail --to 2099-01-01 --apply --reason "no: 0.05"');
  expect(await bills("bill preview 2026-03")).toEqual([]);
  expect(await story.faults()).toEqual([]);
});
