import { rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils, write } from "@e965/xlsx";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { DeckDesk } from "./deck-desk.ts";

let db: TestDatabase;
let desk: DeckDesk;
beforeAll(async () => {
  db = await testDatabase();
  desk = await DeckDesk.open(db);
});
afterAll(() => db.drop());

const HEADER = "Destination,Code,Rate\n";
const noise = Uint8Array.from({ length: 3_000 }, (_, at) => (at * 97 + (at >> 3)) & 255);
const workbook = (rows: unknown[][]) => {
  const book = utils.book_new();
  utils.book_append_sheet(book, utils.aoa_to_sheet(rows), "Rates");
  return new Uint8Array(write(book, { type: "array", bookType: "xlsx" }) as ArrayBuffer);
};
/** An end-of-directory record is all that an empty ZIP is; one entry named a.txt is put before it. */
const zip = Uint8Array.from(
  Buffer.from(
    "504b03040a0000000000000000000000000000000000000000000500000061" +
      "2e747874504b01021e030a000000000000000000000000000000000000000000050000000000000000000000a4810000" +
      "0000612e747874504b0506000000000100010033000000230000000000",
    "hex",
  ),
);

test.each<[string, string | Uint8Array, string, string]>([
  // name           content                         problem                 why
  ["empty.csv", "", "deck-empty", "no bytes"],
  ["blank.csv", "\n\n  \n", "deck-empty", "no rows"],
  ["noise.csv", noise, "deck-not-text", "binary under a wrong name"],
  ["archive.zip", zip, "deck-format-unknown", "an archive of decks"],
  ["broken.xlsx", workbook([["a"]]).slice(0, 500), "deck-workbook-broken", "cut off in transfer"],
  ["one.csv", "Rates\n0.01\n0.02\n", "deck-columns-missing", "a deck with one column"],
  ["page.csv", "<!doctype html><html><p>Log in</p></html>", "deck-format-unknown", "a log-in page"],
  ["unpriced.csv", `${HEADER}Cuba,53,\nPeru,51,\n`, "deck-without-rates", "as a full deck it would close everything"],
])("%s is refused as a whole, and nothing stays", async (name, content, code) => {
  const before = await desk.stored();
  const path = await desk.file(name, content);
  const words = ["import", path, "--tariff", "new", "--create", "--mode", "full", "--publish"];
  const { status, document } = await desk.json<{ code: string; fix: string }>(words);
  expect({ status, code: document.code }).toEqual({ status: 2, code: expect.stringContaining(code) });
  expect(document.fix).not.toBe("");
  expect(await desk.stored()).toEqual(before);
});

test("a file of 300 MB is refused before it is read", async () => {
  const before = await desk.stored();
  const path = await desk.file("huge.csv", HEADER);
  await truncate(path, 300 * 1024 * 1024);
  const words = ["import", path, "--tariff", "new", "--create", "--mode", "full"];
  const { status, document } = await desk.json<{ code: string }>(words);
  await rm(path);
  expect({ status, code: document.code }).toEqual({ status: 2, code: "deck-too-large" });
  expect(await desk.stored()).toEqual(before);
});

test("a formula is never run: the value beside it counts, and without one the row is rejected", async () => {
  const sheet = utils.aoa_to_sheet([
    ["Destination", "Code", "Rate"],
    ["Cuba", "53", 0.81],
    ["Peru", "51", null],
    ["Chile", "56", null],
  ]);
  sheet.C3 = { t: "n", f: "0.01*2", v: 0.02 };
  sheet.C4 = { t: "n", f: 'WEBSERVICE("http://example.com")' };
  const book = utils.book_new();
  utils.book_append_sheet(book, sheet, "Rates");
  const bytes = new Uint8Array(write(book, { type: "array", bookType: "xlsx" }) as ArrayBuffer);
  const path = await desk.file("formulas.xlsx", bytes);
  const ran = await desk.json(["import", path, "--tariff", "formulas", "--create", "--mode", "full", "--publish"]);
  expect(ran.document.reading.counts).toMatchObject({ rows: 3, loadedRows: 2, rejectedRows: 1 });
  expect(ran).toMatchObject({ status: 1, document: { rejects: { total: 1, listed: [{ at: "line 4" }] } } });
});

test("CSV formulas are rows that cannot be priced, each with its text, line, reason and fix", async () => {
  const path = await desk.file("formulas.csv", `${HEADER}Cuba,53,0.81\nPeru,51,=1+1\n`);
  const { status, document } = await desk.json(["import", path, "--tariff", "csv", "--create", "--mode", "full"]);
  expect(status).toBe(1);
  expect(document.rejects.listed).toMatchObject([
    { at: "line 3", raw: "Peru,51,=1+1", code: expect.any(String), what: expect.any(String), fix: expect.any(String) },
  ]);
});

test.each<[string, string, string]>([
  ["rates", "53100", "the disk is full when the rates are written"],
  ["deck_rows", "53100", "the disk is full when the draft is written"],
  ["tariff_versions", "57014", "the statement is cancelled"],
])("an error of the database at %s (%s) rolls everything back (%s)", async (table, sqlstate) => {
  const before = await desk.stored();
  await failingOn(table, sqlstate);
  const path = await desk.file("deck.csv", `${HEADER}Cuba,53,0.81\n`);
  const words = ["import", path, "--tariff", `failing ${table}`, "--create", "--mode", "full", "--publish"];
  expect(await desk.run(words)).toMatchObject({ status: 2, stdout: "" });
  await healed(table);
  expect(await desk.stored()).toEqual(before);
  expect(await desk.run(words)).toMatchObject({ status: 0 });
});

test("an export that cannot be written leaves the file of before", async () => {
  const path = await desk.file("deck.csv", `${HEADER}Cuba,53,0.81\n`);
  await desk.run(["import", path, "--tariff", "export", "--create", "--mode", "full", "--publish"]);
  for (const nowhere of [join(tmpdir(), "no-such-folder", "deck.csv"), join(path, "below.csv")]) {
    const { status, document } = await desk.json<{ code: string }>(["export", "--tariff", "export", nowhere]);
    expect({ status, code: document.code }).toEqual({ status: 2, code: "export-not-written" });
  }
});

test("a deck that cannot be opened is named with the reason, in words", async () => {
  const { stderr } = await desk.run(["import", "no-such-deck.csv", "--tariff", "export", "--mode", "full"]);
  expect(stderr).toContain("The file no-such-deck.csv cannot be read: there is no such file.");
});

/** Rows of the table are refused as a server does that has run out of something. */
async function failingOn(table: string, sqlstate: string): Promise<void> {
  await db.session(async (client) => {
    await client.query(`create function tollwright.fail_here() returns trigger language plpgsql as
      $$ begin raise exception 'out of something' using errcode = '${sqlstate}'; end $$`);
    await client.query(`create trigger fail_here before insert on tollwright.${table} for each row
      execute function tollwright.fail_here()`);
  });
}

const healed = (table: string): Promise<void> =>
  db.session(async (client) => {
    await client.query(`drop trigger fail_here on tollwright.${table}`);
    await client.query("drop function tollwright.fail_here()");
  });
