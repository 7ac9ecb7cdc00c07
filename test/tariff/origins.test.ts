import { afterAll, beforeAll, expect, test } from "vitest";
import { epochMs } from "../../src/core/time/epoch.ts";
import { priceSides } from "../../src/server/rating/price-call.ts";
import { loadRatingContext } from "../../src/server/rating/rating-context.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { DeckDesk } from "./deck-desk.ts";

let db: TestDatabase;
let desk: DeckDesk;
beforeAll(async () => {
  db = await testDatabase();
  desk = await DeckDesk.open(db);
});
afterAll(() => db.drop());

const run = (words: readonly string[]) => tollwright(["--tenant", desk.tenantName, ...words], desk.given());

/** The account that buys at a tariff of that name; applying twice changes nothing. */
async function buyer(tariff: string, more: object = {}): Promise<string> {
  const code = `buyer-of-${tariff}`;
  const account = { code, kind: "customer", tariff };
  const setup = { tenant: { name: desk.tenantName }, accounts: [account], ...more };
  const { status, stderr } = await run(["apply", await desk.file("setup.json", JSON.stringify(setup))]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return code;
}

/** What `tollwright rate` says a minute costs, and whose rate it is; "none" without a price. */
async function price(account: string, called: string, from: string | null): Promise<string> {
  const caller = from === null ? [] : ["--from", from];
  const words = ["rate", called, "--account", account, "--at", "2026-06-01", ...caller];
  const given = desk.given();
  const { document } = await tollwrightJson<RateDocument>(["--tenant", desk.tenantName, ...words], given);
  const [side] = document.sides;
  if (side?.kind !== "rated") return side?.kind ?? "none";
  return `${Number(side.amount)} ${side.explanation.slices[0]?.origin ?? "any"}`;
}

interface RateDocument {
  readonly sides: readonly {
    readonly kind: string;
    readonly amount: string;
    readonly explanation: { readonly slices: readonly { readonly origin: string | null }[] };
  }[];
}

async function imported(tariff: string, lines: readonly string[], template: object = {}): Promise<string> {
  const file = await desk.file(`${tariff}.csv`, lines.join("\n"));
  const words = ["import", file, "--tariff", tariff, "--create", "--mode", "full", "--publish"];
  const said = await desk.file("template.json", JSON.stringify(template));
  await desk.run(["template", "save", tariff, said]);
  const { document } = await desk.json<{ outcome?: { kind: string }; code?: string }>([
    ...[...words, "--template", tariff],
  ]);
  return document.outcome?.kind ?? document.code ?? "";
}

test("a deck with a column of origins: EEA, the rest of the world, and codes for everybody", async () => {
  const deck = [
    "Destination,Code,Origin,Rate,Increment,Effective",
    "France Mobile,336,EEA,0.012,1/1,2026-03-01",
    "France Mobile,336,Rest of World,0.25,1/1,2026-03-01",
    "France,33,All,0.004,1/1,2026-03-01",
  ];
  expect(await imported("by-origin", deck)).toBe("published");
  const account = await buyer("by-origin");
  expect(await price(account, "+33612345678", "+493090182")).toBe("0.012 EEA");
  expect(await price(account, "+33612345678", "+12125550100")).toBe("0.25 Rest of world");
  expect(await price(account, "+33612345678", "+447700900123")).toBe("0.25 Rest of world");
  expect(await price(account, "+33612345678", null)).toBe("0.25 Rest of world"); // withheld
  expect(await price(account, "+33112345678", "+12125550100")).toBe("0.004 any");
  const human = (await run(["rate", "+33612345678", "--account", account, "--from", "+493090182"])).stdout;
  expect(human).toContain("the call is in EEA: the rate for EEA holds");
  expect((await desk.run(["list", "--tariff", "by-origin"])).stdout).toContain("ORIGIN");
});

test("a price column for each origin, and the same deck again changes nothing", async () => {
  const deck = [
    "Destination,Code,Rate EEA,Rate Non-EEA,Billing",
    'Germany Mobile,"4915,4916",0.011,0.19,1/1',
    "Germany,49,0.003,0.02,1/1",
  ];
  expect(await imported("by-column", deck)).toBe("published");
  expect(await imported("by-column", deck)).toBe("unchanged");
  const account = await buyer("by-column");
  expect(await price(account, "+4915112345678", "+33612345678")).toBe("0.011 EEA");
  expect(await price(account, "+4915112345678", "+442079460000")).toBe("0.19 Rest of world");
  expect(await price(account, "+493090182", "+442079460000")).toBe("0.02 Rest of world");
});

test("words that only the carrier knows are refused, until the template says which callers they mean", async () => {
  const deck = ["Destination,Code,Origin,Rate", "UK Mobile,447,Zone A,0.01", "UK Mobile,447,Zone B,0.3"];
  expect(await imported("zones", deck)).toBe("deck-origin-unknown");
  const origins = { "Zone A": ["44", "353"], "Zone B": "rest" };
  expect(await imported("zones", deck, { origins })).toBe("published");
  const account = await buyer("zones");
  expect(await price(account, "+447700900123", "+353861234567")).toBe("0.01 Zone A");
  expect(await price(account, "+447700900123", "+33612345678")).toBe("0.3 Rest of world");
});

test("headers that only the carrier knows are mapped by the template too", async () => {
  const deck = ["Destination,Code,Price 1,Price 2", "UK Mobile,447,0.01,0.3"];
  const originPrices = { "Price 1": "home", "Price 2": "rest" };
  expect(await imported("mapped", deck, { originPrices, origins: { home: ["44"] } })).toBe("published");
  const account = await buyer("mapped");
  expect(await price(account, "+447700900123", "+442079460000")).toBe("0.01 home");
  expect(await price(account, "+447700900123", "+33612345678")).toBe("0.3 Rest of world");
});

test("a deck of North America: by the states of both ends, exchanges and ported numbers as imported", async () => {
  const deck = [
    "npanxx,interrate,intrarate,ijrate,effective_date,increment",
    "212555,0.001,0.002,0.009,03/16/2026,6/6",
    "2125551,0.0015,0.0025,0.0095,03/16/2026,6/6",
    "201555,0.003,0.004,0.008,03/16/2026,6/6",
    "212,0.01,0.02,0.03,03/16/2026,6/6",
  ];
  expect(await imported("nanpa", deck)).toBe("published");
  const account = await buyer("nanpa");
  expect(await price(account, "+12125550100", "+17185550100")).toBe("0.002 intrastate");
  expect(await price(account, "+12125551100", "+17185550100")).toBe("0.0025 intrastate"); // seven digits
  expect(await price(account, "+12129990100", "+17185550100")).toBe("0.02 intrastate"); // the area code alone
  expect(await price(account, "+12125550100", "+12015550100")).toBe("0.001 interstate");
  expect(await price(account, "+12125550100", "+18005550100")).toBe("0.009 indeterminate");
  expect(await price(account, "+12125550100", "+14165550100")).toBe("0.009 indeterminate");
  expect(await price(account, "+12125550100", null)).toBe("0.009 indeterminate");
  const exchanges = await desk.file("npanxx.csv", "npanxx,state,lata\n718555,NJ,224\n416555,ON,\n");
  expect((await run(["numbers", "import", "exchanges", exchanges])).stdout).toContain("2 rows of exchanges imported");
  expect(await price(account, "+12125550100", "+17185550100")).toBe("0.001 interstate");
  expect(await price(account, "+12125550100", "+17185560100")).toBe("0.002 intrastate"); // another exchange
  const ported = await desk.file("lrn.csv", "number,lrn\n212-555-0100,201-555-0000\n");
  expect((await run(["numbers", "import", "ported-numbers", ported])).status).toBe(0);
  expect(await price(account, "+12125550100", "+17185550100")).toBe("0.002 intrastate"); // both in New Jersey now
  const routed = { tariffs: [{ name: "nanpa", rateOn: "routing-number" }] };
  await buyer("nanpa", routed);
  expect(await price(account, "+12125550100", "+17185550100")).toBe("0.004 intrastate"); // at the price of 201555
  const bad = await desk.file("bad.csv", "212555,NY\n21255,NY\n");
  const refused = await run(["numbers", "import", "exchanges", bad]);
  expect([refused.status, refused.stderr.includes("Line 2")]).toEqual([2, true]);
});

test("what is exported has its origins, and imported elsewhere gives the same prices; derived tariffs keep them", async () => {
  const path = await desk.file("export.csv", "");
  await desk.run(["export", "--tariff", "by-origin", path]);
  const { document } = await desk.json(["import", path, "--tariff", "by-origin", "--mode", "full", "--publish"]);
  expect(document.outcome).toEqual({ kind: "unchanged" });
  const words = ["import", path, "--tariff", "copy", "--create", "--mode", "full", "--publish"];
  expect((await desk.json(words)).document.outcome.kind).toBe("published");
  const derive = { base: "by-origin", markupPercent: "100" };
  const overrides = [{ prefix: "336", destination: "France Mobile", rate: "0.5", origin: "EEA" }];
  const derived = { tariffs: [{ name: "twice", derive, overrides }] };
  const [copy, twice] = [await buyer("copy"), await buyer("twice", derived)];
  expect(await price(copy, "+33612345678", "+493090182")).toBe("0.012 EEA");
  expect(await price(copy, "+33612345678", null)).toBe("0.25 Rest of world");
  expect(await price(twice, "+33612345678", "+493090182")).toBe("0.5 EEA");
  expect(await price(twice, "+33612345678", "+12125550100")).toBe("0.5 Rest of world");
  const listed = await desk.json<{ rates: { prefix: string; origin: string | null; rate: string }[] }>([
    ...["list", "--tariff", "twice"],
  ]);
  expect(listed.document.rates.map(({ prefix, origin, rate }) => [prefix, origin, Number(rate)])).toEqual([
    ["33", null, 0.008],
    ["336", "EEA", 0.5],
    ["336", "Rest of world", 0.5],
  ]);
});

test("a call record is charged as the quote says, whoever calls", async () => {
  const code = "buyer-of-by-origin";
  const context = await db.transaction("app", { tenantId: desk.operator.tenantId }, (tx) =>
    loadRatingContext(tx, desk.operator.tenantId, null),
  );
  const account = [...context.accounts.values()].find((one) => one.code === code)!;
  const digits = (text: string) => ({ kind: "e164" as const, digits: text as never });
  const callings = [digits("493090182"), digits("12125550100"), { kind: "anonymous" as const }];
  const answeredAt = epochMs(Date.UTC(2026, 5, 1));
  const charged = callings.map((calling) => {
    const event = { calling, called: digits("33612345678"), answeredAt, talkedS: 60 } as never;
    const pricing = priceSides(context, event, { accountId: account.id, vendorAccountId: null });
    return pricing.kind === "priced" ? pricing.charges.map(({ amount }) => amount) : pricing.reject;
  });
  expect(charged).toEqual([[12_000_000n], [250_000_000n], [250_000_000n]]);
});

test("a setup says who the callers of an origin are, once; and rates of an origin that is not there are refused", async () => {
  const tariff = {
    name: "wrong",
    origins: [{ name: "A" }, { name: "B", preset: "EEA", others: true }, { name: "C", others: true }],
    unknownCallers: "D",
    rates: [{ prefix: "44", destination: "UK", rate: "1", origin: "E" }],
  };
  const setup = { tenant: { name: desk.tenantName }, tariffs: [tariff] };
  const { status, stderr } = await run(["apply", await desk.file("setup.json", JSON.stringify(setup))]);
  expect(status).toBe(2);
  for (const part of ["does not say who", "described twice", 'no origin "D"', 'no origin "E"'])
    expect(stderr).toContain(part);
});
