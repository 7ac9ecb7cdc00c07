import { afterAll, beforeAll, expect, test } from "vitest";
import { accountLimitsJson, accountLimitsShown } from "../../src/cli/account-limits.ts";
import { Problem } from "../../src/core/problem.ts";
import { showAccount } from "../../src/server/ledger/account-balances.ts";
import { applySetup } from "../../src/server/tenancy/apply-setup.ts";
import { readSetup } from "../../src/server/tenancy/read-setup.ts";
import { TESTER } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db?.drop();
});

const TENANT = {
  name: "Example Telecom",
  currency: "EUR",
  destinationGroups: [
    { name: "premium", prefixes: ["44870", "=118"], except: ["448700"], destinations: ["Satellite"] },
  ],
  lowBalance: ["1.00", "5.00"],
};
const LIMITS = {
  ...{ openSessions: 10, callSeconds: 3_600, callsPerSecond: 3, daySpend: "50.00" },
  groups: [{ group: "premium", blocked: true, callsPerSecond: 2, burst: 4, monthSpend: "20.00" }],
};
const BAKERY = { code: "bakery", kind: "customer", payment: "prepaid", limits: LIMITS, lowBalance: ["2.00"] };
const REDIRECT = { action: "redirect", to: "url", address: "https://topup.example.net/" };

const apply = (setup: object) => applySetup(db, readSetup(JSON.stringify(setup)), { dryRun: false, actor: TESTER });

test("limits, groups, thresholds and what happens when the money ends are applied once, and shown", async () => {
  const trunk = {
    name: "pbx",
    direction: "ingress",
    account: "bakery",
    limits: { openSessions: 4, callsPerSecond: 1 },
  };
  const setup = { tenant: TENANT, accounts: [{ ...BAKERY, whenMoneyEnds: REDIRECT }], trunks: [trunk] };
  await apply(setup);
  const again = await apply(setup);
  expect(again.changes.filter(({ change }) => change !== "unchanged")).toEqual([]);
  const { rows } = await db.transaction("owner", {}, (tx) =>
    tx.query<{ id: string }>("select id from tenants where name = 'Example Telecom'"),
  );
  const account = await showAccount(db, rows[0]?.id ?? "", "bakery");
  expect(accountLimitsJson(account)).toEqual({
    limits: {
      ...{ openSessions: 10, callSeconds: 3_600, callsPerSecond: 3, burst: 3, daySpend: "50", monthSpend: null },
      groups: [
        {
          ...{ group: "premium", blocked: true, openSessions: null, callSeconds: null, callsPerSecond: 2, burst: 4 },
          ...{ daySpend: null, monthSpend: "20" },
        },
      ],
    },
    lowBalance: ["2"],
    whenMoneyEnds: REDIRECT,
  });
  expect(accountLimitsShown(account)).toMatchObject([
    "Warned of below 2.00 EUR.",
    "When its money ends: redirect.",
    {
      rows: [
        ["all calls", "10", "3600", "3", "3", "50.00", "-"],
        ["premium: blocked", "-", "-", "2", "4", "-", "20.00"],
      ],
    },
  ]);
  // What is left out stays.
  await apply({ tenant: { name: TENANT.name }, accounts: [{ code: "bakery", kind: "customer", payment: "prepaid" }] });
  expect(accountLimitsJson(await showAccount(db, rows[0]?.id ?? "", "bakery"))).toMatchObject({ lowBalance: ["2"] });
});

test.each<[string, object, string, string]>([
  // setup, where, why
  [
    "a group that is not there",
    { accounts: [{ ...BAKERY, limits: { groups: [{ group: "space" }] } }] },
    "/accounts/0/limits/groups/0/group",
    "limits of nothing would be silent",
  ],
  [
    "a group twice",
    { accounts: [{ ...BAKERY, limits: { groups: [{ group: "premium" }, { group: "premium" }] } }] },
    "/accounts/0/limits/groups/1/group",
    "which one should hold?",
  ],
  ["a burst alone", { accounts: [{ ...BAKERY, limits: { burst: 3 } }] }, "/accounts/0/limits/burst", "of what pace?"],
  ["a threshold of 0", { accounts: [{ ...BAKERY, lowBalance: ["0"] }] }, "/accounts/0/lowBalance/0", "calls end there"],
  [
    "a group of nothing",
    { tenant: { ...TENANT, destinationGroups: [{ name: "premium" }] } },
    "/tenant/destinationGroups/0",
    "no call is in it",
  ],
  [
    "a group less that an account has limits of",
    { tenant: { ...TENANT, destinationGroups: [] } },
    "/tenant/destinationGroups",
    "its block would be gone without a word",
  ],
  [
    "limits of a vendor's trunk",
    {
      accounts: [{ code: "carrier", kind: "vendor" }],
      trunks: [{ name: "out", direction: "egress", account: "carrier", limits: { openSessions: 1 } }],
    },
    "/trunks/0/limits",
    "calls are counted where they come in",
  ],
])("a setup with %s is refused at its place", async (_what, setup, pointer) => {
  await apply({ tenant: TENANT, accounts: [BAKERY] });
  const fault = await apply({ tenant: TENANT, ...setup }).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(Problem);
  expect((fault as Problem).what).toContain(`\n  ${pointer}: `);
});

test.each([
  { limits: { callsPerSecond: 0 } },
  { limits: { callsPerSecond: 2.5 } },
  { limits: { daySpend: 5 } },
  { lowBalance: "5.00" },
  { whenMoneyEnds: { action: "redirect", to: "url", address: "topup" } },
  { whenMoneyEnds: { action: "drop" } },
])("%j is no setup", async (own) => {
  expect(() => readSetup(JSON.stringify({ tenant: TENANT, accounts: [{ ...BAKERY, ...own }] }))).toThrow();
});
