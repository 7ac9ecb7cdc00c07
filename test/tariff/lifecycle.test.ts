import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { DeckDesk, type ImportDocument, rateLines } from "./deck-desk.ts";

let db: TestDatabase;
let desk: DeckDesk;
beforeAll(async () => {
  db = await testDatabase();
});
beforeEach(async () => {
  desk = await DeckDesk.open(db);
});
afterAll(() => db.drop());

const MARCH_1 = "2026-03-01T00:00:00Z";
const FIRST = [
  "Afghanistan,93,0.21,30/6,2026-01-01,",
  "Bangladesh,880,0.03,1/1,2026-01-01,",
  "Cuba,53,0.81,60/60,2026-01-01,",
];

const importing = (path: string, ...more: string[]) => ["import", path, "--tariff", "acme", ...more];

/** The carrier's first deck, published in January. */
async function begin(): Promise<void> {
  const path = await desk.deck(...FIRST);
  const ran = await desk.json(importing(path, "--create", "--mode", "full", "--publish"), "2026-01-01T00:00:00Z");
  expect(ran).toMatchObject({ status: 0, document: { outcome: { kind: "published", version: 1 } } });
}

describe("a deck on its way into a tariff", () => {
  test("is a draft first, is shown, and is published as the next version; the old one stays as it was", async () => {
    await begin();
    const path = await desk.deck("Afghanistan,93,0.25,30/6,2026-03-09,", "Bangladesh Mobile,880,0.02,1/1,2026-03-02,");
    const { document } = await desk.json(importing(path, "--mode", "amendment"), MARCH_1);
    expect(document.comparison.counts).toMatchObject({ increase: 1, decrease: 1, closed: 0 });
    expect(document.comparison.increases).toMatchObject([{ prefix: "93", percent: "19.1" }]);
    expect(await desk.version("acme")).toBe(1);

    const { deckId = "" } = document.outcome;
    const shown = await desk.run(["show", deckId, "--change", "increase"], "2026-03-01T09:00:00Z");
    expect(shown.stdout).toMatch(/increase\s+93\s+Afghanistan\s+0.21\s+0.25\s+30\/6\s+2026-03-09/);
    const published = await desk.run(["publish", deckId], "2026-03-01T10:00:00Z");
    expect(published).toMatchObject({ status: 0, stdout: expect.stringContaining('version 2 of tariff "acme"') });

    expect(rateLines(await desk.rates("acme"))).toEqual([
      "53 0.81 2026-01-01.. Cuba",
      "880 0.03 2026-01-01..2026-03-02 Bangladesh Mobile",
      "880 0.02 2026-03-02.. Bangladesh Mobile",
      "93 0.21 2026-01-01..2026-03-09 Afghanistan",
      "93 0.25 2026-03-09.. Afghanistan",
    ]);
    expect(rateLines(await desk.rates("acme", 1))).toEqual([
      "53 0.81 2026-01-01.. Cuba",
      "880 0.03 2026-01-01.. Bangladesh",
      "93 0.21 2026-01-01.. Afghanistan",
    ]);
    const again = await desk.run(["publish", deckId]);
    expect(again).toMatchObject({ status: 0, stdout: expect.stringContaining("published before, as version 2") });
    expect(await desk.version("acme")).toBe(2);
  });

  test("replaces what was scheduled and had not begun, once someone has seen it", async () => {
    await begin();
    const march = await desk.deck("Afghanistan,93,0.25,30/6,2026-03-09,");
    await desk.run(importing(march, "--mode", "amendment", "--publish"), MARCH_1);
    const sooner = await desk.deck("Afghanistan,93,0.23,30/6,2026-03-05,");
    const held = await desk.run(importing(sooner, "--mode", "amendment", "--publish"), MARCH_1);
    expect(held).toMatchObject({ status: 1, stdout: expect.stringContaining("price 0.25 scheduled from 2026-03-09") });
    expect(rateLines(await desk.rates("acme")).at(-1)).toBe("93 0.25 2026-03-09.. Afghanistan");
    await desk.run(importing(sooner, "--mode", "amendment", "--publish", "--accept-findings"), MARCH_1);
    expect(rateLines(await desk.rates("acme")).slice(-2)).toEqual([
      "93 0.21 2026-01-01..2026-03-05 Afghanistan",
      "93 0.23 2026-03-05.. Afghanistan",
    ]);
  });

  test("closes what a full deck lacks, at the time that is asked for", async () => {
    await begin();
    const path = await desk.deck(...FIRST.slice(0, 2));
    const words = importing(path, "--mode", "full", "--effective", "2026-04-01", "--publish");
    expect((await desk.json(words, MARCH_1)).document.comparison.counts).toMatchObject({ closed: 1, unchanged: 2 });
    expect(rateLines(await desk.rates("acme"))[0]).toBe("53 0.81 2026-01-01..2026-04-01 Cuba");
  });

  test("that changes nothing leaves nothing, and the same file is one draft", async () => {
    await begin();
    const before = await desk.stored();
    const same = await desk.run(importing(await desk.deck(...FIRST), "--mode", "full"), MARCH_1);
    expect(same).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('No changes: tariff "acme" is as the deck'),
    });
    expect(await desk.stored()).toEqual(before);

    const path = await desk.deck("Afghanistan,93,0.25,30/6,2026-03-09,");
    const draft = await desk.json(importing(path, "--mode", "amendment"), MARCH_1);
    const withDraft = await desk.stored();
    const known = await desk.json(importing(path, "--mode", "amendment"), "2026-03-02T00:00:00Z");
    expect(known.document.outcome).toEqual({ kind: "known-draft", deckId: draft.document.outcome.deckId });
    expect(await desk.stored()).toEqual(withDraft);
    expect((await desk.run(["show"])).stdout.trim().split("\n")).toHaveLength(2);
  });

  test("a rehearsal and a check store nothing, not even the tariff that they would create", async () => {
    const before = await desk.stored();
    const path = await desk.deck(...FIRST);
    const dry = await desk.json(importing(path, "--create", "--mode", "full", "--publish", "--dry-run"), MARCH_1);
    expect(dry.document).toMatchObject({ outcome: { kind: "rehearsed" }, comparison: { counts: { new: 3 } } });
    await desk.json(["check", path, "--tariff", "acme", "--create", "--mode", "full"], MARCH_1);
    expect(await desk.stored()).toEqual(before);
  });

  test("a discarded draft is gone, and cannot be published", async () => {
    await begin();
    const before = await desk.stored();
    const path = await desk.deck("Afghanistan,93,0.25,30/6,2026-03-09,");
    const { deckId = "" } = (await desk.json(importing(path, "--mode", "amendment"), MARCH_1)).document.outcome;
    for (let time = 1; time <= 2; time++) expect(await desk.run(["discard", deckId])).toMatchObject({ status: 0 });
    expect(await desk.stored()).toEqual({ ...before, decks: before.decks! + 1 });
    const published = await desk.json<{ code: string }>(["publish", deckId]);
    expect(published).toMatchObject({ status: 2, document: { code: "deck-not-draft" } });
  });
});

describe("a draft is compared once more when it is published", () => {
  let deckId: string;
  beforeEach(async () => {
    await begin();
    const path = await desk.deck("Afghanistan,93,0.25,30/6,2026-03-09,");
    deckId = (await desk.json(importing(path, "--mode", "amendment"), MARCH_1)).document.outcome.deckId ?? "";
  });

  test("someone published another price meanwhile: nothing happens until it is accepted", async () => {
    const other = await desk.deck("Afghanistan,93,0.19,30/6,2026-03-02,");
    await desk.run(importing(other, "--mode", "amendment", "--publish"), MARCH_1);
    const refused = await desk.json<{ code: string; detail: string }>(["publish", deckId], MARCH_1);
    expect(refused).toMatchObject({ status: 2, document: { code: "deck-preview-stale" } });
    expect(await desk.version("acme")).toBe(2);
    expect(await desk.run(["publish", deckId, "--accept-changes"], MARCH_1)).toMatchObject({ status: 0 });
    expect(rateLines(await desk.rates("acme")).slice(-3)).toEqual([
      "93 0.21 2026-01-01..2026-03-02 Afghanistan",
      "93 0.19 2026-03-02..2026-03-09 Afghanistan",
      "93 0.25 2026-03-09.. Afghanistan",
    ]);
  });

  test("its date has passed: it would reach over calls already made, which is another effect and a finding", async () => {
    const late = "2026-03-20T00:00:00Z";
    const codes = [];
    for (const accepted of [[], ["--accept-changes"]])
      codes.push((await desk.json<{ code: string }>(["publish", deckId, ...accepted], late)).document.code);
    expect(codes).toEqual(["deck-preview-stale", "deck-findings-block"]);
    const words = ["publish", deckId, "--accept-changes", "--accept-findings"];
    expect(await desk.run(words, late)).toMatchObject({ status: 0 });
  });

  test("looking at it again accepts what it does now", async () => {
    const other = await desk.deck("Afghanistan,93,0.19,30/6,2026-03-02,");
    await desk.run(importing(other, "--mode", "amendment", "--publish"), MARCH_1);
    await desk.run(["show", deckId], MARCH_1);
    expect(await desk.run(["publish", deckId], MARCH_1)).toMatchObject({ status: 0 });
  });

  test("someone published the same meanwhile: there is nothing to publish", async () => {
    const same = await desk.deck("Afghanistan,93,0.25,30/6,2026-03-09,", "");
    await desk.run(importing(same, "--mode", "amendment", "--publish"), MARCH_1);
    const { status, stdout } = await desk.run(["publish", deckId], MARCH_1);
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining("Nothing to publish") });
    expect(await desk.version("acme")).toBe(2);
  });
});

describe("the operator's rules hold a deck back", () => {
  test.each<[string, string[], string, string]>([
    // row                                    options                       finding                   why
    ["Afghanistan,93,0.25,30/6,2026-03-04,", ["--notice", "increase=7"], "notice-short", "three days of notice"],
    ["Afghanistan,93,0.25,30/6,2026-02-01,", [], "backdated-change", "calls of February are rated already"],
    ["Afghanistan,93,0.25,30/6,2026-03-09,", ["--cost-tariff", "dear"], "below-cost", "costs 0.30 a minute"],
    [
      "Afghanistan,93,0.31,30/6,2026-03-09,",
      ["--cost-tariff", "dear", "--margin-min", "5"],
      "below-cost",
      "3.4 % margin",
    ],
  ])("%s %s is %s (%s)", async (row, options, code) => {
    await begin();
    const dear = await desk.deck("Afghanistan,93,0.005,1/1,2026-01-01,");
    const perSecond = await desk.file("per-second.json", '{"ratePer": "second", "mode": "full"}');
    await desk.run(["import", dear, "--tariff", "dear", "--create", "--template-file", perSecond, "--publish"]);
    const path = await desk.deck(row);
    const words = importing(path, "--mode", "amendment", "--publish", ...options);
    const held = await desk.json(words, MARCH_1);
    expect(held.status).toBe(1);
    expect(held.document.outcome.kind).toBe("held");
    expect(held.document.comparison.findings).toMatchObject([{ code, severity: "block", total: 1 }]);
    expect(await desk.version("acme")).toBe(1);
    const accepted = await desk.json<ImportDocument>([...words, "--accept-findings"], MARCH_1);
    expect(accepted.document.outcome).toMatchObject({ kind: "published", version: 2 });
  });

  test("prices without a loss pass, and the lowest margins are shown", async () => {
    await begin();
    await desk.run([
      "import",
      await desk.deck("All,*,0.2,1/1,2026-01-01,"),
      "--tariff",
      "cost",
      "--create",
      "--mode",
      "full",
      "--publish",
    ]);
    const path = await desk.deck("Afghanistan,93,0.25,30/6,2026-03-09,");
    const { status, document } = await desk.json(
      importing(path, "--mode", "amendment", "--cost-tariff", "cost"),
      MARCH_1,
    );
    expect(status).toBe(0);
    expect(document.comparison.margins).toMatchObject({ belowCost: 0, lowest: [{ percent: "25" }] });
  });
});

describe("a carrier's template", () => {
  test("is saved, used, listed and deleted", async () => {
    const template = {
      columns: { code: "Ruf-Nr." },
      decimal: ",",
      delimiter: ";",
      mode: "full",
      rules: { noticeDays: { increase: 7 } },
    };
    const path = await desk.file("template.json", JSON.stringify(template));
    expect(await desk.run(["template", "save", "wien", path])).toMatchObject({ status: 0 });
    const listed = await desk.json<{ templates: unknown[] }>(["template", "list"]);
    expect(listed.document.templates).toEqual([{ name: "wien", template }]);
    const deck = await desk.file("wien.csv", "Ziel;Ruf-Nr.;Preis\nWien;431;0,0125\n");
    const ran = await desk.json(importing(deck, "--create", "--template", "wien", "--publish"), MARCH_1);
    expect(ran.document.outcome.kind).toBe("published");
    expect(rateLines(await desk.rates("acme"))).toEqual(["431 0.0125 2026-03-01.. Wien"]);
    await desk.run(["template", "delete", "wien"]);
    const gone = await desk.json<{ code: string }>(importing(deck, "--template", "wien"));
    expect(gone).toMatchObject({ status: 2, document: { code: "deck-template-unknown" } });
  });

  test.each<[string, string, string]>([
    ['{"mode": "both"}', "/mode", "no such mode"],
    ['{"rules": {"noticeDays": {"increase": 400}}}', "/rules/noticeDays/increase", "more than a year"],
    ['{"decimals": 4}', "", "no such field"],
    ['{"mode": "full",}', "line 1, column 17", "no JSON"],
    ["[]", "no object", "a list"],
    ['{"costTariff": "a\\u0000"}', "/costTariff", "no text that a database keeps"],
    [`{"columns": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`, "/columns", "too deep to be walked through"],
  ])("%.60s is refused, naming %s (%s)", async (json, place) => {
    const path = await desk.file("template.json", json);
    const { status, document } = await desk.json<{ code: string; detail: string }>(["template", "save", "bad", path]);
    expect(status).toBe(2);
    expect(document.code).toBe("deck-template-invalid");
    expect(document.detail).toContain(place);
  });
});
