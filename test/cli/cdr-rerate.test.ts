import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Setup, Story, setup } from "../rerating/story.ts";
import { testDatabase } from "../support/database.ts";

let story: Story;
let current: Setup;

beforeAll(async () => {
  story = new Story(await testDatabase());
  current = setup();
  await story.apply(current);
  await story.import([
    { code: "bakery", at: "2026-02-10T10:00:00Z" },
    { code: "bakery", at: "2026-03-10T10:00:00Z" },
    { code: "clinic", at: "2026-03-10T11:00:00Z" },
    { code: "shop", at: "2026-03-10T12:00:00Z" },
    { code: "shop", at: "2026-03-11T12:00:00Z", called: "442079460018" },
    { code: "clinic", at: "2026-03-12T12:00:00Z", isCalleesLeg: true },
  ]);
});
afterAll(async () => {
  const faults = await story.faults();
  await story.db.drop();
  expect(faults).toEqual([]);
});

/** Applies the setup as `edit` has made it. */
async function change(edit: (setup: Setup) => void): Promise<void> {
  current = structuredClone(current);
  edit(current);
  await story.apply(current);
}

/** "account side cause: was → should be currency (changed of looked at)" of every side that differs. */
async function differences(line: string): Promise<readonly string[]> {
  const { document } = await story.json<{ totals: Record<string, string>[] }>(`cdr rerate ${line}`);
  return document.totals
    .filter(({ changed }) => Number(changed) > 0)
    .map(
      (t) => `${t.account} ${t.side} ${t.cause}: ${t.was} → ${t.shouldBe} ${t.currency} (${t.changed} of ${t.looked})`,
    );
}

async function balance(account: string, kind: string): Promise<string | undefined> {
  const { document } = await story.json<{ balances: { kind: string; amount: string }[] }>(`account show ${account}`);
  return document.balances.find((one) => one.kind === kind)?.amount;
}

const GERMANY_CHEAPER = [
  "bakery customer priced: 0.24 → 0.2 EUR (2 of 2)",
  "clinic customer priced: 0.3 → 0.25 USD (2 of 2)",
  "partner reseller priced: 0.12 → 0.1 EUR (2 of 2)",
  "shop customer priced: 0.36 → 0.34 EUR (1 of 2)",
];

describe("a tariff that was corrected for calls of the past", () => {
  test("is shown first: what every account pays on every side, with examples", async () => {
    expect(await differences("--all")).toEqual([]);
    await change(({ tariffs }) => {
      for (const rate of tariffs[0]?.rates ?? []) if (rate.prefix === "49") rate.rate = "0.05";
    });
    expect(await differences("--from 2026-01-01")).toEqual(GERMANY_CHEAPER);
    const { status, stdout } = await story.run("cdr rerate --tariff retail --examples 1");
    expect(status).toBe(0);
    expect(stdout).toBe(`ACCOUNT  SIDE      WHY    LOOKED AT  CHANGED   WAS  SHOULD BE  DIFFERENCE
bakery   customer  price          2        2  0.24       0.20       -0.04  EUR
clinic   customer  price          2        2  0.30       0.25       -0.05  USD
partner  reseller  price          2        2  0.12       0.10       -0.02  EUR
shop     customer  price          2        1  0.36       0.34       -0.02  EUR
6 calls looked at, 5 would change.
Customers pay: -0.06 EUR
Customers pay: -0.05 USD
Resellers pay: -0.02 EUR

For example:
2026-02-10T10:00:00Z to 4930901820, 120 s (k1)
  was       0.12 EUR bakery (customer): 120 s at 0.06 a minute, 49 Germany in tariff retail
  was       0.06 EUR partner (reseller): 120 s at 0.03 a minute, 49 Germany in tariff wholesale
  should be 0.10 EUR bakery (customer): 120 s at 0.05 a minute, 49 Germany in tariff retail
  should be 0.05 EUR partner (reseller): 120 s at 0.025 a minute, 49 Germany in tariff wholesale

Nothing was changed: --apply does it.
`);
  });

  test.each<[selection: string, differing: readonly number[], why: string]>([
    ["--account bakery", [0], "what this account pays"],
    ["--account partner", [2], "not what those under it pay"],
    ["--account partner --accounts-under", [0, 2], "with those under it"],
    ["--account carrier", [], "what the vendor gets has not changed"],
    ["--tariff wholesale", [2], "only what is charged at it"],
    ["--tariff retail --side reseller", [2], "derived from it, and only that side"],
    ["--prefix 4930", [0, 1, 2, 3], "numbers that begin so"],
    ["--prefix 44", [], "other numbers"],
    ["--destination Germany --account shop", [3], "the destination of the charge"],
    ["--source switch --account clinic", [1], "the switch that told of them"],
    ["--currency USD", [1], "what was converted"],
  ])("can be looked at in part: %s (%# %s)", async (selection, differing) => {
    const cells = (line: string | undefined) => line?.split(" ").slice(0, 2).join(" ");
    const found = (await differences(selection)).map(cells);
    expect(found).toEqual(differing.map((index) => cells(GERMANY_CHEAPER[index])));
  });

  test("is charged: a wallet gets back what it had not covered, vendors keep what they have", async () => {
    expect([await balance("shop", "overrun"), await balance("shop", "wallet")]).toEqual(["0.26", "-0.1"]);
    const apply = 'cdr rerate --from 2026-03-01 --apply --reason "wrong price"';
    const { stdout } = await story.run(apply);
    expect(stdout).toContain("5 calls looked at, 4 changed.\n");
    expect([await balance("shop", "overrun"), await balance("shop", "wallet")]).toEqual(["0.24", "-0.1"]);
    expect(await balance("clinic", "unbilled")).toBe("0.25");
    expect((await story.run(apply)).stdout).toMatch(/^This was done on /);
    expect(await differences("--all")).toEqual([
      "bakery customer priced: 0.22 → 0.2 EUR (1 of 2)",
      "partner reseller priced: 0.11 → 0.1 EUR (1 of 2)",
    ]);
    const { document } = await story.json<{ runs: { reason: string; author: string; changed: number }[] }>(
      "cdr rerate --runs",
    );
    expect(document.runs).toMatchObject([{ reason: "wrong price", author: "cli:test", state: "done", changed: 4 }]);
  });
});

describe("what is charged for other reasons than a price", () => {
  test("an exchange rate of the day of answer", async () => {
    await change(({ exchangeRates }) =>
      exchangeRates.push({ base: "EUR", quote: "USD", from: "2026-03-11", rate: "2" }),
    );
    expect(await differences("--from 2026-03-01")).toEqual(["clinic customer priced: 0.25 → 0.325 USD (1 of 2)"]);
  });

  test("a rule that gives calls to another account moves them when it is asked for", async () => {
    await change(({ rules }) => rules.push({ account: "shop", match: { accountCode: "clinic", callingPrefix: "49" } }));
    expect(await differences("--source switch --from 2026-03-11")).toHaveLength(1);
    expect(await differences("--source switch --from 2026-03-01 --find-parties")).toEqual([
      "carrier cost priced: 0.1 → 0.1 EUR (2 of 5)", // the same money, for another book
      "clinic customer priced: 0.25 → 0 USD (2 of 2)",
      "shop customer priced: 0.34 → 0.54 EUR (2 of 4)",
    ]);
    const moved = await story.run('cdr rerate --from 2026-03-01 --find-parties --apply --reason "his calls"');
    expect(moved.stdout).toContain("5 calls looked at, 2 changed, 2 of them to another payer or vendor.");
    expect([await balance("clinic", "unbilled"), await balance("shop", "overrun")]).toEqual([undefined, "0.44"]);
    expect(await differences("--all --find-parties")).toHaveLength(2); // February's prices are left
  });

  test("legs that are no usage today are told of, and taken back when it is asked for", async () => {
    await change(({ sources: [source] }) => {
      if (source) source.settings = { ...source.settings, directions: ["originating"] };
    });
    const kept = await story.run("cdr rerate --account shop");
    expect({ ...kept, stdout: kept.stdout.split("\n").slice(0, 3) }).toEqual({
      status: 0,
      stdout: [
        "4 calls looked at, 0 would change.",
        '1 call keeps what was charged, though no usage today: Today\'s settings do not count the terminating leg of source "switch" as usage.',
        "  --take-back-excluded takes it back.",
      ],
      stderr: "",
    });
    const line = "--account shop --take-back-excluded";
    expect(await differences(line)).toEqual(["shop customer excluded: 0.1 → 0 EUR (1 of 1)"]);
    await story.run(`cdr rerate ${line} --apply --reason "callee's leg"`);
    expect(await balance("shop", "overrun")).toBe("0.34");
    expect(await differences(line)).toEqual([]);
  });

  test("a call that has no price today keeps its charge and is listed", async () => {
    await change(({ accounts }) => {
      const shop = accounts.find(({ code }) => code === "shop");
      if (shop) Object.assign(shop, { tariff: "special" });
    });
    const { status, stdout } = await story.run("cdr rerate --account shop --from 2026-03-01");
    expect(status).toBe(1);
    expect(stdout).toContain('Tariff "special" (customer side, account "shop") has no rate for 442079460018');
    expect(stdout).toContain("It keeps what was charged.");
    const { document } = await story.json("cdr rerate --account shop --from 2026-03-01");
    expect(document).toMatchObject({ kept: [{ code: "call-excluded" }, { code: "rate-missing-for-call", calls: 1 }] });
  });
});

test.each<[line: string, says: string, why: string]>([
  ["cdr rerate", "Say which calls to re-rate, or --all.", "all calls are never meant by saying nothing"],
  ["cdr rerate --all --account shop", "--all is every call", "one or the other"],
  ["cdr rerate --accounts-under", "--accounts-under needs an --account.", "under whom?"],
  ["cdr rerate --from 2026-03-02 --to 2026-03-01", "--from is not before --to.", "no time at all"],
  ["cdr rerate --from yesterday", '"yesterday" is no time', "no time"],
  ["cdr rerate --account nobody", "code: account-unknown", "a typing error"],
  ["cdr rerate --tariff nothing", "code: tariff-unknown", "a typing error"],
  ["cdr rerate --source nowhere", "code: source-unknown", "a typing error"],
  ["cdr rerate --prefix x", 'Give digits such as "4930"', "no digits"],
  ["cdr rerate --all --apply", "--apply needs a --reason.", "journals say why"],
  ["cdr rerate --cancel 1", "code: rerating-unknown", "no such run"],
])("%s: %s (%s)", async (line, says) => {
  const { status, stderr } = await story.run(line);
  expect(status).toBe(2);
  expect(stderr).toContain(says);
});
