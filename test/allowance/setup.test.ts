import { afterAll, beforeAll, expect, test } from "vitest";
import { applySetup } from "../../src/server/tenancy/apply-setup.ts";
import { readSetup } from "../../src/server/tenancy/read-setup.ts";
import { TESTER } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { setupOf } from "./packages-world.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const free = { name: "free", allowances: [{ name: "a", minutes: 5 }] };

/** Everything that is wrong with a setup of these packages and accounts; "" when it is applied. */
async function faultsOf(packages: readonly object[], anna: object, more: object = {}): Promise<string[]> {
  const setup = setupOf({ packages, has: { ben: [anna] } }) as { accounts: object[] };
  const accounts = [
    ...setup.accounts,
    { code: "carrier", kind: "vendor", packages: "vendor" in more ? [{ package: "free" }] : [] },
    { code: "far", kind: "customer", parent: "family", timeZone: "Asia/Tokyo" },
    { code: "dear", kind: "customer", parent: "family", currency: "USD" },
    { code: "shop", kind: "customer", payment: "prepaid", packages: "prepaid" in more ? [{ package: "free" }] : [] },
  ];
  try {
    await applySetup(db, readSetup(JSON.stringify({ ...setup, accounts })), { dryRun: true, actor: TESTER });
    return [];
  } catch (error) {
    const lines = (error as { what: string }).what.split("\n").slice(1);
    return lines.map((line) => line.trim());
  }
}

test.each<[readonly object[], object, object, string[], string]>([
  // packages   ben has                         more             faults
  [[free], { package: "free" }, {}, [], "sound"],
  [
    [free],
    { package: "other" },
    {},
    ['/accounts/2/packages/0/package: There is no package "other". Check the name, or describe it in this file.'],
    "a name that is not there",
  ],
  [
    [free],
    { package: "free", from: "2026-04-01", to: "2026-03-01" },
    {},
    ["/accounts/2/packages/0/to: The package ends before it begins. Give the first time at which it is over."],
    "the wrong way round",
  ],
  [
    [free],
    { package: "free", from: "1 April" },
    {},
    ['/accounts/2/packages/0/from: "1 April" is no time. Correct it.'],
    "no time",
  ],
  [
    [free],
    { package: "free", sharedWith: ["anna", "far", "dear"] },
    {},
    [
      '/accounts/2/packages/0/sharedWith/0: "anna" is not below the same party as "ben". Only accounts of one reseller share.',
      '/accounts/2/packages/0/sharedWith/1: "far" is in Asia/Tokyo, "ben" in UTC. Give both one zone.',
      '/accounts/2/packages/0/sharedWith/2: "dear" pays USD, "ben" EUR. Share within one currency.',
    ],
    "what shares is taken from one pool: one book, one clock, one currency",
  ],
  [
    [free],
    { package: "free" },
    { vendor: true },
    ['/accounts/4/packages/0: Account "carrier" is a vendor, which is paid. Give packages to who pays.'],
    "a vendor",
  ],
  [
    [{ ...free, minimumSpend: "5" }],
    { package: "free" },
    { prepaid: true },
    [
      '/accounts/7/packages/0/package: "free" has a least or most spend or flat fees, and a prepaid account gets no invoice to bill them on. Use a package without them, or make the account postpaid.',
    ],
    "nothing would ever bill the fee",
  ],
  [
    [{ name: "free", allowances: [{ name: "a", minutes: 5, every: "once", validDays: 30 }] }],
    { package: "free" },
    {},
    ['/accounts/2/packages/0: "free" expires days after it was given. Say "from" when it was.'],
    "given when?",
  ],
  [
    [free, free],
    { package: "free" },
    {},
    ["/packages/1: The package stands above already, from the same time. Remove one."],
    "twice",
  ],
  [
    [{ ...free, tariffs: ["no such"], from: "31.12." }],
    { package: "free" },
    {},
    [
      '/packages/0/from: "31.12." is no time. Write "2026-03-01", or a time with its offset.',
      '/accounts/2/packages/0/package: There is no package "free". Check the name, or describe it in this file.',
    ],
    "what has no time is not there",
  ],
  [
    [{ ...free, tariffs: ["no such"] }],
    { package: "free" },
    {},
    ['/packages/0/tariffs/0: There is no tariff "no such". Check the name, or describe it in this file.'],
    "a tariff that is not there",
  ],
  [
    [{ name: "free", promotions: [{ name: "p", from: "2026-04-02", to: "2026-04-01", percentOff: "5" }] }],
    { package: "free" },
    {},
    [
      "/packages/0/promotions/0/to: The promotion ends before it begins. Give a later time: the first that it is over at.",
    ],
    "a promotion the wrong way round",
  ],
])("%#: what is wrong with packages is said with its place", async (packages, ben, more, faults) => {
  expect(await faultsOf(packages, ben, more)).toEqual(faults);
});

test("applying a setup twice changes nothing the second time", async () => {
  const setup = readSetup(
    JSON.stringify(setupOf({ packages: [free, { ...free, from: "2026-05-01" }], has: { ben: [{ package: "free" }] } })),
  );
  const apply = async () =>
    (await applySetup(db, setup, { dryRun: false, actor: TESTER })).changes.filter(
      ({ change }) => change !== "unchanged",
    );
  expect((await apply()).map(({ kind, name }) => `${kind} ${name}`)).toEqual(
    expect.arrayContaining(["package free", "package free from 2026-05-01T00:00:00Z", "subscription ben: free"]),
  );
  expect(await apply()).toEqual([]);
});
