import { afterAll, beforeAll, expect, test } from "vitest";
import { type Setup, Story, setup } from "../rerating/story.ts";
import { testDatabase } from "../support/database.ts";

let story: Story;
let current: Setup;

beforeAll(async () => {
  story = new Story(await testDatabase());
  current = setup();
  expect(await story.apply(current)).not.toContain("--suggest"); // there is no past yet
  await story.import([
    { code: "bakery", at: "2026-02-10T10:00:00Z" },
    { code: "clinic", at: "2026-03-10T11:00:00Z" },
    { code: "clinic", at: "2026-02-10T11:00:00Z", isCalleesLeg: true },
    { code: "shop", at: "2026-03-11T12:00:00Z", called: "442079460018" },
  ]);
});
afterAll(() => story?.db.drop());

async function change(edit: (setup: Setup) => void): Promise<string> {
  current = structuredClone(current);
  edit(current);
  return await story.apply(current);
}

interface Suggested {
  readonly id: string;
  readonly what: string;
  readonly options: string;
  readonly totals: readonly { readonly account: string; readonly difference: string; readonly changed: number }[];
}

/** What is suggested: the change, the selection, and who pays how much more. */
async function suggested(): Promise<readonly string[]> {
  const { document } = await story.json<{ suggestions: Suggested[] }>("cdr rerate --suggest");
  return document.suggestions.map(({ what, options, totals }) => {
    const differing = totals.filter(({ changed }) => changed > 0);
    return `${what} ${options}: ${differing.map(({ account, difference }) => `${account} ${difference}`).join(", ")}`;
  });
}

const idOf = async (index: number): Promise<string> =>
  (await story.json<{ suggestions: Suggested[] }>("cdr rerate --suggest")).document.suggestions[index]?.id ?? "";

test("what has changed since nothing is nothing", async () => {
  expect(await change(({ tenant }) => (tenant.name = "STORY Telecom"))).not.toContain("--suggest");
  expect((await story.run("cdr rerate --suggest")).stdout).toBe(
    "No setting was changed that would change past charges.\n",
  );
});

test("a price that was changed for the past is told of, with what it would change and how to select it", async () => {
  const said = await change(({ tariffs }) => {
    for (const rate of tariffs[0]?.rates ?? []) if (rate.prefix === "49") rate.rate = "0.05";
  });
  expect(said).toContain("`tollwright cdr rerate --suggest` says what, and by how much.");
  const once = await suggested();
  expect(once).toEqual([
    'Version 2 of tariff "retail" prices calls of any time otherwise. ' +
      "--tariff retail: bakery -0.02, clinic -0.05, partner -0.01",
  ]);
  expect(await suggested()).toEqual(once);
});

test("re-rating as it says settles it; the same change in the future is no suggestion", async () => {
  const { document } = await story.json<{ suggestions: Suggested[] }>("cdr rerate --suggest");
  const [{ options } = { options: "" }] = document.suggestions;
  expect((await story.run(`cdr rerate ${options} --apply --reason "as suggested"`)).status).toBe(0);
  expect(await suggested()).toEqual([]);
  const said = await change(({ tariffs }) => {
    tariffs[0]?.rates?.push({
      prefix: "49",
      destination: "Germany",
      rate: "0.09",
      increments: "1/1",
      from: "2099-01-01",
    });
  });
  expect(said).not.toContain("--suggest");
});

test("assignments, exchange rates, rules and sources: each with what its calls come to today, whatever else changed", async () => {
  await change(({ accounts }) => {
    const bakery = accounts.find(({ code }) => code === "bakery");
    if (bakery) Object.assign(bakery, { tariff: undefined, tariffs: [{ tariff: "special", from: "2026-02-01" }] });
  });
  await change(({ exchangeRates }) =>
    exchangeRates.push({ base: "EUR", quote: "USD", from: "2026-03-01", rate: "1.5" }),
  );
  await change(({ rules }) => rules.push({ account: "clinic", match: { accountCode: "shop", callingPrefix: "49" } }));
  await change(({ sources: [source] }) => {
    if (source) source.settings = { ...source.settings, directions: ["originating"] };
  });
  expect(await suggested()).toEqual([
    'Account "bakery" buys at another tariff from 2026-02-01T00:00:00Z on. --account bakery --from 2026-02-01T00:00:00Z: bakery -0.04',
    "The exchange rate of EUR/USD from 2026-03-01 on is another. --currency USD --from 2026-03-01T00:00:00Z: clinic 0.025",
    expect.stringMatching(
      /^Account rules .* --from \S+ --find-parties: bakery -0.04, carrier 0, clinic 0.385, shop -0.24$/,
    ),
    expect.stringMatching(
      /^Source "switch" .* --take-back-excluded: bakery -0.04, clinic 0.025, carrier -0.02, clinic -0.125$/,
    ),
  ]);
});

test("what is dismissed is not listed again", async () => {
  const id = await idOf(0);
  expect((await story.run(`cdr rerate --dismiss ${id}`)).stdout).toBe(`Suggestion ${id} is not listed again.\n`);
  expect((await suggested())[0]).toContain("The exchange rate of EUR/USD");
  expect((await story.run(`cdr rerate --dismiss ${id}`)).stderr).toContain("code: rerating-suggestion-unknown");
  expect((await story.run("cdr rerate --dismiss x")).stderr).toContain("code: rerating-suggestion-unknown");
});
