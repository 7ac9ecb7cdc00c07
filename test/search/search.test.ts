import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Source } from "../../src/server/mediation/source.ts";
import { tollwright, tollwrightJson } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { anyRate, Operator } from "../support/operator.ts";

/** One call of the test's switch; minutes are counted from 2026-02-20 00:00 UTC. */
interface Made {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly minute: number;
  readonly talkedS: number;
  readonly cause: "NORMAL_CLEARING" | "USER_BUSY" | "NO_ANSWER";
  readonly account: string;
  readonly trunk: string;
}

const COLUMNS = [
  "caller_id_number",
  "destination_number",
  "start_stamp",
  "answer_stamp",
  "end_stamp",
  "billsec",
  "hangup_cause",
  "uuid",
  "accountcode",
  "sip_gateway_name",
];
const START = Date.UTC(2026, 1, 20);
const stamp = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace("T", " ");

function rowOf({ key, from, to, minute, talkedS, cause, account, trunk }: Made): string {
  const started = START + minute * 60_000;
  const answered = talkedS === 0 ? "" : stamp(started + 5_000);
  const ended = stamp(started + 5_000 + talkedS * 1_000);
  const fields = [from, to, stamp(started), answered, ended, talkedS, cause, key, account, trunk];
  return fields.map((field) => `"${field}"`).join(",");
}

/** 400 calls over 23 days, some at the same instant, from a fixed rule. */
const MADE: readonly Made[] = Array.from({ length: 400 }, (_, i): Made => {
  const talkedS = i % 3 === 0 ? 0 : 1 + ((i * 37) % 900);
  return {
    key: `call-${i}`,
    from: `4420794600${10 + (i % 7)}`,
    to: ["4930123", "33199", "1415555", "447700"][i % 4] + String(1000 + ((i * 13) % 97)),
    minute: Math.floor(i / 2) * 167,
    talkedS,
    cause: talkedS > 0 ? "NORMAL_CLEARING" : i % 2 === 0 ? "USER_BUSY" : "NO_ANSWER",
    account: ["acme", "shop", "shop-2"][i % 3] as string,
    trunk: `out-${i % 2}`,
  };
});

let db: TestDatabase;
let operator: Operator;
let source: Source;
let folder: string;

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-search-"));
  operator = await Operator.create(db);
  source = await operator.source("fs-1", "freeswitch-csv", { mapping: { columns: COLUMNS } });
  const acme = await operator.account("acme");
  const reseller = await operator.account("shop", { kind: "reseller" });
  const under = await operator.account("shop-2", { parentId: reseller.id, bookId: reseller.bookId });
  const vendor = await operator.account("carrier", { kind: "vendor" });
  await operator.tariff("retail", [anyRate("", "0.06")], [acme, reseller, under]);
  await operator.tariff("cost", [anyRate("", "0.012")], [vendor]);
  await operator.trunk("out-0", vendor, "egress");
  await operator.rules([acme, reseller, under].map((account) => [account, { match: { accountCode: account.code } }]));
  await operator.importText(source, "calls.csv", `${MADE.map(rowOf).join("\n")}\n`);
});
afterAll(async () => {
  await db?.drop();
  await rm(folder, { recursive: true, force: true });
});

interface Found {
  readonly calls: readonly { readonly id: string; readonly key: string; readonly startedAt: string }[];
  readonly next: string | null;
}

const words = (typed: readonly string[], of = operator) => ["cdr", ...typed, "--tenant", `Tenant ${of.tenantId}`];
const cdr = (...typed: string[]) => tollwright(words(typed), { db });
const TIME = ["--from", "2026-02-20", "--to", "2026-03-20"];
const search = async (...typed: string[]): Promise<Found> => {
  const { document } = await tollwrightJson<Found>(words(["search", ...TIME, "--limit", "1000", ...typed]), { db });
  return document;
};
const keysOf = ({ calls }: Found): string[] => calls.map(({ key }) => key).toSorted();
const keysThat = (meet: (call: Made) => boolean): string[] =>
  MADE.filter(meet)
    .map(({ key }) => key)
    .toSorted();
const cost = ({ talkedS }: Made): number => talkedS; // a thousandth of a unit a second

describe("cdr search finds what a reading of all calls finds", () => {
  test.each<[string[], (call: Made) => boolean, string]>([
    [[], () => true, "everything"],
    [["--number", "+44 20 7946 0011"], ({ from }) => from === "442079460011", "a whole number, as it is printed"],
    [["--called", "447700*"], ({ to }) => to.startsWith("447700"), "the beginning of a number"],
    [["--calling", "447700*"], () => false, "… of the other side"],
    [["--number", "*5551*"], ({ from, to }) => `${from} ${to}`.includes("5551"), "a part of a number"],
    [["--account", "acme"], ({ account }) => account === "acme", "an account's"],
    [["--account", "shop"], ({ account }) => account.startsWith("shop"), "a reseller's, with those under it"],
    [["--account", "shop-2"], ({ account }) => account === "shop-2", "… and not those above"],
    [["--account", "carrier"], ({ trunk }) => trunk === "out-0", "a vendor's"],
    [["--trunk", "out-1"], ({ trunk }) => trunk === "out-1", "a trunk's"],
    [["--cause", "17"], ({ cause }) => cause === "USER_BUSY", "a Q.850 cause"],
    [["--cause", "no_answer"], ({ cause }) => cause === "NO_ANSWER", "the switch's own word"],
    [["--answered"], ({ talkedS }) => talkedS > 0, "answered"],
    [["--unanswered"], ({ talkedS }) => talkedS === 0, "not answered"],
    [["--min-seconds", "100", "--max-seconds", "200"], ({ talkedS }) => talkedS >= 100 && talkedS <= 200, "seconds"],
    [["--min-cost", "0.5"], (call) => cost(call) >= 500, "what it costs"],
    [["--max-cost", "0.01"], (call) => cost(call) <= 10, "… at most: a call that costs nothing too"],
    [
      ["--source", "fs-1", "--account", "acme", "--answered"],
      (call) => call.account === "acme" && call.talkedS > 0,
      "all",
    ],
  ])("%j", async (typed, meet, _why) => expect(keysOf(await search(...typed))).toEqual(keysThat(meet)));

  test("a time takes its first instant and leaves its last", async () => {
    const found = await search("--from", "2026-02-21T00:00:00Z", "--to", "2026-02-21T04:10:00Z");
    const minutes = (call: Made) => call.minute >= 1440 && call.minute < 1440 + 250;
    expect(keysOf(found)).toEqual(keysThat(minutes));
  });

  test("pages of any size, in either order, hold each call once and in order", async () => {
    const pages = fc.record({ limit: fc.integer({ min: 1, max: 150 }), oldest: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(pages, async ({ limit, oldest }) => {
        const order = oldest ? ["--oldest"] : [];
        const seen: string[] = [];
        const times: string[] = [];
        let after: string[] = [];
        for (;;) {
          const found = await search(...order, ...after, "--answered", "--limit", String(limit));
          seen.push(...found.calls.map(({ key }) => key));
          times.push(...found.calls.map(({ startedAt }) => startedAt));
          if (found.next === null) break;
          after = ["--after", found.next];
        }
        expect(seen.toSorted()).toEqual(keysThat(({ talkedS }) => talkedS > 0));
        expect(times).toEqual(oldest ? times.toSorted() : times.toSorted().reverse());
      }),
      { numRuns: 8, seed: 7 },
    );
  });

  test("nobody sees another tenant's calls, by no filter and by no id", async () => {
    const stranger = await Operator.create(db);
    const { document } = await tollwrightJson<Found>(words(["search", ...TIME, "--number", "44*"], stranger), { db });
    expect(document.calls).toEqual([]);
    const id = (await search("--account", "acme")).calls[0]?.id ?? "";
    expect(await tollwright(words(["show", id], stranger), { db })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("call-unknown"),
    });
  });

  test.each([
    [["--called", "44*20"], "search-invalid", "a star in the middle"],
    [["--cause", "9999"], "search-invalid", "no cause"],
    [["--account", "nobody"], "account-unknown", "no account"],
    [["--source", "nowhere"], "source-unknown", "no source"],
    [["--saved", "nothing"], "search-unknown", "no saved search"],
    [["--period", "today"], "search-invalid", "a period and a time"],
    [["--answered", "--unanswered"], "command-line-invalid", "both and neither"],
  ])("%j is refused: %s", async (typed, code, _why) => {
    expect(await cdr("search", ...TIME, ...typed)).toMatchObject({ status: 2, stderr: expect.stringContaining(code) });
  });
});

describe("cdr show", () => {
  test("tells by id or by the switch's own key where a call came from and what was charged", async () => {
    const made = MADE[1] as Made;
    const [call] = (await search("--account", made.account)).calls.filter(({ key }) => key === made.key);
    const byId = await cdr("show", call?.id ?? "");
    expect(byId.stdout).toContain("calls.csv line 2");
    expect(byId.stdout).toMatch(/customer\s+shop-2\s+retail|reseller\s+shop\s+retail/);
    expect((await cdr("show", made.key, "--source", "fs-1")).stdout).toBe(byId.stdout);
  });

  test("a corrected call shows what took its charge back, and how it was read before", async () => {
    const other = await operator.source("fs-2", "freeswitch-csv", { mapping: { columns: COLUMNS } });
    const row = `${rowOf({ ...(MADE[1] as Made), key: "moved" })}\n`;
    await operator.importText(other, "moved.csv", row);
    const again = await operator.source("fs-2", "freeswitch-csv", {
      mapping: { columns: COLUMNS },
      timeZone: "Asia/Tokyo",
    });
    await operator.importText(again, "moved.csv", row);
    const { stdout } = await cdr("show", "moved", "--source", "fs-2");
    expect(stdout).toContain("takes back 0");
    expect(stdout).toContain("reading 0: to");
  });

  test("an unknown call is a clear answer", async () => {
    for (const typed of [["nonsense"], ["00000000-0000-0000-0000-000000000000"], ["nonsense", "--source", "fs-1"]])
      expect(await cdr("show", ...typed)).toMatchObject({ status: 2, stderr: expect.stringContaining("call-unknown") });
  });
});

describe("cdr export", () => {
  test("writes every call once, oldest first, as CSV and as JSON lines", async () => {
    const path = join(folder, "calls.csv");
    expect((await cdr("export", ...TIME, "--source", "fs-1", "--out", path)).stdout).toContain("400 calls written");
    const lines = (await readFile(path, "utf8")).trimEnd().split("\r\n");
    const heading = lines[0]?.split(",") ?? [];
    const column = (name: string) => lines.slice(1).map((line) => line.split(",")[heading.indexOf(name)] ?? "");
    expect(column("key").toSorted()).toEqual(keysThat(() => true));
    expect(column("started_utc")).toEqual(column("started_utc").toSorted());
    const sum = column("amount").reduce((total, amount) => total + Math.round(Number(amount) * 1000), 0);
    expect(sum).toBe(MADE.reduce((total, call) => total + cost(call), 0));
    const ndjson = join(folder, "calls.ndjson");
    await cdr("export", ...TIME, "--source", "fs-1", "--out", ndjson, "--format", "ndjson");
    const calls = (await readFile(ndjson, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(calls.map(({ key }) => key).toSorted()).toEqual(keysThat(() => true));
  });

  test("a saved search is run again by its name, means another time each day, and can be forgotten", async () => {
    const period = ["--period", "last-month", "--account", "acme"]; // the clock of the command line stands in March
    await cdr("search", ...period, "--save", "acme-month");
    const path = join(folder, "saved.csv");
    await cdr("export", "--saved", "acme-month", "--out", path);
    const february = keysThat(({ account, minute }) => account === "acme" && minute < 9 * 1440);
    expect((await readFile(path, "utf8")).trimEnd().split("\r\n").length - 1).toBe(february.length);
    expect((await cdr("searches", "list")).stdout).toContain("period last-month, account acme");
    expect((await cdr("searches", "remove", "acme-month")).status).toBe(0);
    expect((await cdr("searches", "list")).stdout).toContain("No searches are saved.");
  });
});
