import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { REPOSITORY } from "../tidy/source-files.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await tollwright(["apply", join(REPOSITORY, "samples/setup/setup.json")], { db });
});
afterAll(() => db.drop());

const run = (line: string) => tollwright(line.split(" "), { db });
const runJson = <Document>(line: string) => tollwrightJson<Document>(line.split(" "), { db });

describe("tenants", () => {
  test("the only one need not be named; an unknown one is a problem", async () => {
    expect((await run("source list --tenant EXAMPLE")).stderr).toContain('There is no tenant "EXAMPLE"');
    const { stdout } = await run("source list");
    expect(stdout).toBe(
      "SOURCE  FORMAT        TIME ZONE      DURATION          COUNTRY\n" +
        "pbx-1   asterisk-csv  Europe/Berlin  reported-seconds  DE\n",
    );
  });

  test("of two, one has to be named", async () => {
    const other = await testDatabase();
    for (const name of ["One", "Two"])
      await tollwright(["apply", "-"], { db: other, stdin: JSON.stringify({ tenant: { name, currency: "EUR" } }) });
    const { status, document } = await tollwrightJson(["account", "list"], { db: other });
    expect({ status, document }).toMatchObject({ status: 2, document: { code: "tenant-not-named" } });
    expect((await tollwright(["account", "list", "--tenant", "two"], { db: other })).status).toBe(0);
    await other.drop();
  });
});

describe("accounts", () => {
  test("are listed below their parents, with what they hold or owe", async () => {
    const { stdout } = await run("account list");
    expect(stdout.split("\n").find((line) => line.startsWith("  bakery"))).toBe(
      "  bakery        Bakery Müller   customer  postpaid  office-partner     0.00  EUR owed",
    );
  });

  test("take a top-up once, however often it is sent", async () => {
    const line = "account topup callshop 25.50 --reference PAY-1";
    expect((await run(`${line} --dry-run`)).stdout).toBe(
      "25.50 EUR would be credited to callshop.\nThe wallet would hold 25.50 EUR.\n",
    );
    expect((await run(line)).stdout).toBe("25.50 EUR credited to callshop.\nThe wallet holds 25.50 EUR.\n");
    expect((await run(line)).stdout).toBe(
      "The payment PAY-1 was booked before; nothing was changed.\nThe wallet holds 25.50 EUR.\n",
    );
    const { document } = await runJson("account show callshop");
    expect(document).toMatchObject({
      creditLimit: "5",
      balances: [
        { kind: "payments", currency: "EUR", amount: "25.5" },
        { kind: "wallet", currency: "EUR", amount: "25.5" },
      ],
    });
  });

  test("are shown with what their calls are known by, and at what they buy", async () => {
    const { stdout } = await run("account show bakery");
    expect(stdout).toBe(
      "bakery: Bakery Müller, postpaid customer of office-partner, Europe/Berlin\n" +
        "Credit limit 0.00 EUR.\n" +
        "Nothing has been booked.\n\n" +
        "CALLS WITH          OF SOURCE  THROUGH TRUNK  PRIORITY\n" +
        "accountCode bakery  pbx-1      -              0\n\n" +
        "TARIFF  SERVICE  FROM\n" +
        "retail  voice    the beginning\n",
    );
    expect((await runJson("account show callshop")).document).toMatchObject({
      rules: [{ match: { address: "203.0.113.0/28" }, source: null, trunk: null, priority: 0 }],
      tariffs: [
        { tariff: "retail", service: "voice", effectiveFrom: "2025-12-31T23:00:00Z" },
        { tariff: "callshop", service: "voice", effectiveFrom: "2026-02-28T23:00:00Z" },
      ],
    });
    expect((await run("account show office-partner")).stdout).toContain(
      "No account rule leads to it: no call is its own.",
    );
  });

  test("at the same time too", async () => {
    const lines = Array.from({ length: 6 }, (_, index) => `account topup callshop 1.00 --reference RACE-${index % 2}`);
    const runs = await Promise.all(lines.map((line) => runJson<{ booked: boolean }>(line)));
    expect(runs.filter(({ document }) => document.booked).length).toBe(2);
  });

  // biome-ignore format: a table reads by its columns
  test.each<[string, string, string]>([
    // words                                              code                    why
    ["account topup callshop 26 --reference PAY-1",       "journal-key-reused",   "the reference of another amount"],
    ["account topup bakery 5 --reference PAY-2",          "account-not-prepaid",  "it has no wallet"],
    ["account topup nobody 5 --reference PAY-3",          "account-unknown",      "there is no such account"],
    ["account topup callshop -5 --reference PAY-4",       "command-line-invalid", "an amount below zero"],
    ["account topup callshop 0 --reference PAY-4",        "command-line-invalid", "nothing"],
    ["account topup callshop 2,50 --reference PAY-4",     "command-line-invalid", "a decimal comma"],
    ["account topup callshop 5",                          "command-line-invalid", "a retry might book it twice"],
    ["account show nobody",                               "account-unknown",      "there is no such account"],
  ])("%s is %s (%s)", async (line, code) => {
    const { status, document } = await runJson(line);
    expect({ status, document }).toMatchObject({ status: 2, document: { code } });
  });
});

describe("tariffs", () => {
  test("are created, derived and assigned, each once", async () => {
    expect((await run("tariff create usd --currency USD --decimals 2 --rounding up")).status).toBe(0);
    expect((await runJson("tariff create usd")).document).toMatchObject({ code: "tariff-exists" });
    const derive = "tariff derive plus --base carrier-a --markup 20 --add 0.001 --increments 60/60";
    const changes = [`${derive} --dry-run`, derive, derive, `${derive} --rounding up`];
    for (const [index, change] of ["created", "created", "unchanged", "changed"].entries())
      expect((await runJson(changes[index]!)).document).toMatchObject({ change });
    expect((await runJson("tariff derive x --base none")).document).toMatchObject({ code: "tariff-unknown" });
    expect((await runJson("tariff derive usd --base plus")).document).toMatchObject({ code: "setup-invalid" });
    const assign = "tariff assign plus --account bakery --from 2026-05-01";
    expect((await runJson(assign)).document).toMatchObject({ changed: true, effectiveFrom: "2026-04-30T22:00:00Z" });
    expect((await runJson(assign)).document).toMatchObject({ changed: false });
    const { stdout } = await run("tariff list");
    expect(stdout).toContain("plus             2  EUR       half-up to 6  Europe/Berlin  carrier-a + 20 % + 0.001");
  });
});

describe("rate", () => {
  test("explains every side so that it can be pasted into a ticket", async () => {
    const { status, stdout } = await run("rate +4930901820 --account bakery --at 2026-03-01T20:59:30Z --seconds 95");
    expect(status).toBe(0);
    expect(stdout).toBe(`A call of 95 s to 4930901820, answered 2026-03-01T20:59:30Z

customer bakery: 0.023 EUR
  tariff "retail", version 1; prefix "49", Germany
  95 s talked, 120 s billed: steps 60/60, counted from the end of the first
  FROM  SECONDS  STEP  RATE            WINDOW  RATE OF   AMOUNT
  0 s        30    60  0.019 a minute          retail 1  0.0095
  30 s       90    60  0.009 a minute  night   retail 1  0.0135
  sum 0.023, rounded half-up to 4 decimals: 0.023 EUR

reseller office-partner: 0.007473 EUR
  tariff "partner", version 1; prefix "49", Germany
  95 s talked, 95 s billed: steps 1/1, counted from the end of the first
  FROM  SECONDS  STEP  RATE              WINDOW  RATE OF           AMOUNT
  0 s        95     1  0.00472 a minute          carrier-a 1  1121/150000
  sum 1121/150000, rounded half-up to 6 decimals: 0.007473 EUR
`);
  });

  test.each<[string, string, string]>([
    // words                                          says                                            why
    ["rate 0044-20-7946-0000 --account carrier-a", "cost carrier-a: 0.0052 EUR", "a vendor's side; any spelling"],
    ["rate 112 --account bakery", "customer bakery: free, because it is an emergency call", "as its record will be"],
    ["rate 112 --account carrier-a", "has no rate for this number", "a short code is no prefix of +1 12…"],
    ["rate 449012345678 --account bakery", "blocks United Kingdom premium (4490)", "blocked: no fall back to 44"],
    ["rate 33123456789 --account bakery", "has no rate for this number", "no prefix of it"],
    [
      "rate 4930901820 --account callshop --at 2025-06-01",
      "no tariff is assigned for that time",
      "before the first assignment",
    ],
    ["rate 442079460000 --account callshop --seconds 0", "customer callshop: 0.00 EUR", "unanswered"],
  ])("%s: %s (%s)", async (line, says) => {
    expect((await run(line)).stdout).toContain(says);
  });

  test("an emergency call is free for whoever sells it, and says so to programs", async () => {
    const { document } = await runJson("rate 112 --account bakery");
    expect(document).toMatchObject({
      called: "=112",
      sides: [
        { side: "customer", account: "bakery", kind: "emergency" },
        { side: "reseller", account: "office-partner", kind: "emergency" },
      ],
    });
  });

  // biome-ignore format: a table reads by its columns
  test.each<[string, string]>([
    ["rate bakery --account bakery",                     "number-unreadable"],
    ["rate 4930901820 --account none",                   "account-unknown"],
    ["rate 4930901820 --account bakery --at yesterday",  "command-line-invalid"],
    ["rate 4930901820 --account bakery --seconds 1e3",   "command-line-invalid"],
  ])("%s is %s", async (line, code) => {
    expect(await runJson(line)).toMatchObject({ status: 2, document: { code } });
  });
});
