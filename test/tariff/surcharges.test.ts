import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ArchiveStory } from "../archive/archive-story.ts";
import { type Setup, setup } from "../rerating/story.ts";
import { testDatabase } from "../support/database.ts";

const origins = [
  { name: "EEA", preset: "EEA" },
  { name: "Rest of world", others: true },
];
const ORIGIN = { name: "Origin", called: ["49"], origins: ["Rest of world"] };
const SET_UP = { name: "Set-up", called: ["49"], perCall: "0.01" };

/** The reseller's tariff is half of the customers', whose surcharges it has too; the vendor has one of its own. */
function surcharged(origin: object = {}): Setup {
  const all = setup();
  const [retail, , cost] = all.tariffs;
  const ofOrigin = { ...ORIGIN, perMinute: "0.05", increments: "60/60", ...origin };
  Object.assign(retail!, { origins, surcharges: [ofOrigin, SET_UP] });
  Object.assign(cost!, { origins, surcharges: [{ ...ORIGIN, perMinute: "0.03", egressTrunks: ["carrier"] }] });
  return all;
}

let folder: string;
let story: ArchiveStory;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollwright-surcharges-"));
  story = new ArchiveStory(await testDatabase(), folder);
  await story.apply(surcharged());
  await story.import([
    { code: "bakery", at: "2026-01-10T10:00:00Z" }, // k1, from Germany
    { code: "bakery", at: "2026-01-10T11:00:00Z", calling: "12125550100", talkedS: 61 }, // k2
    { code: "clinic", at: "2026-01-10T12:00:00Z", calling: "anonymous" }, // k3, in dollars
    { code: "bakery", at: "2026-01-10T13:00:00Z", calling: "12125550100", called: "442079460018" }, // k4
    { code: "bakery", at: "2026-01-10T14:00:00Z", calling: "12125550100", talkedS: 0 }, // k5
  ]);
});
afterAll(async () => {
  await story?.db.drop();
  await rm(folder, { recursive: true });
});

/** What is charged and not taken back: by call and payer, with surcharges in the tariff's currency. */
async function charged(): Promise<readonly string[]> {
  const { rows } = await story.db.transaction("owner", {}, (tx) =>
    tx.query<{ line: string }>(
      `select format('%s %s %s%s', u.call_key, a.code, trim_scale(c.amount), (
         select string_agg(format(' %s %s%s', p ->> 'name', p ->> 'amount', ' ' || (p ->> 'seconds') || 's'), '')
         from jsonb_array_elements(c.parts) p)) as line
       from charges c join accounts a on a.id = c.account_id join usage_events u on u.id = c.usage_id
       where c.reverses_entry_no is null and not exists (
         select from charges r where r.usage_id = c.usage_id and r.answered_at = c.answered_at
           and r.reverses_entry_no = c.entry_no)
       order by u.call_key, a.code`,
    ),
  );
  return rows.map(({ line }) => line);
}

const CHARGED = [
  "k1 bakery 0.13 Set-up 0.01", // 2 × .06 + .01
  "k1 carrier 0.02",
  "k1 partner 0.065 Set-up 0.005", // half of it
  "k2 bakery 0.171 Origin 0.1 120s Set-up 0.01", // 61/60 × .06 = .061; 2 whole minutes × .05; .01
  "k2 carrier 0.040667 Origin 0.0305 61s", // 61/60 × .01 = .010167; 61/60 × .03, by the seconds billed
  "k2 partner 0.0855 Origin 0.05 120s Set-up 0.005",
  "k3 carrier 0.08 Origin 0.06 120s",
  "k3 clinic 0.2875 Origin 0.1 120s Set-up 0.01", // (.12 + .1 + .01) × 1.25: a withheld number is in the rest of the world
  "k4 bakery 0.24", // another range
  "k4 carrier 0.02",
  "k4 partner 0.12",
  ...["k5 bakery 0", "k5 carrier 0", "k5 partner 0"], // no talk, no surcharge
];

test("every side owes its own surcharges; re-rating to the same tariffs changes nothing", async () => {
  expect(await charged()).toEqual(CHARGED);
  expect(await story.faults()).toEqual([]);
  expect((await story.json("cdr rerate --all")).document).toMatchObject({ looked: 5, changed: 0 });
});

test("a price says what its surcharges are", async () => {
  const words = "rate +4930901820 --account bakery --from +12125550100 --seconds 61 --at 2026-01-10";
  const { document } = await story.json<{ sides: { amount: string; surcharges: object[] }[] }>(words);
  expect(document.sides[0]).toMatchObject({
    amount: "0.171",
    surcharges: [
      { name: "Origin", seconds: 120, amount: "0.1" },
      { name: "Set-up", seconds: null, amount: "0.01" },
    ],
  });
  const { stdout } = await story.run(words);
  expect(stdout).toContain("sum 0.061, rounded half-up to 6 decimals: 0.061 EUR");
  expect(stdout).toContain('surcharge "Origin", 120 s: 0.10 EUR');
  expect(stdout).toContain('surcharge "Set-up": 0.01 EUR');
  const vendor = "rate +4930901820 --account carrier --from +12125550100 --at 2026-01-10";
  const amountOf = async (line: string) =>
    (await story.json<{ sides: { amount: string }[] }>(line)).document.sides[0]?.amount;
  expect([await amountOf(vendor), await amountOf(`${vendor} --egress-trunk carrier`)]).toEqual(["0.01", "0.04"]);
});

test("a tariff's list and its export name its surcharges, and a reader of the export is told of them", async () => {
  const { stdout } = await story.run("rates list --tariff retail --prefix 49");
  expect(stdout).toContain(
    'Surcharge "Origin": 0.05 EUR a minute in steps of 60/60, on calls to 49 from Rest of world',
  );
  expect(stdout).toContain('Surcharge "Set-up": 0.01 EUR a call, on calls to 49');
  expect((await story.run("rates list --tariff retail --prefix 44")).stdout).not.toContain("Surcharge");
  const { document } = await story.json<{ surcharges: object[] }>("rates list --tariff wholesale");
  expect(document.surcharges).toMatchObject([
    { name: "Origin", perMinute: "0.025", increments: "60/60", called: ["49"], effectiveFrom: null },
    { name: "Set-up", perCall: "0.005" },
  ]);
  const file = join(folder, "retail.csv");
  expect((await story.json(`rates export --tariff retail ${file}`)).document).toMatchObject({ surcharges: 2 });
  const read = await story.json<{ reading: { warnings: { code: string; what: string }[] } }>(
    `rates check ${file} --tariff retail --mode full`,
  );
  const warning = read.document.reading.warnings.find(({ code }) => code === "surcharges-not-read");
  expect(warning?.what).toMatch(/^Line \d+ speaks of a surcharge/);
});

interface Line {
  readonly description: string;
  readonly exactAmount: string;
  readonly surcharges: string | null;
}

test("an invoice and its calls tell price and surcharges apart", async () => {
  await story.bill("2026-01");
  const { document } = await story.json<{ invoices: { number: string; account: string }[] }>("invoice list");
  const number = document.invoices.find(({ account }) => account === "bakery")?.number;
  const shown = await story.json<{ lines: Line[] }>(`invoice show ${number}`);
  expect(shown.document.lines.map((line) => [line.description, line.exactAmount, line.surcharges])).toEqual([
    ["Germany", "0.301", "0.12"],
    ["United Kingdom", "0.24", null],
  ]);
  const calls = (await story.invoiceCalls())[number ?? ""]?.split("\r\n") ?? [];
  expect(calls[0]).toMatch(/,surcharge_amount,surcharges$/);
  expect(calls[2]).toMatch(/,0\.06,0,0\.171,EUR,[^,]*,,,0\.11,"Origin, Set-up"$/);
  expect(calls[3]).toMatch(/,0\.24,EUR,[^,]*,,,,$/);
});

test("the invoice of another currency has the surcharges at the calls' exchange rate", async () => {
  const { document } = await story.json<{ invoices: { number: string; account: string }[] }>("invoice list");
  const number = document.invoices.find(({ account }) => account === "clinic")?.number;
  const shown = await story.json<{ lines: Line[] }>(`invoice show ${number}`);
  expect(shown.document.lines.map((line) => [line.description, line.exactAmount, line.surcharges])).toEqual([
    ["Germany", "0.2875", "0.1375"], // (.1 + .01) × 1.25
  ]);
  const calls = (await story.invoiceCalls())[number ?? ""]?.split("\r\n") ?? [];
  expect(calls[1]).toMatch(/,0\.2875,USD,[^,]*,,,0\.1375,"Origin, Set-up"$/);
});

test("a month goes to the archive with its surcharges and comes back as it was", async () => {
  const before = await story.rows();
  expect((await story.run("vendor accrue")).status).toBe(0);
  expect((await story.run("archive run --before 2026-02")).status).toBe(0);
  expect((await story.rows()).charges).toEqual([]);
  expect((await story.run("archive restore 2026-01")).status).toBe(0);
  expect(await story.rows()).toEqual(before);
  expect(await story.faults()).toEqual([]);
});

test("a surcharge that begins to cost more in the past is suggested, and re-rating charges the difference", async () => {
  await story.apply(surcharged({ perMinute: "0.05", to: "2026-01-10T12:00:00Z" }));
  const { document } = await story.json<{
    suggestions: { what: string; options: string; totals: { account: string; difference: string }[] }[];
  }>("cdr rerate --suggest");
  const [{ what, options, totals } = { what: "", options: "", totals: [] }] = document.suggestions;
  expect(what).toContain("prices calls from 2026-01-10T12:00:00Z on otherwise");
  expect(totals.filter(({ difference }) => difference !== "0")).toMatchObject([
    { account: "clinic", difference: "-0.125" }, // .1 × 1.25
  ]);
  expect((await story.run(`cdr rerate ${options} --apply --reason ended`)).stderr).toBe("");
  expect((await charged())[7]).toBe("k3 clinic 0.1625 Set-up 0.01");
  expect(await story.faults()).toEqual([]);
  await story.apply(surcharged({ to: "2099-01-01" }));
  await story.run(`cdr rerate ${options} --apply --reason back`);
  expect(await charged()).toEqual(CHARGED);
});

test("what a surcharge cannot be is said where it stands", async () => {
  const tariff = {
    ...{ name: "wrong", windows: [{ name: "night", from: "22:00", until: "06:00" }] },
    surcharges: [
      { name: "A" },
      { name: "B", perCall: "1", increments: "1/1", origins: ["Mars"], window: "noon" },
      { name: "C", perMinute: "1", from: "2026-02-01", to: "2026-01-01" },
    ],
  };
  const wrong = { ...setup(), tariffs: [...setup().tariffs, tariff] };
  const failure = await story.apply(wrong as Setup).then(String, String);
  for (const part of [
    ...['"A" has no amount', "Increments are for an amount a minute", 'no origin of the tariff: "Mars"'],
    ...['no window of the tariff: "noon"', "ends before it begins"],
  ])
    expect(failure).toContain(part);
});
