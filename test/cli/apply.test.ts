import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { REPOSITORY } from "../tidy/source-files.ts";

const SAMPLE = join(REPOSITORY, "samples/setup/setup.json");

interface Report {
  readonly changes: readonly { kind: string; name: string; change: string; fields: readonly string[] }[];
}

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

/** Applies a setup of a tenant of its own name; answers what is not unchanged. */
async function apply(setup: object, ...words: string[]) {
  const { status, document } = await tollwrightJson<Report>(["apply", "-", ...words], {
    db,
    stdin: JSON.stringify(setup),
  });
  const changes = (document.changes ?? []).filter(({ change }) => change !== "unchanged");
  return {
    status,
    document,
    changes: changes.map(({ change, kind, name, fields }) => [change, kind, name, ...fields].join(" ")),
  };
}

/** The faults that a setup is refused for. */
async function faultsOf(setup: object): Promise<string[]> {
  const { status, document } = await tollwrightJson<{ code: string; detail: string }>(["apply", "-"], {
    db,
    stdin: JSON.stringify(setup),
  });
  expect({ status, code: document.code }).toEqual({ status: 2, code: "setup-invalid" });
  return document.detail
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
}

describe("the sample setup", () => {
  test("is checked by a dry run, which changes nothing", async () => {
    const { status, stdout } = await tollwright(["apply", SAMPLE, "--dry-run"], { db });
    expect(status).toBe(0);
    expect(stdout).toContain("19 created, 0 changed, 0 removed, 0 unchanged. Nothing was changed");
    const { document } = await tollwrightJson<{ tenants: unknown[] }>(["tenant", "list"], { db });
    expect(document.tenants).toEqual([]);
  });

  test("is applied", async () => {
    const { status, document } = await tollwrightJson<Report>(["apply", SAMPLE], { db });
    expect(status).toBe(0);
    expect(new Set(document.changes.map(({ change }) => change))).toEqual(new Set(["created"]));
  });

  test("changes nothing when it is applied again", async () => {
    const { document } = await tollwrightJson<Report>(["apply", SAMPLE], { db });
    expect(document.changes.filter(({ change }) => change !== "unchanged")).toEqual([]);
    expect(document.changes.length).toBe(19);
  });

  test("says which fields of what an edit changes, and changes only those", async () => {
    const edited = readFileSync(SAMPLE, "utf8")
      .replace('"0.022"', '"0.023"')
      .replace('"creditLimit": "5.00"', '"creditLimit": "7.50"')
      .replace("203.0.113.0/28", "203.0.113.0/27")
      .replace('"1.0842"', '"1.0900"');
    const { changes } = await apply(JSON.parse(edited));
    expect(changes).toEqual([
      "changed account callshop creditLimit",
      "changed tariff callshop rates",
      "created rule callshop by address 203.0.113.0/27",
      "removed rule callshop by address 203.0.113.0/28",
      "changed exchange-rate EUR/USD from 2026-01-01 rate",
    ]);
    expect((await apply(JSON.parse(edited))).changes).toEqual([]);
  });

  test("leaves alone what a file does not name", async () => {
    expect((await apply({ tenant: { name: "example telecom" } })).changes).toEqual([
      "changed tenant example telecom name",
    ]);
    expect((await apply({ tenant: { name: "Example Telecom" } })).changes).toEqual([
      "changed tenant Example Telecom name",
    ]);
  });
});

describe("tariffs of a setup", () => {
  const rate = (prefix: string, price: string, rest: object = {}) => ({
    prefix,
    destination: prefix,
    rate: price,
    ...rest,
  });
  const setup = (tariff: object) => ({ tenant: { name: "T", currency: "EUR" }, tariffs: [{ name: "t", ...tariff }] });
  const priceOf = async (number: string, at: string) => {
    const words = ["rate", number, "--tenant", "T", "--account", "a", "--at", at];
    const { document } = await tollwrightJson<{ sides: { amount?: string; kind: string; tariffVersion?: number }[] }>(
      words,
      {
        db,
      },
    );
    const { kind, amount, tariffVersion } = document.sides[0]!;
    return kind === "rated" ? `${amount} v${tariffVersion}` : kind;
  };

  test("are published anew only when something differs, and then hold exactly what the file says", async () => {
    const rates = [rate("49", "0.60"), rate("491", "1.20")];
    const account = { code: "a", kind: "customer", tariff: "t" };
    expect((await apply({ ...setup({ rates }), accounts: [account] })).changes).toContain("created tariff t");
    expect((await apply(setup({ rates: rates.toReversed() }))).changes).toEqual([]);
    expect((await apply(setup({ rates: [rate("49", "0.600"), rates[1]] }))).changes).toEqual([]);
    expect(await priceOf("491511234567", "2026-03-01")).toBe("1.2 v1");
    expect((await apply(setup({ rates: [rates[0]] }))).changes).toEqual(["changed tariff t rates"]);
    expect(await priceOf("491511234567", "2026-03-01")).toBe("0.6 v2");
    expect((await apply(setup({ decimals: 0 }))).changes).toEqual(["changed tariff t decimals"]);
    expect(await priceOf("491511234567", "2026-03-01")).toBe("1 v3");
    expect((await apply(setup({ rates }))).changes).toEqual(["changed tariff t rates"]);
  });

  test("with slots are the same when they are applied again, in whatever order a slot's fields stand", async () => {
    const slotted = (slot: object) => setup({ name: "slotted", rates: [rate("49", "0.60", { slots: [slot] })] });
    await apply(slotted({ fromS: 60, rate: "0.30", unitS: 60, stepS: 1 }));
    expect((await apply(slotted({ stepS: 1, unitS: 60, rate: "0.3", fromS: 60 }))).changes).toEqual([]);
  });

  test("change prices from a date on by two rates of one prefix", async () => {
    const rates = [rate("49", "0.60", { to: "2026-06-01" }), rate("49", "3", { from: "2026-06-01" })];
    await apply(setup({ rates, decimals: 4 }));
    expect(await priceOf("4930901820", "2026-05-31T23:59:59Z")).toMatch(/^0\.6 /);
    expect(await priceOf("4930901820", "2026-06-01T00:00:00Z")).toMatch(/^3 /);
  });

  test("derive from each other in any order of the file, overrides before the formula", async () => {
    const tariffs = [
      { name: "top", derive: { base: "middle", markupPercent: "100" }, overrides: [rate("44", "5")] },
      { name: "middle", derive: { base: "bottom", addPerUnit: "0.10" } },
      { name: "bottom", rates: [rate("49", "0.40"), rate("44", "0.40")] },
    ];
    const accounts = [{ code: "a", kind: "customer", tariff: "top" }];
    await apply({ tenant: { name: "T", currency: "EUR" }, accounts, tariffs });
    expect(await priceOf("4930901820", "2026-03-01")).toBe("1 v1");
    expect(await priceOf("442079460000", "2026-03-01")).toBe("5 v1");
    expect((await apply({ tenant: { name: "T" }, accounts, tariffs })).changes).toEqual([]);
  });
});

describe("a faulty setup", () => {
  const tenant = { name: "F", currency: "EUR" };

  test.each<[string, object, string[]]>([
    [
      "every fault of form at once",
      { tenant, accounts: [{ code: "a b", kind: "shop", nam: "x" }, { kind: "customer" }], extra: 1 },
      [
        "/extra: There is no such field.",
        "/accounts/0/nam: There is no such field.",
        '/accounts/0/code: Is "a b".',
        '/accounts/0/kind: Is "shop". Give one of customer, reseller, agent, vendor.',
        "/accounts/1: Lacks code. Add it.",
      ],
    ],
    [
      "more than eight faults",
      { tenant, accounts: Array.from({ length: 12 }, () => ({ code: "", kind: "customer" })) },
      Array.from({ length: 12 }, (_, index) => `/accounts/${index}/code: Is "".`),
    ],
    [
      "prices as numbers",
      { tenant, tariffs: [{ name: "t", rates: [{ prefix: "49", destination: "D", rate: 0.1 }] }] },
      ["/tariffs/0/rates/0/rate: Is 0.1. Give a decimal in quotes"],
    ],
    [
      "letterheads that no invoice could be made with",
      {
        tenant: { ...tenant, letterhead: { locale: "no such" } },
        accounts: [{ code: "a", kind: "customer", letterhead: { billing: { numbers: "INV-{year}" } } }],
      },
      [
        '/tenant/letterhead: The letterhead\'s locale is "no such"',
        '/accounts/0/letterhead: The letterhead\'s billing.numbers is "INV-{year}"',
      ],
    ],
    ["a new tenant without a currency", { tenant: { name: "G" } }, ["/tenant/currency: A new tenant has no currency."]],
    [
      "currencies and zones that do not exist",
      { tenant: { ...tenant, currency: "EUX", timeZone: "Mars/Base" } },
      ['/tenant/currency: There is no currency "EUX".', '/tenant/timeZone: There is no time zone "Mars/Base".'],
    ],
    [
      "accounts in a ring",
      {
        tenant,
        accounts: [
          { code: "a", kind: "reseller", parent: "b" },
          { code: "b", kind: "reseller", parent: "a" },
        ],
      },
      ["/accounts/0/parent: The parents of", "/accounts/1/parent: The parents of"],
    ],
    [
      "a parent that sells nothing",
      {
        tenant,
        accounts: [
          { code: "a", kind: "customer" },
          { code: "b", kind: "customer", parent: "a" },
        ],
      },
      ['/accounts/1/parent: Account "a" is no reseller or agent.'],
    ],
    [
      "one code twice",
      {
        tenant,
        accounts: [
          { code: "a", kind: "customer" },
          { code: "a", kind: "customer" },
        ],
      },
      ['/accounts/0/code: The code "a" is used again'],
    ],
    [
      "names of nothing",
      {
        tenant,
        accounts: [{ code: "a", kind: "customer", tariff: "none" }],
        trunks: [{ name: "t", direction: "ingress", account: "z" }],
        rules: [{ account: "a", source: "s", match: { sipUser: "u" } }],
      },
      [
        '/accounts/0/tariff: There is no tariff "none".',
        '/trunks/0/account: There is no account "z".',
        '/rules/0/source: There is no source "s".',
      ],
    ],
    [
      "tariffs in a ring",
      { tenant, tariffs: [{ name: "x", derive: { base: "x" } }] },
      ['/tariffs/0/derive/base: Tariff "x" is derived from itself'],
    ],
    [
      "a derived tariff in another currency",
      { tenant, tariffs: [{ name: "x" }, { name: "y", currency: "USD", derive: { base: "x" } }] },
      ['/tariffs/1/currency: A tariff in USD cannot be derived from "x"'],
    ],
    [
      "rates that cannot be",
      {
        tenant,
        tariffs: [
          {
            name: "x",
            rates: [
              { prefix: "1", destination: "D" },
              { prefix: "1", destination: "D", rate: "1", window: "night" },
              { prefix: "2", destination: "D", rate: "1", from: "2026-02-30" },
              { prefix: "3", destination: "D", rate: "1", from: "2026-03-01", to: "2026-03-01" },
              { prefix: "4", destination: "D", rate: "1" },
              { prefix: "4", destination: "D", rate: "2" },
            ],
          },
        ],
      },
      [
        '/tariffs/0/rates/0: The rate lacks "rate".',
        '/tariffs/0/rates/1/window: The tariff has no window "night".',
        '/tariffs/0/rates/2/from: "2026-02-30" is no time.',
        "/tariffs/0/rates/3/to: The rate ends before it begins.",
        '/tariffs/0/rates/5: Prefix "4" has a rate from the same time above already.',
      ],
    ],
    [
      "windows that cannot be",
      {
        tenant,
        tariffs: [
          {
            name: "x",
            windows: [
              { name: "w", from: "10:00", until: "10:00" },
              { name: "w", from: "00:00", until: "24:00", dates: ["02-30"] },
            ],
          },
        ],
      },
      [
        "/tariffs/0/windows/0: The window from 10:00 until 10:00 has no length.",
        '/tariffs/0/windows/1/name: A window "w" stands above already.',
        "/tariffs/0/windows/1/dates/0: There is no day 02-30.",
      ],
    ],
    [
      "a source's settings",
      {
        tenant,
        sources: [
          { name: "s", format: "asterisk-csv", settings: { timeZone: "Mars/Base" } },
          { name: "t", format: "morse" },
        ],
      },
      ["/sources/0/settings: The settings of source", '/sources/1/settings: Source "t" has the format "morse"'],
    ],
    [
      "rules that match everything or twice",
      {
        tenant,
        accounts: [{ code: "a", kind: "customer" }],
        rules: [
          { account: "a" },
          { account: "a", match: { address: "1.2.3.4" } },
          { account: "a", match: { address: "1.2.3.4" } },
          { account: "a", match: { address: "1.2.3" } },
        ],
      },
      ["/rules/0: Account rule", "/rules/2: The same rule stands above already.", "/rules/3: Account rule"],
    ],
    [
      "trunks of the wrong party",
      {
        tenant,
        accounts: [{ code: "v", kind: "vendor" }],
        trunks: [{ name: "t", direction: "ingress", account: "v" }],
        rules: [{ account: "v", match: { sipUser: "u" } }],
      },
      [
        '/trunks/0/account: An ingress trunk cannot belong to the vendor "v".',
        '/rules/0/account: Account "v" is a vendor',
      ],
    ],
    [
      "exchange rates that cannot be",
      {
        tenant,
        exchangeRates: [
          { base: "EUR", quote: "EUR", from: "2026-01-01", rate: "1" },
          { base: "EUR", quote: "USD", from: "2026-13-01", rate: "0" },
        ],
      },
      [
        "/exchangeRates/0: Base and quote are one currency.",
        "/exchangeRates/1/rate: The rate is not above zero.",
        "/exchangeRates/1/from: There is no day 2026-13-01.",
      ],
    ],
  ])("names %s", async (_what, setup, expected) => {
    const faults = await faultsOf(setup);
    for (const [index, start] of expected.entries()) expect(faults[index]).toContain(start);
    expect(faults.length).toBe(expected.length);
    const { document } = await tollwrightJson<{ tenants: { name: string }[] }>(["tenant", "list"], { db });
    expect(document.tenants.map(({ name }) => name)).not.toContain("F");
  });

  test("that is no JSON says where", async () => {
    const { status, stderr } = await tollwright(["apply", "-"], { db, stdin: '{\n  "tenant": {"name": "x",}\n}' });
    expect(status).toBe(2);
    expect(stderr).toContain("line 2, column 26: nothing follows the comma");
  });

  test("that is no file says so", async () => {
    expect((await tollwright(["apply", "nowhere.json"], { db })).stderr).toContain("there is no such file");
  });
});

// biome-ignore format: a table reads by its columns
test.each<[object, string, string]>([
  // changed                   field       why
  [{ kind: "reseller" },       "kind",     "what it bought was booked as a customer's"],
  [{ payment: "prepaid" },     "payment",  "its usage was booked as unbilled"],
  [{ currency: "USD" },        "currency", "its balances are in the other one"],
  [{ parent: "seller" },       "parent",   "its book is its own"],
])("an account stays as it was booked: %j (%s)", async (changed, field) => {
  const account = { code: "fixed", kind: "customer" };
  const accounts = [{ code: "seller", kind: "reseller" }, account];
  await apply({ tenant: { name: "X", currency: "EUR" }, accounts });
  const stdin = JSON.stringify({ tenant: { name: "X" }, accounts: [accounts[0], { ...account, ...changed }] });
  const { status, document } = await tollwrightJson(["apply", "-"], { db, stdin });
  expect({ status, document }).toMatchObject({ status: 2, document: { code: "account-fixed" } });
  expect(JSON.stringify(document)).toContain(`has the ${field}`);
});

test("two first setups of one tenant at once make one tenant", async () => {
  const stdin = JSON.stringify({ tenant: { name: "Twin", currency: "EUR" }, tariffs: [{ name: "t" }] });
  const runs = await Promise.all([1, 2].map(() => tollwrightJson<Report>(["apply", "-"], { db, stdin })));
  expect(runs.map(({ status }) => status)).toEqual([0, 0]);
  expect(runs.flatMap(({ document }) => document.changes.map(({ change }) => change)).toSorted()).toEqual([
    "created",
    "created",
    "unchanged",
    "unchanged",
  ]);
});
