import { afterAll, beforeAll, expect, test } from "vitest";
import { tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

test("a setup file's texts that JSON can spell and no database can store are listed", async () => {
  const lines = ["Bäckerei 🥐", "a\0b", "half \ud83e"];
  const stdin = JSON.stringify({ tenant: { name: "Text", currency: "EUR", letterhead: { lines } } });
  const { status, document } = await tollwrightJson<{ code: string; detail: string }>(["apply", "-"], { db, stdin });
  expect({ status, code: document.code }).toEqual({ status: 2, code: "setup-invalid" });
  expect(document.detail.split("\n").slice(1)).toEqual([
    expect.stringMatching(/^ {2}\/tenant\/letterhead\/lines\/1: Holds \\u0000 or half a character/),
    expect.stringMatching(/^ {2}\/tenant\/letterhead\/lines\/2: /),
  ]);
  expect((await tollwrightJson(["tenant", "list"], { db })).document).toEqual({ tenants: [] });
});

test("a setup file that nests too deep to be walked through is refused", async () => {
  const mapping = "[".repeat(100_000) + "]".repeat(100_000);
  const source = `{"name": "s", "format": "mapped", "settings": {"mapping": ${mapping}}}`;
  const stdin = `{"tenant": {"name": "Deep", "currency": "EUR"}, "sources": [${source}]}`;
  const { status, document } = await tollwrightJson<{ detail: string }>(["apply", "-"], { db, stdin });
  expect({ status, document }).toMatchObject({ status: 2, document: { code: "setup-invalid" } });
  expect(document.detail).toContain("/sources/0/settings/mapping/0");
});
