import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COLUMNS, callRows } from "../invoicing/billing.ts";
import { tollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
let folder: string;

const SETUP = {
  tenant: { name: "Harbour Telecom", currency: "EUR", destinationGroups: [{ name: "germany", prefixes: ["49"] }] },
  accounts: [
    {
      code: "first",
      kind: "reseller",
      tariff: "of first",
      brand: { name: "First Calls", billing: { numbers: "F-{number:4}" } },
    },
    { code: "second", kind: "reseller", parent: "first", tariff: "of second", whenCreditEnds: "refuse-calls" },
    { code: "bakery", kind: "customer", parent: "second", tariff: "of bakery" },
    {
      ...{ code: "anna", kind: "agent", name: "Anna Agent" },
      commission: { rules: [{ name: "german", groups: ["germany"], of: "margin", on: "collected", percent: "20" }] },
    },
    { code: "florist", kind: "customer", parent: "anna", tariff: "of bakery", customerSince: "2025-06-01" },
    { code: "carrier", kind: "vendor", tariff: "of carrier" },
  ],
  tariffs: [
    ["of carrier", "0.010"],
    ["of first", "0.020"],
  ]
    .map(([name, rate]): object => ({
      name,
      rates: [{ prefix: "49", destination: "Germany", rate, increments: "60/60" }],
    }))
    .concat([
      { name: "of second", derive: { base: "of first", markupPercent: "50", decimals: 4, rounding: "up" } },
      { name: "of bakery", derive: { base: "of second", addPerUnit: "0.02", decimals: 4 } },
    ]),
  sources: [{ name: "switch", format: "freeswitch-csv", settings: { mapping: { columns: COLUMNS } } }],
  trunks: [{ name: "carrier", direction: "egress", account: "carrier" }],
  rules: ["bakery", "florist"].map((account) => ({ account, match: { accountCode: account } })),
};

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-resellers-"));
  await writeFile(join(folder, "setup.json"), JSON.stringify(SETUP));
  const calls = ["bakery", "florist"].map((code) => ({ code, answered: "2026-02-03T10:00:00", talkedS: 90 }));
  await writeFile(join(folder, "calls.csv"), callRows(calls));
});
afterAll(async () => {
  await db?.drop();
  await rm(folder, { recursive: true });
});

const run = (line: string) => tollwright(line.split(" "), { db });

/** What a command wrote, without the blanks that line its tables up. */
async function textOf(line: string): Promise<string> {
  const { stdout, stderr } = await run(line);
  return `${stdout}${stderr}`.replaceAll(/ +/g, " ").replaceAll(/ +$/gm, "");
}

test("a chain, an agent and a month of theirs, as the guide has it", async () => {
  for (const command of [
    `apply ${folder}/setup.json`,
    `cdr import ${folder}/calls.csv --source switch`,
    "bill run 2026-02",
  ])
    expect(await run(command)).toMatchObject({ status: 0 });
  expect(await textOf("invoice list")).toContain("F-0001");
  expect(await textOf("report margin 2026-02 --by level")).toBe(
    [
      "LEVEL CALLS REVENUE EUR COST MARGIN %",
      "(operator) 2 0.14 0.04 0.1 71.4",
      "first 1 0.06 0.04 0.02 33.3",
      "second 1 0.1 0.06 0.04 40",
      "total 4 0.3 0.14 0.16 53.3\n",
    ].join("\n"),
  );
  expect(await textOf("report margin 2026-02 --account second")).toContain("bakery 1 0.1 0.06 0.04 40");

  expect(await textOf("commission run 2026-02")).toBe("2026-02: 0 agents with new entries.\n");
  const { stdout } = await run("invoice list --account florist --json");
  const [{ number }] = (JSON.parse(stdout) as { invoices: [{ number: string }] }).invoices;
  expect(await textOf(`invoice pay ${number} 0.05 --reference B1`)).toBe(
    `Of invoice ${number} is paid 0.05 EUR, open 0.05 EUR.\n`,
  );
  // Paid in March: half of 20 % of .10 − .02.
  expect(await textOf("commission run 2026-02")).toBe("2026-02: 0 agents with new entries.\n");
  expect(await textOf("commission run 2026-03")).toContain("commission-period-invalid");
});

test("a statement is a table, a CSV file and a page", async () => {
  await db.transaction("owner", {}, (tx) => tx.query("update invoice_payments set effective_date = '2026-02-20'"));
  expect(await textOf("commission run 2026-02")).toBe(
    "anna: 0.008 EUR in 1 entry.\n2026-02: 1 agent with new entries.\n",
  );
  expect(await textOf("commission list")).toContain("2026-02 anna 0.008 0 0 0.008 EUR");
  expect(await textOf("commission statement anna 2026-02")).toMatch(
    /earned florist \S+ german 20 % 0.08 0.04 0.008 EUR/,
  );
  for (const format of ["csv", "pdf"])
    expect(await run(`commission statement anna 2026-02 --format ${format} --out ${folder}`)).toMatchObject({
      status: 0,
    });
  expect(await readFile(join(folder, "anna-2026-02.csv"), "utf8")).toMatch(
    /^agent,month,.*\r\nanna,2026-02,1,earned,florist,[^,]+,german,margin,20,0.08,0.04,0.008,EUR\r\n$/,
  );
  expect((await readFile(join(folder, "anna-2026-02.pdf"))).subarray(0, 5).toString()).toBe("%PDF-");
});

test.each<[object, string]>([
  [
    { accounts: [{ code: "bakery", kind: "customer", brand: { name: "X" } }] },
    "/accounts/0/brand: A customer sells to nobody.",
  ],
  [
    { accounts: [{ code: "first", kind: "reseller", commission: { rules: [] } }] },
    "/accounts/0/commission: A reseller earns no commission.",
  ],
  [
    {
      accounts: [
        { code: "anna", kind: "agent", commission: { rules: [{ name: "a", groups: ["mars"], percent: "1" }] } },
      ],
    },
    '/accounts/0/commission/rules/0/groups: There is no destination group "mars".',
  ],
  [
    {
      accounts: [{ code: "anna", kind: "agent", commission: { rules: [{ name: "a" }, { name: "a", percent: "1" }] } }],
    },
    '/accounts/0/commission/rules/1/name: A rule above is called "a".',
  ],
  [
    { accounts: [{ code: "bakery", kind: "customer", customerSince: "2026-02-30" }] },
    '/accounts/0/customerSince: "2026-02-30" is no day of the calendar.',
  ],
])("a setup of %j is refused", async (part, fault) => {
  await writeFile(join(folder, "bad.json"), JSON.stringify({ tenant: { name: "Harbour Telecom" }, ...part }));
  expect((await run(`apply ${folder}/bad.json`)).stderr).toContain(fault);
});
