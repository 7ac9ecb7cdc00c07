import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { writeTemporary } from "../support/temporary-file.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  const { status, document } = await apply(SETUP);
  expect([status, status === 0 ? {} : document]).toEqual([0, {}]);
});
afterAll(async () => {
  await db?.drop();
});

const SETUP = {
  tenant: { name: "Mobile", currency: "EUR", timeZone: "UTC" },
  tariffs: [
    { name: "calls", rates: [{ prefix: "", destination: "Everywhere", rate: "0.06" }] },
    { name: "messages", service: "sms", rates: [{ prefix: "49", destination: "Germany", rate: "0.05" }] },
    {
      name: "data",
      service: "data",
      origins: [
        { name: "home", prefixes: ["262"] },
        { name: "abroad", others: true },
      ],
      rates: [
        { prefix: "", destination: "Data", rate: "2", unit: "GB", increments: "100 kB/100 kB", origin: "home" },
        { prefix: "", destination: "Data abroad", rate: "0.10", unit: "MiB", origin: "abroad" },
        { prefix: "20", destination: "Our app", rate: "0", unit: "GB" },
      ],
    },
    { name: "data for Ben", service: "data", derive: { base: "data", markupPercent: "50" } },
  ],
  packages: [
    {
      name: "Gigabyte",
      allowances: [
        { name: "1 GB", octets: "1 GB" },
        { name: "2 messages", messages: 2 },
      ],
    },
  ],
  accounts: [
    {
      ...{
        code: "ada",
        kind: "customer",
        payment: "postpaid",
        packages: [{ package: "Gigabyte", from: "2026-02-01" }],
      },
      tariffs: [{ tariff: "calls" }, { tariff: "messages" }, { tariff: "data" }],
    },
    { code: "ben", kind: "customer", payment: "postpaid", tariffs: [{ tariff: "calls" }, { tariff: "data for Ben" }] },
  ],
  sources: [
    {
      name: "mno",
      format: "mapped",
      settings: {
        mapping: {
          layout: {
            kind: "csv",
            columns: ["id", "kind", "who", "from", "to", "at", "s", "up", "down", "net"],
          },
          ...{ key: "id", accountCode: "who", calling: "from", called: "to", egressTrunk: "net" },
          startedAt: { column: "at", format: "epoch-s" },
          talked: { column: "s", unit: "s" },
          service: { column: "kind", map: { GPRS: "data", SMS: "sms", CALL: "voice" } },
          quantity: { columns: ["up", "down"] },
        },
      },
    },
  ],
  rules: [
    { account: "ada", match: { accountCode: "ada" } },
    { account: "ben", match: { accountCode: "ben" } },
  ],
};

async function apply(setup: object) {
  const path = await writeTemporary("setup.json", JSON.stringify(setup));
  const ran = await tollwrightJson<{ faults?: object[] }>(["apply", path], { db });
  await rm(path);
  return ran;
}

/** 2026-02-03, 10:00 UTC. */
const AT = 1_770_112_800;
const RECORDS = [
  `1,CALL,ada,4915112345,4930123456,${AT},60,,,`,
  `2,SMS,ada,4915112345,4930123456,${AT + 1},,,,`,
  `3,SMS,ada,4915112345,4930123456,${AT + 2},,3,,`,
  `4,GPRS,ada,4915112345,10,${AT + 3},3600,100000000,900000001,26201`,
  `5,GPRS,ada,4915112345,10,${AT + 4},60,0,250001,26201`,
  `6,GPRS,ada,4915112345,20,${AT + 5},60,0,7000000000,26201`,
  `7,GPRS,ada,4915112345,10,${AT + 6},60,1048576,1048576,20801`,
  `8,GPRS,ben,4915154321,10,${AT + 7},60,0,100000000,26201`,
  `9,SMS,ben,4915154321,4930123456,${AT + 8},,,,`,
];

test("calls, messages and data of one file are rated, counted against allowances, billed, exported and found", async () => {
  const path = await writeTemporary("records.csv", `${RECORDS.join("\n")}\n`);
  const imported = await tollwrightJson(["cdr", "import", path, "--source", "mno"], { db });
  // Ben has no tariff for messages: his waits.
  expect([imported.status, JSON.stringify(imported.document)]).toEqual([1, expect.stringContaining('"stored":8')]);
  await rm(path);
  const billed = await tollwrightJson<{ invoices: { account: string; number: string }[] }>(["bill", "run", "2026-02"], {
    db,
  });
  const numberOf = (code: string) => billed.document.invoices.find(({ account }) => account === code)?.number ?? "";
  // Of Ada's 4 messages 2 are free, and of the 1,000,100,000 octets in steps of 100 kB the first gigabyte.
  expect(
    await exported(
      numberOf("ada"),
      "lines",
      "description",
      "billed_s",
      "service",
      "quantity",
      "rate",
      "covered",
      "exact_amount",
    ),
  ).toEqual([
    "Everywhere,60,voice,,,,0.06",
    "Data,,data,300000,0.002,,0.0006",
    "Data,,data,1000100000,0.002,1000000000,0.0002",
    "Data abroad,,data,2097152,0.095367431640625,,0.2",
    "Our app,,data,7000000000,0,,0",
    "Germany,,sms,4,0.05,2,0.1",
  ]);
  expect(
    await exported(numberOf("ada"), "calls", "to", "talked_s", "billed_s", "service", "quantity", "amount"),
  ).toHaveLength(7);
  expect(
    await exported(numberOf("ben"), "lines", "description", "service", "quantity", "rate", "exact_amount"),
  ).toEqual(["Data,data,100000000,0.003,0.3"]);
  const search = [
    "cdr",
    "search",
    "--service",
    "data",
    "--account",
    "ben",
    "--from",
    "2026-02-01",
    "--to",
    "2026-03-01",
  ];
  const found = await tollwrightJson<{ calls: object[] }>(search, { db });
  expect(found.document.calls).toMatchObject([
    { service: "data", quantity: 100_000_000, talkedS: 60, charges: [{ billedS: 100_000_000, amount: "0.3" }] },
  ]);
  const left = await tollwrightJson(["account", "allowances", "ada", "--at", "2026-02-28T00:00:00Z"], { db });
  expect(left.document).toMatchObject({
    allowances: [
      { name: "2 messages", unit: "messages", left: "0" },
      { name: "1 GB", unit: "octets", left: "0", granted: "1000000000" },
    ],
  });
  expect((await tollwright(["doctor"], { db })).stdout).not.toMatch(/differ/i);
});

const DECK = [
  "Destination,Code,Rate,Increment,Effective,Status",
  "Germany,49,0.05,60/60,2026-01-01,",
  "France,33,0.08,60/60,2026-01-01,",
];

test("a deck of messages has a price for each, and data has none", async () => {
  const deck = await writeTemporary("deck.csv", `${DECK.join("\n")}\n`);
  const words = ["rates", "import", deck, "--mode", "full", "--publish", "--accept-findings", "--tariff"];
  expect(await tollwright([...words, "messages"], { db })).toMatchObject({ status: 0, stderr: "" });
  const refused = await tollwrightJson<{ code: string }>([...words, "data"], { db });
  expect([refused.status, refused.document.code]).toEqual([2, "deck-service-unknown"]);
  const record = await writeTemporary("one.csv", `10,SMS,ada,4915112345,33612345678,${AT + 9},,2,,\n`);
  expect(await tollwright(["cdr", "import", record, "--source", "mno"], { db })).toMatchObject({ status: 0 });
  await Promise.all([deck, record].map((path) => rm(path)));
  const search = ["cdr", "search", "--called", "33612345678", "--from", "2026-02-01", "--to", "2026-03-01"];
  const found = await tollwrightJson<{ calls: object[] }>(search, { db });
  expect(found.document.calls).toMatchObject([
    { service: "sms", quantity: 2, charges: [{ billedS: 2, destination: "France", amount: "0.16" }] },
  ]);
});

/** Some columns of an invoice's CSV, row by row. */
async function exported(number: string, format: "lines" | "calls", ...columns: readonly string[]): Promise<string[]> {
  const dir = await mkdtemp(join(tmpdir(), "services-"));
  await tollwright(["invoice", "export", number, "--format", format, "--out", dir], { db });
  const [name = ""] = await readdir(dir);
  const [header = "", ...rows] = (await readFile(join(dir, name), "utf8")).trimEnd().split("\r\n");
  await rm(dir, { recursive: true });
  const places = columns.map((column) => header.split(",").indexOf(column));
  return rows.map((row) => places.map((place) => row.split(",")[place]).join(","));
}

test.each<[string, object, string]>([
  ["a service that changes", { name: "calls", service: "sms" }, "/tariffs/0/service"],
  [
    "minutes of messages",
    { name: "m", service: "sms", rates: [{ prefix: "", destination: "x", rate: "1", unitS: 60 }] },
    "/tariffs/0/rates/0/unitS",
  ],
  [
    "a unit of time of data",
    { name: "d", service: "data", rates: [{ prefix: "", destination: "x", rate: "1", unit: "minute" }] },
    "/tariffs/0/rates/0/unit",
  ],
  [
    "a number for a rating group",
    { name: "d", service: "data", rates: [{ prefix: "49301234567", destination: "x", rate: "1" }] },
    "/tariffs/0/rates/0/prefix",
  ],
  [
    "sizes as steps of calls",
    { name: "v", rates: [{ prefix: "", destination: "x", rate: "1", increments: "1 kB/1 kB" }] },
    "/tariffs/0/rates/0/increments",
  ],
  ["peaks within data", { name: "d", service: "data", windowCrossing: "split" }, "/tariffs/0/windowCrossing"],
  ["messages derived from calls", { name: "d", service: "sms", derive: { base: "calls" } }, "/tariffs/0/service"],
])("%s is refused in a setup", async (_what, tariff, pointer) => {
  const { status, document } = await apply({ tenant: SETUP.tenant, tariffs: [tariff] });
  expect([status, JSON.stringify(document)]).toEqual([2, expect.stringContaining(pointer)]);
});
