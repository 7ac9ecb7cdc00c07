import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EpochMs, epochMs } from "../../src/core/time/epoch.ts";
import { checkAlarms } from "../../src/server/completeness/check-alarms.ts";
import { tollwright } from "../support/command-line.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { FREESWITCH_MAPPING, freeswitchRow, type MadeCall } from "../support/switch-files.ts";
import { Site } from "./site.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const HOUR_MS = 3_600_000;
const MORNING = Date.UTC(2026, 2, 10, 8);

const call = (index: number, changes: Partial<MadeCall> = {}): MadeCall => ({
  key: `k${index}`,
  calling: `4420794600${String(index % 90).padStart(2, "0")}`,
  called: "14155550123",
  startedAt: MORNING + index * 60_000,
  ringS: 5,
  talkedS: 30,
  account: "a",
  gateway: "carrier",
  ...changes,
});

const fileOf = (calls: readonly MadeCall[]) => calls.map((each) => freeswitchRow(each)).join("");
const calls = (count: number, changes: Partial<MadeCall> = {}) =>
  Array.from({ length: count }, (_, index) => call(index, changes));
const freeswitch = (completeness: object, more: object = {}) => ({
  mapping: FREESWITCH_MAPPING,
  completeness,
  ...more,
});
const at = (text: string) => epochMs(Date.parse(text));

interface AlarmJson {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly what: string;
}

const alarmsOf = async (site: Site, ...words: readonly string[]) =>
  (await site.command<{ alarms: readonly AlarmJson[] }>("alarm", "list", ...words)).document.alarms;

describe("files named after hours", () => {
  const settings = freeswitch(
    { fileNames: { pattern: "{YYYY}{MM}{DD}{hh}.csv", everyMinutes: 60 } },
    { timeZone: "Europe/Berlin" },
  );
  const name = (hour: number) => `20260310${String(hour).padStart(2, "0")}.csv`;

  test("one that did not come is named, an empty one came, and a late one ends the alarm for good", async () => {
    const site = await Site.create(db);
    const source = await site.source("sbc", "freeswitch-csv", settings);
    for (const hour of [9, 10, 12]) {
      const text = fileOf([call(hour, { startedAt: MORNING + (hour - 9) * HOUR_MS })]);
      await site.arrive(source, name(hour), text, `2026-03-10T${hour + 1}:02:00Z`);
    }
    await site.arrive(source, name(13), "", "2026-03-10T14:02:00Z").catch(() => undefined);
    await site.arrive(source, name(14), fileOf([call(14)]), "2026-03-10T15:02:00Z");
    const now = at("2026-03-10T15:30:00Z");
    const { tenantId } = site.operator;
    const first = await checkAlarms(db, tenantId, now);
    expect(first.raised.map(({ what }) => what)).toEqual(["The file of 2026-03-10 11:00 did not come."]);
    expect(await checkAlarms(db, tenantId, now)).toEqual({ raised: [], cleared: [] });
    await site.arrive(source, name(11), fileOf([call(11)]), "2026-03-11T07:00:00Z");
    const last = await checkAlarms(db, tenantId, now);
    expect([last.raised, last.cleared.map(({ id }) => id)]).toEqual([[], first.raised.map(({ id }) => id)]);
    expect(await checkAlarms(db, tenantId, now)).toEqual({ raised: [], cleared: [] });
    expect(await alarmsOf(site)).toEqual([]);
    expect(await alarmsOf(site, "--all")).toMatchObject([{ kind: "files-missing", state: "cleared" }]);
  });
});

describe("an alarm", () => {
  test("is raised once however many check at once, and off the list when somebody has seen it", async () => {
    const site = await Site.create(db);
    const source = await site.source("sbc", "freeswitch-csv", freeswitch({ fileNames: { pattern: "c{number}.csv" } }));
    for (const number of [1, 2, 5])
      await site.arrive(source, `c${number}.csv`, fileOf([call(number)]), "2026-03-10T12:00:00Z");
    const { tenantId } = site.operator;
    const now = at("2026-03-10T13:00:00Z");
    const checks = await Promise.all([1, 2, 3].map(() => checkAlarms(db, tenantId, now)));
    expect(checks.flatMap(({ raised }) => raised)).toHaveLength(1);
    const [alarm] = await alarmsOf(site);
    expect(alarm).toMatchObject({
      kind: "files-missing",
      state: "open",
      what: "Files 3 to 4 (2) did not come: between c2.csv and c5.csv.",
    });
    const { document } = await site.command<AlarmJson & { acknowledgedBy: string }>(
      "alarm",
      "acknowledge",
      alarm?.id ?? "",
    );
    expect(document).toMatchObject({ state: "acknowledged", acknowledgedBy: "cli:test" });
    expect(await checkAlarms(db, tenantId, now)).toEqual({ raised: [], cleared: [] });
    expect(await alarmsOf(site)).toEqual([]);
    const unknown = await site.command<{ code: string }>("alarm", "acknowledge", "nothing");
    expect(unknown).toMatchObject({ status: 2, document: { code: "alarm-unknown" } });
  });
});

test("the doctor looks for alarms, tells of new ones and says how many wait", async () => {
  const site = await Site.create(db);
  const source = await site.source("sbc", "freeswitch-csv", freeswitch({ fileNames: { pattern: "d{number}.csv" } }));
  for (const number of [1, 3])
    await site.arrive(source, `d${number}.csv`, fileOf([call(number)]), "2026-03-10T12:00:00Z");
  const words = ["doctor", "--json"];
  const first = await tollwright(words, { db });
  expect(first.stderr).toContain("Alarm: File 2 did not come: between d1.csv and d3.csv.");
  const again = await tollwright(words, { db });
  expect(again.stderr).not.toContain("d1.csv");
  expect(JSON.parse(again.stdout).outstanding.alarms).toBeGreaterThan(0);
});

describe("a source that is silent", () => {
  test.each<[object, string, string[], string]>([
    // settings                     now                     alarms  why
    [{}, "2026-03-10T21:30:00Z", [], "its hourly file is a little late"],
    [{}, "2026-03-11T02:00:00Z", ["source-silent"], "learned: it never was silent for so long"],
    [{ silentAfterMinutes: 90 }, "2026-03-10T21:30:00Z", ["source-silent"], "set: an hour and a half"],
    [{ silentAfterMinutes: 0 }, "2026-03-14T00:00:00Z", [], "set: it may be silent for ever"],
  ])("%j at %s: %j (%s)", async (settings, now, kinds) => {
    const site = await Site.create(db);
    const source = await site.source("sbc", "freeswitch-csv", freeswitch(settings));
    for (let hour = 8; hour < 20; hour += 1)
      await site.arrive(
        source,
        `${hour}.csv`,
        fileOf([call(hour)]),
        `2026-03-10T${String(hour).padStart(2, "0")}:00:00Z`,
      );
    const { tenantId } = site.operator;
    const { raised } = await checkAlarms(db, tenantId, at(now));
    expect(raised.map(({ kind }) => kind)).toEqual(kinds);
    const { cleared } = await checkAlarms(db, tenantId, at("2026-09-01T00:00:00Z"));
    expect(cleared).toEqual([]); // what it was used to is not forgotten while it is silent
  });

  test.each<[object, number, string[], string]>([
    // settings                   minutes  alarms  why
    [{}, 3 * 1_440, [], "three days for the first file"],
    [{}, 3 * 1_440 + 1, ["source-silent"], "and no more"],
    [{ silentAfterMinutes: 1 }, 2, ["source-silent"], "set: a minute"],
    [{ silentAfterMinutes: 0 }, 500_000, [], "set: it may be silent for ever"],
  ])("and never was heard, %j, %i minutes after it was set up: %j (%s)", async (settings, minutes, kinds) => {
    const site = await Site.create(db);
    const source = await site.source("sbc", "freeswitch-csv", freeswitch(settings));
    const { rows } = await db.transaction("owner", {}, (tx) =>
      tx.query<{ at: EpochMs }>("select created_at as at from sources where id = $1", [source.id]),
    );
    const createdAt = rows[0]?.at ?? 0;
    const { raised } = await checkAlarms(db, site.operator.tenantId, epochMs(createdAt + minutes * 60_000));
    expect(raised.map(({ kind }) => kind)).toEqual(kinds);
    for (const { what } of raised)
      expect(what).toMatch(
        /^Nothing has come from sbc since it was set up on .*not be silent for more than \d+ (hours|minute)\.$/,
      );
  });
});

describe("a switch's own totals", () => {
  const csv = ["period;calls;answered;talkedS", "2026-03-10T08;60;60;1800", "2026-03-10T09;12;12;362", ""].join("\n");

  test("that differ are named with by how much, and no longer once what was missing has come", async () => {
    const site = await Site.create(db);
    const source = await site.source("sbc", "freeswitch-csv", freeswitch({ totals: { talkedS: 2 } }));
    await site.arrive(source, "a.csv", fileOf(calls(70)), "2026-03-10T12:00:00Z");
    const words = ["cdr", "totals", "import", "-", "--source", "sbc", "--tenant", `Tenant ${site.operator.tenantId}`];
    expect(await tollwright(words, { db, stdin: csv })).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("2 totals"),
    });
    const before = await site.report();
    expect(before.sources[0]?.findings.map(({ what }) => what)).toEqual([
      "From 2026-03-10T09:00:00Z to 2026-03-10T10:00:00Z: 12 calls there, 10 here (2 missing), 12 answered calls there, 10 here (2 missing), 362 seconds there, 300 here (62 missing).",
    ]);
    await site.arrive(source, "b.csv", fileOf(calls(72).slice(70)), "2026-03-10T13:00:00Z");
    expect((await site.report()).complete).toBe(true); // two seconds are tolerated
  });

  test.each<[string, string, string]>([
    // text                                             what                     why
    ["period,calls\n2026-03-10,ten\n", "line 2: calls", "no number"],
    ["period,minutes\n2026-03-10,10\n", '"minutes" is none of', "another unit"],
    ["period,trunk\n2026-03-10,a\n", "none of calls", "nothing is stated"],
    ["period,calls\n10.03.2026,10\n", "is no day", "a date that can be two"],
    ['[{"from":"2026-03-10T08:00:00Z","until":"2026-03-10T07:00:00Z","calls":1}]', "ends before", "upside down"],
    ['{"calls":1}', "no list", "JSON of another shape"],
    ["", "no totals", "nothing at all"],
  ])("%j is refused: %s (%s)", async (text, what) => {
    const site = await Site.create(db);
    await site.source("sbc", "freeswitch-csv", freeswitch({}));
    const words = ["cdr", "totals", "import", "-", "--source", "sbc", "--tenant", `Tenant ${site.operator.tenantId}`];
    const { status, stderr } = await tollwright(words, { db, stdin: text });
    expect([status, stderr]).toEqual([2, expect.stringContaining(what)]);
  });

  test("may be of one trunk, as JSON, by the moment of the answer", async () => {
    const site = await Site.create(db);
    const source = await site.source("sbc", "freeswitch-csv", freeswitch({}));
    const late = call(1, { startedAt: MORNING - 3_000, ringS: 5 });
    await site.arrive(source, "a.csv", fileOf([late, call(2, { gateway: "other" })]), "2026-03-10T12:00:00Z");
    const totals = [{ period: "2026-03-10T08", egressTrunk: "carrier", calls: 1, countedBy: "answer" }];
    const words = ["cdr", "totals", "import", "-", "--source", "sbc", "--tenant", `Tenant ${site.operator.tenantId}`];
    await tollwright(words, { db, stdin: JSON.stringify({ totals }) });
    expect(await site.report()).toMatchObject({ complete: true, sources: [{ totals: [{ differences: [] }] }] });
  });
});

describe("the clocks of two switches that see the same calls", () => {
  test.each<[number, number | null, string[], string]>([
    // shift (s)  zone  findings        why
    [0, null, [], "they agree"],
    [1, null, [], "a second is tolerated"],
    [7, null, ["clock-off"], "seven are not"],
    [3_600, 60, ["clock-off"], "an hour is a zone or summer time"],
  ])("%i s apart: zone %s, %j (%s)", async (shiftS, zoneMinutes, kinds) => {
    const site = await Site.create(db);
    const edge = await site.source("edge", "freeswitch-csv", freeswitch({ pairedWith: "core" }));
    const core = await site.source("core", "freeswitch-csv", freeswitch({}));
    const shifted = calls(60).map((each) => ({ ...each, startedAt: each.startedAt + shiftS * 1_000 }));
    await site.arrive(core, "core.csv", fileOf(calls(60)), "2026-03-10T12:00:00Z");
    await site.arrive(edge, "edge.csv", fileOf(shifted), "2026-03-10T12:00:00Z");
    const { sources } = await site.report("--source", "edge");
    expect(sources[0]?.clock?.offset).toMatchObject({ offsetMs: shiftS * 1_000, zoneMinutes });
    expect(sources[0]?.findings.map(({ kind }) => kind)).toEqual(kinds);
  });
});

test("a trailer that does not fit is a finding until somebody has dealt with it", async () => {
  const site = await Site.create(db);
  const source = await site.source("sbc", "mapped", {
    mapping: {
      layout: { kind: "csv", columns: ["id", "start", "to", "talked"], ragged: true },
      key: "id",
      called: "to",
      startedAt: { column: "start", format: "iso-8601" },
      talked: { column: "talked", unit: "s" },
      rows: { trailer: { when: { column: "id", equals: "END" }, records: "start" } },
    },
  });
  await site.arrive(source, "a.csv", "1,2026-03-10T08:00:00Z,14155550123,60\nEND,2\n", "2026-03-10T12:00:00Z");
  const found = await site.report();
  expect(found.sources[0]?.findings).toMatchObject([
    { kind: "trailer-wrong", what: "a.csv line 2: The trailer says 2 records, and 1 came before it." },
  ]);
});

test("the report for people shows counts, what was looked at and what to do, and ends with status 1", async () => {
  const site = await Site.create(db);
  const source = await site.source("sbc", "freeswitch-csv", freeswitch({ fileNames: { pattern: "c{number}.csv" } }));
  await site.arrive(source, "c1.csv", fileOf(calls(3)), "2026-03-10T12:00:00Z");
  await site.arrive(source, "c3.csv", fileOf([...calls(2), call(4)]), "2026-03-10T13:00:00Z");
  const words = ["cdr", "completeness", "--by", "trunk", "--tenant", `Tenant ${site.operator.tenantId}`];
  const { status, stdout } = await tollwright(words, { db });
  expect(status).toBe(1);
  expect(stdout.split("\n").map((line) => line.trim())).toEqual([
    "From 2026-02-12T12:00:00Z to 2026-03-15T12:00:00Z",
    "SOURCE  FILES  ROWS  STORED  DUPLICATE  NON-BILLABLE  QUARANTINED  OPEN  LAST HEARD            LOOKED AT        FINDINGS",
    "sbc         2     6       4          2             0            0     0  2026-03-10T13:00:00Z  trailers, files         1",
    "",
    "SOURCE  TRUNK   ROWS  STORED  DUPLICATE  NON-BILLABLE  QUARANTINED  OPEN  CALLS  ANSWERED  SECONDS",
    "sbc     (none)     6       4          2             0            0     0      4         4      120",
    "",
    "sbc: File 2 did not come: between c1.csv and c3.csv. [files-missing]",
    "fix: Fetch them from the switch and import them; if they never were, acknowledge the alarm.",
    "",
  ]);
});

test("a month whose calls are archived is not compared, nor counted where its hours were not kept, and said to be", async () => {
  const site = await Site.create(db);
  const source = await site.source("sbc", "freeswitch-csv", freeswitch({}));
  await site.arrive(source, "a.csv", fileOf(calls(3)), "2026-03-10T12:00:00Z");
  const { tenantId } = site.operator;
  const words = ["cdr", "totals", "import", "-", "--source", "sbc", "--tenant", `Tenant ${tenantId}`];
  await tollwright(words, { db, stdin: "period,calls\n2026-03-10,3\n" });
  await db.transaction("owner", {}, async (tx) => {
    await tx.query("delete from usage_events where tenant_id = $1", [tenantId]);
    await tx.query(
      `insert into archives (tenant_id, id, month, part, state, calls, archived_by)
       values ($1, $1, '2026-03-01', 1, 'archived', 3, 'test')`,
      [tenantId],
    );
  });
  expect(await site.report()).toMatchObject({
    complete: true,
    ...{ archivedMonths: ["2026-03"], uncountedMonths: ["2026-03"] },
    sources: [{ hours: [] }],
  });
});

test.each<[object, string, string]>([
  // settings                                            fault                    why
  [{ fileNames: { pattern: "cdr-*.csv" } }, "neither {number} nor a date", "nothing to count by"],
  [{ fileNames: { pattern: "{YYYY}{MM}{DD}.csv" } }, "everyMinutes", "times of unknown distance"],
  [{ fileNames: { pattern: "{number}", first: 1 } }, "first and last together", "half a cycle"],
  [{ records: { pattern: "{stream}" } }, "neither {number}", "no number"],
  [{ records: { restarts: true, first: 1, last: 9 } }, "not both", "round or anew"],
  [{ silentAfter: 5 }, "additional", "a field that is none"],
])("settings %j are refused: %s (%s)", async (completeness, fault) => {
  const site = await Site.create(db);
  await expect(site.source("sbc", "freeswitch-csv", freeswitch(completeness))).rejects.toThrow(fault);
});
