import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BillingOperator } from "../invoicing/billing.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
let folder: string;

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-billing-"));
  const operator = await BillingOperator.create(db, {
    bakery: { name: "Bakery" },
    late: { letterhead: { locale: "no such" } },
    carrier: { kind: "vendor" },
  });
  await operator.import([
    { code: "bakery", answered: "2026-02-03T10:00:00", talkedS: 61 },
    { code: "bakery", answered: "2026-03-03T10:00:00", talkedS: 30, called: "14155550123" },
    { code: "late", answered: "2026-02-03T10:00:00", talkedS: 61 },
  ]);
});
afterAll(async () => {
  await db?.drop();
  await rm(folder, { recursive: true });
});

const run = (line: string) => tollwright(line.split(" "), { db });

describe("the month of a bakery", () => {
  test("is shown before it is billed", async () => {
    const { stdout } = await run("bill preview 2026-03 --account bakery --lines");
    expect(stdout).toContain("Destination 49  from 2026-02-01");
    expect(stdout).toContain("1 invoice would be made, 0 accounts with nothing to bill.");
    const dry = await run("bill run --dry-run --account bakery");
    expect({ status: dry.status, last: dry.stdout.trim().split("\n").at(-1) }).toEqual({
      status: 0,
      last: "1 invoice would be made, 0 accounts with nothing to bill.",
    });
    expect((await run("invoice list")).stdout).toBe("There are no invoices.\n");
  });

  test("is billed once; who cannot be billed is listed", async () => {
    const { status, stdout } = await run("bill run");
    expect(status).toBe(1);
    expect(stdout).toContain("INV-2026-00001  bakery   invoice  2026-02-01 – 2026-02-28   0.06  0.06  EUR");
    expect(stdout).toContain('account late: The letterhead\'s locale is "no such"');
    expect((await run("bill run --account bakery")).status).toBe(0);
    expect((await run("bill run 2026-03")).stderr).toContain("period-not-over");
    expect((await run("bill run 2026-13")).stderr).toContain("period-invalid");
    expect((await run("bill run 2026-02 --account nobody")).stderr).toContain("account-unknown");
    expect((await run("vendor accrue")).stdout).toBe("0 journals posted to the books of vendors.\n");
  });

  test("leaves what the carrier has earned in two books as one figure of each kind", async () => {
    const { document } = await tollwrightJson(["account", "show", "carrier"], { db });
    const amount = "0.033693334"; // 61, 30 and 61 s at 0.0133 a minute
    expect(document).toMatchObject({
      balances: [
        { kind: "cost", amount },
        { kind: "payable", amount },
      ],
    });
  });

  test("is shown and exported", async () => {
    expect((await run("invoice show INV-2026-00001")).stdout).toContain(
      "Exact sum 0.061 EUR, rounding -0.001 EUR, total 0.06 EUR.\nDue 0.06 EUR until ",
    );
    expect((await run("invoice show INV-1")).stderr).toContain("invoice-unknown");
    const { document } = await tollwrightJson(["invoice", "list", "--account", "bakery"], { db });
    expect(document).toMatchObject({ invoices: [{ number: "INV-2026-00001", exactTotal: "0.061", due: "0.06" }] });
    for (const format of ["pdf", "json", "lines", "calls"])
      expect((await run(`invoice export INV-2026-00001 --out ${folder} --format ${format}`)).status).toBe(0);
    const read = (name: string) => readFile(join(folder, `INV-2026-00001${name}`), "utf8");
    expect(await read(".pdf")).toMatch(/^%PDF/);
    expect(JSON.parse(await read(".json"))).toMatchObject({ total: "0.06", lines: [{ calls: 1, billedS: 61 }] });
    expect(await read(".lines.csv")).toContain(
      "usage,Destination 49,2026-02-01,2026-03-01,0.06,1,61,0,0.061,0.06,EUR,,,,\r\n",
    );
    expect(await read(".calls.csv")).toContain(",442079460018,4930123456,Destination 49,49,61,61,0.06,0,0.061,EUR,");
    const noFolder = join(folder, "INV-2026-00001.json");
    for (const out of [noFolder, join(noFolder, "below")])
      expect((await run(`invoice export INV-2026-00001 --out ${out}`)).stderr).toContain("code: export-not-written");
  });

  test("is right, says the doctor; and a difference is exit status 1", async () => {
    expect(await run("doctor")).toMatchObject({ status: 0 });
    await db.bulk("owner", {}, (tx) => tx.query("update balances set amount = amount + 1 where kind = 'receivable'"));
    const { status, stdout } = await run("doctor");
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /balances: 1 difference: receivable of account \S+ is 1\.06 EUR, its postings add up to 0\.06/,
    );
  });
});
