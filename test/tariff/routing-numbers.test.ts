import { afterAll, beforeAll, expect, test } from "vitest";
import { type Setup, Story, setup } from "../rerating/story.ts";
import { testDatabase } from "../support/database.ts";

const jurisdictions = ["interstate", "intrastate", "indeterminate"];

/** New York dialled, at a price for each jurisdiction, and New Jersey's exchange 201555 at others. */
function byJurisdiction(rateOn: "dialled" | "routing-number"): Setup {
  const all = setup();
  const rates = [
    ...jurisdictions.map((origin, index) => ({ prefix: "1212", rate: `0.0${index + 1}`, origin })),
    ...jurisdictions.map((origin, index) => ({ prefix: "1201555", rate: `0.${index + 1}`, origin })),
  ].map((rate) => ({ ...rate, destination: `${rate.prefix} ${rate.origin}`, increments: "1/1" }));
  const origins = jurisdictions.map((name) => ({ name, jurisdiction: name }));
  return { ...all, tariffs: [{ name: "retail", origins, rateOn, rates }, ...all.tariffs.slice(2)] } as Setup;
}

const withoutReseller = (all: Setup): Setup => ({
  ...all,
  accounts: all.accounts
    .filter(({ code }) => code !== "partner")
    .map((account) => ({ ...account, parent: undefined }) as (typeof all.accounts)[number]),
});

let story: Story;
beforeAll(async () => {
  story = new Story(await testDatabase());
  await story.apply(withoutReseller(byJurisdiction("dialled")));
  const calling = "17185550100"; // New York
  await story.import([
    { code: "bakery", at: "2026-01-10T10:00:00Z", calling, called: "12125550100", talkedS: 60 },
    { code: "bakery", at: "2026-01-10T11:00:00Z", calling, called: "12125550100;npdi;rn=+12015550000", talkedS: 60 },
  ]);
});
afterAll(() => story?.db.drop());

async function charged(): Promise<readonly string[]> {
  const { rows } = await story.db.transaction("owner", {}, (tx) =>
    tx.query<{ line: string }>(
      `select format('%s %s %s %s', u.called, coalesce(u.routing_number, '-'), c.destination, sum(c.amount)::float8)
         as line
       from charges c join usage_events u on u.id = c.usage_id where c.side = 'customer'
       group by u.call_key, u.called, u.routing_number, c.destination having sum(c.amount) <> 0 order by u.call_key`,
    ),
  );
  return rows.map(({ line }) => line);
}

test("the record's routing number says the jurisdiction; the dialled number is what is stored and priced", async () => {
  expect(await charged()).toEqual([
    "12125550100 - 1212 intrastate 0.02",
    "12125550100 12015550000 1212 interstate 0.01",
  ]);
});

test("a call is found by the number that was dialled, and shown with where it was routed", async () => {
  expect((await story.run("cdr search --to 12015550000")).stdout).not.toContain("12125550100");
  expect((await story.run("cdr show k2 --source switch")).stdout).toContain("→ 12125550100 (routed to 12015550000)");
});

test("re-rating finds it again, and takes its prefix where the tariff goes by it", async () => {
  expect((await story.json("cdr rerate --all")).document).toMatchObject({ looked: 2, changed: 0 });
  await story.apply(withoutReseller(byJurisdiction("routing-number")));
  expect((await story.run("cdr rerate --all --apply --reason lrn")).stderr).toBe("");
  expect(await charged()).toEqual([
    "12125550100 - 1212 intrastate 0.02",
    "12125550100 12015550000 1201555 interstate 0.1",
  ]);
  const words = "rate +12125550100 --account bakery --from +17185550100 --lrn 201-555-0000 --at 2026-01-10";
  expect((await story.run(words)).stdout).toContain('prefix "1201555", 1201555 interstate');
  expect((await story.run(`${words.replace("201-555-0000", "x")}`)).stderr).toContain("code: number-unreadable");
  expect(await story.faults()).toEqual([]);
});
