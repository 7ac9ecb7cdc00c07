import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { nanosToSql } from "../../src/core/money/nanos.ts";
import { archiveMonth } from "../../src/server/archive/archive-month.ts";
import { readMonth } from "../../src/server/archive/month.ts";
import { readPeriod } from "../../src/server/invoicing/billing-scope.ts";
import { previewInvoices } from "../../src/server/invoicing/preview-invoice.ts";
import { runBill } from "../../src/server/invoicing/run-bill.ts";
import type { TestCall } from "../invoicing/billing.ts";
import { testerOf } from "../support/actor.ts";
import { type PackagesGiven, PackagesWorld } from "./packages-world.ts";

const worlds: PackagesWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.db.drop();
});

async function worldOf(given: PackagesGiven): Promise<PackagesWorld> {
  const world = await PackagesWorld.create(given);
  worlds.push(world);
  return world;
}

const call = (code: string, answered: string, talkedS = 61): TestCall => ({
  ...{ code, answered, talkedS, key: `${code}-${answered}` },
});
const free = (minutes: number, more: object = {}) => ({
  name: "talk",
  allowances: [{ name: "free", minutes }],
  ...more,
});
const had = { anna: [{ package: "talk", from: "2026-03-01" }] };

/** Bills a month and answers each invoice's total and lines. */
async function bill(world: PackagesWorld, month: string): Promise<readonly string[]> {
  const { billed, parked } = await runBill(world.db, {
    tenantId: world.tenantId,
    accountCodes: [],
    period: readPeriod({ month, from: undefined, to: undefined }),
    now: Temporal.Instant.from("2026-06-01T00:00:00Z"),
    actor: testerOf(world.tenantId),
  });
  expect(parked).toEqual([]);
  return billed.map(({ account, invoice }) => {
    const lines = invoice.lines.map((line) => {
      const what = line.kind === "usage" ? `${line.calls} calls ${line.billedS} s` : line.description;
      const covered = line.kind === "usage" && line.covered ? ` ${line.covered.seconds} s ${line.covered.by}` : "";
      return `${what}${covered} ${nanosToSql(line.exactAmount)}${line.previousPeriod ? " earlier" : ""}`;
    });
    return `${account.code} ${nanosToSql(invoice.total)}: ${lines.join(", ")}`;
  });
}

const CALLS = [
  call("anna", "2026-03-31T20:30:00"),
  call("anna", "2026-03-31T22:30:00"),
  call("anna", "2026-04-02T10:00:00"),
];

test("a correction that moves calls to another month moves what they used up", async () => {
  const given = { packages: [free(3)], has: had };
  const world = await worldOf({ ...given, switchZone: "America/New_York" });
  await world.import(CALLS);
  await world.replay();
  await world.give({ ...given, switchZone: "UTC" });
  await world.import(CALLS);
  expect(await world.stale()).toBeGreaterThan(0);
  await world.replay();
  const fresh = await worldOf(given);
  await fresh.import(CALLS);
  expect(await world.charged()).toEqual(await fresh.charged());
  expect(await world.charged()).toEqual([
    "anna-2026-03-31T20:30:00 anna 0 120 s 120 0.06 free 120",
    "anna-2026-03-31T22:30:00 anna 0.06 120 s 60 0.06 free 60",
    "anna-2026-04-02T10:00:00 anna 0 120 s 120 0.06 free 120",
  ]);
  expect(await world.differences()).toEqual([]);
});

describe("a package that is changed", () => {
  test("from a month on, leaves the months before as they were", async () => {
    const world = await worldOf({ packages: [free(2)], has: had });
    await world.import(CALLS);
    await world.give({ packages: [free(2), free(1, { from: "2026-04-01" })], has: had });
    expect(await world.replay()).toMatchObject({ months: 1, entries: 2 });
    expect(await world.charged()).toEqual([
      "anna-2026-03-31T20:30:00 anna 0 120 s 120 0.06 free 120",
      "anna-2026-03-31T22:30:00 anna 0.12 120 s - 0.06 ",
      "anna-2026-04-02T10:00:00 anna 0.06 120 s 60 0.06 free 60",
    ]);
  });

  test("after it was billed, is corrected on the next invoice, under the month that it was for", async () => {
    const world = await worldOf({ packages: [free(2)], has: had });
    await world.import(CALLS);
    expect(await bill(world, "2026-03")).toEqual(["anna 0.12: 1 calls 120 s 0.12, 1 calls 120 s 120 s free 0"]);
    await world.give({ packages: [free(3)], has: had });
    expect(await bill(world, "2026-04")).toEqual([
      "anna -0.06: -1 calls -120 s -0.12 earlier, 1 calls 120 s 60 s free 0.06 earlier, 1 calls 120 s 120 s free 0",
    ]);
    expect(await world.differences()).toEqual([]);
  });

  test("is given late, or ended early: only what differs is written", async () => {
    const world = await worldOf({ packages: [free(2)] });
    await world.import(CALLS);
    expect(await world.replay()).toEqual({ months: 0, entries: 0, left: 0 });
    await world.give({ packages: [free(2)], has: had });
    expect(await world.replay()).toEqual({ months: 2, entries: 4, left: 0 });
    await world.give({
      packages: [free(2)],
      has: { anna: [{ package: "talk", from: "2026-03-01", to: "2026-04-01" }] },
    });
    expect(await world.replay()).toEqual({ months: 2, entries: 2, left: 0 });
    expect((await world.charged()).at(-1)).toBe("anna-2026-04-02T10:00:00 anna 0.12 120 s - 0.06 ");
    expect(await world.differences()).toEqual([]);
  });
});

test("a package that comes with a tariff is everybody's who buys at it, each by itself", async () => {
  const world = await worldOf({ packages: [free(2, { tariffs: ["retail"], from: "2026-03-01" })] });
  await world.import([call("anna", "2026-03-05T10:00:00"), call("ben", "2026-03-05T10:00:00")]);
  expect(await world.charged()).toEqual([
    "anna-2026-03-05T10:00:00 anna 0 120 s 120 0.06 free 120",
    "ben-2026-03-05T10:00:00 ben 0 120 s 120 0.06 free 120",
    "ben-2026-03-05T10:00:00 family 0 120 s 120 0.06 free 120",
  ]);
});

test("a tariff that brings a package no more takes back what it covered", async () => {
  const world = await worldOf({ packages: [free(2, { tariffs: ["retail"] })] });
  const calls = [call("anna", "2026-03-05T10:00:00"), call("anna", "2026-04-05T10:00:00")];
  await world.import(calls);
  await world.give({ packages: [free(2, { tariffs: [] })] });
  expect(await world.replay()).toMatchObject({ entries: 4, left: 0 });
  expect(await world.charged()).toEqual([
    "anna-2026-03-05T10:00:00 anna 0.12 120 s - 0.06 ",
    "anna-2026-04-05T10:00:00 anna 0.12 120 s - 0.06 ",
  ]);
  await world.give({ packages: [free(2, { tariffs: ["retail"] })] });
  expect(await world.replay()).toMatchObject({ entries: 4, left: 0 });
  expect(await world.differences()).toEqual([]);
});

test("who shares uses up one allowance, in order of answer", async () => {
  const has = { ben: [{ package: "talk", from: "2026-03-01", sharedWith: ["cleo"] }] };
  const world = await worldOf({ packages: [free(3)], has });
  await world.import([call("cleo", "2026-03-06T10:00:00")]);
  await world.import([call("ben", "2026-03-05T10:00:00")]);
  await world.replay();
  expect((await world.charged()).filter((line) => !line.includes("family"))).toEqual([
    "ben-2026-03-05T10:00:00 ben 0 120 s 120 0.06 free 120",
    "cleo-2026-03-06T10:00:00 cleo 0.06 120 s 60 0.06 free 60",
  ]);
});

describe("who is taken off a package", () => {
  const shared = (...sharedWith: string[]) => ({
    packages: [free(3)],
    has: { ben: [{ package: "talk", from: "2026-03-01", sharedWith }] },
  });
  const used = [
    call("ben", "2026-03-05T10:00:00"),
    call("cleo", "2026-03-06T10:00:00"),
    call("cleo", "2026-04-06T10:00:00"),
  ];
  const ofBoth = async (world: PackagesWorld) => (await world.charged()).filter((line) => !line.includes("family"));

  test("pays for what it covered, and who stays gets it back: the next replay sees to both", async () => {
    const world = await worldOf(shared("cleo"));
    await world.import(used.slice(1));
    await world.import(used.slice(0, 1));
    await world.replay();
    await world.give(shared());
    expect(await world.replay()).toMatchObject({ entries: 4, left: 0 });
    const alone = await worldOf(shared());
    await alone.import(used);
    expect(await ofBoth(world)).toEqual(await ofBoth(alone));
    expect(await ofBoth(world)).toEqual([
      "ben-2026-03-05T10:00:00 ben 0 120 s 120 0.06 free 120",
      "cleo-2026-03-06T10:00:00 cleo 0.12 120 s - 0.06 ",
      "cleo-2026-04-06T10:00:00 cleo 0.12 120 s - 0.06 ",
    ]);
    expect(await world.replay()).toEqual({ months: 0, entries: 0, left: 0 });
    expect(await world.differences()).toEqual([]);
  });

  test("is parked by a preview until then, and billed by a run, which replays first", async () => {
    const world = await worldOf(shared("cleo"));
    await world.import(used);
    await world.give(shared());
    const scope = { tenantId: world.tenantId, accountCodes: ["cleo", "anna"], period: null, openPeriods: true };
    const march = readPeriod({ month: "2026-03", from: undefined, to: undefined });
    const now = Temporal.Instant.from("2026-06-01T00:00:00Z");
    const previewed = async () =>
      (await previewInvoices(world.db, { ...scope, period: march, now })).map(
        ({ kind, account }) => `${account.code} ${kind}`,
      );
    expect(await previewed()).toEqual(["anna nothing", "cleo parked"]);
    expect(await bill(world, "2026-03")).toContain("cleo 0.12: 1 calls 120 s 0.12");
    expect(await previewed()).toEqual(["anna nothing", "cleo nothing"]);
  });
});

test("free money of a prepaid account in another currency pays of the wallet's draw, and the books agree", async () => {
  const credit = { name: "talk", allowances: [{ name: "credit", amount: "0.05" }] };
  const world = await worldOf({ packages: [credit], has: had, anna: { payment: "prepaid", currency: "USD" } });
  for (const one of CALLS.slice(0, 2).toReversed()) await world.import([one]);
  await world.replay();
  expect(await world.charged()).toEqual([
    "anna-2026-03-31T20:30:00 anna 0.082 120 s 0 - credit 0.05", // .12 EUR are .132 USD
    "anna-2026-03-31T22:30:00 anna 0.132 120 s - 0.06 ",
  ]);
  expect(await world.differences()).toEqual([]);
});

test("volume, and the least and most spend: the last line of a month, and what late calls change of it", async () => {
  const tiers = [{ name: "volume", mode: "volume", steps: [{ upTo: 3, price: "0.06" }, { price: "0.03" }] }];
  const world = await worldOf({ packages: [{ name: "talk", tiers, minimumSpend: "1" }], has: had });
  await world.import(CALLS.slice(0, 1));
  expect(await bill(world, "2026-03")).toEqual(["anna 1: 1 calls 120 s 0.12, Minimum spend, 2026-03 0.88"]);
  await world.import(CALLS.slice(1, 2)); // four minutes: all of them at .03
  expect(await bill(world, "2026-04")).toEqual([
    "anna 1: 2 calls 240 s 0.12 earlier, -1 calls -120 s -0.12 earlier, Minimum spend, 2026-04 1",
  ]);
  await world.give({ packages: [{ name: "talk", tiers, maximumSpend: "0.10" }], has: had });
  expect(await bill(world, "2026-05")).toEqual([
    "anna -1.9: Maximum spend, discount, 2026-03 -0.02, Minimum spend, 2026-03 -0.88, Minimum spend, 2026-04 -1",
  ]);
  expect(await world.differences()).toEqual([]);
});

describe("least and most spend of months that no run was made for", () => {
  const given = (more: object) => ({
    packages: [{ name: "talk", ...more }],
    has: { anna: [{ package: "talk", from: "2026-02-01" }] },
  });
  const used = ["2026-02-10T10:00:00", "2026-03-10T10:00:00", "2026-04-10T10:00:00"].map((at) => call("anna", at));

  test("are on the first invoice, from the first calls on", async () => {
    const world = await worldOf(given({ maximumSpend: "0.10" }));
    await world.import(used);
    expect(await bill(world, "2026-04")).toEqual([
      [
        "anna 0.3: 1 calls 120 s 0.12 earlier, 1 calls 120 s 0.12 earlier, 1 calls 120 s 0.12",
        ...["02", "03", "04"].map((month) => `Maximum spend, discount, 2026-${month} -0.02`),
      ].join(", "),
    ]);
  });

  test("are on the next one, however many were left out", async () => {
    const world = await worldOf(given({ minimumSpend: "1" }));
    await world.import(used.slice(0, 1));
    expect(await bill(world, "2026-02")).toEqual(["anna 1: 1 calls 120 s 0.12, Minimum spend, 2026-02 0.88"]);
    expect(await bill(world, "2026-05")).toEqual([
      ["anna 3: Minimum spend, 2026-03 1", "Minimum spend, 2026-04 1", "Minimum spend, 2026-05 1"].join(", "),
    ]);
  });

  test("stay as they were billed when the month's calls are in the archive", async () => {
    const unused = { name: "free", calls: 1, prefixes: ["1"] };
    const more = { minimumSpend: "1", allowances: [unused] };
    const world = await worldOf(given(more));
    await world.import(used.slice(0, 2));
    for (const month of ["2026-02", "2026-03", "2026-04"]) await bill(world, month);
    const archiveDir = await mkdtemp(join(tmpdir(), "archive-"));
    const { tenantId } = world;
    const march = { tenantId, month: readMonth("2026-03"), archiveDir, actor: testerOf(tenantId) };
    expect(await archiveMonth(world.db, march)).toMatchObject({ kind: "archived", calls: 1 });
    await rm(archiveDir, { recursive: true });
    const until = { package: "talk", from: "2026-02-01", to: "2026-07-01" };
    await world.give({ ...given(more), has: { anna: [until] } }); // a change that no replay can bring to March
    expect(await bill(world, "2026-05")).toEqual(["anna 1: Minimum spend, 2026-05 1"]);
  });

  test("are corrected with their package, however long ago they were billed, and taken back when it has none", async () => {
    const world = await worldOf(given({ minimumSpend: "1" }));
    await world.import(used.slice(0, 1));
    for (const month of ["2026-02", "2026-03", "2026-04", "2026-05"]) await bill(world, month);
    await world.give(given({ minimumSpend: "2" }));
    const months = ["02", "03", "04", "05"].map((month) => `Minimum spend, 2026-${month} 1`);
    expect(await bill(world, "2026-05")).toEqual([`anna 4: ${months.join(", ")}`]);
    expect(await bill(world, "2026-05")).toEqual([]);
    await world.give(given({}));
    expect(await bill(world, "2026-05")).toEqual([
      "anna -7.88: Minimum spend, 2026-02 -1.88, Minimum spend, 2026-03 -2, Minimum spend, 2026-04 -2, Minimum spend, 2026-05 -2",
    ]);
    expect(await world.differences()).toEqual([]);
  });

  test("follow calls that come any number of months later", async () => {
    const world = await worldOf(given({ minimumSpend: "1" }));
    await world.import(used.slice(0, 1));
    for (const month of ["2026-02", "2026-03", "2026-04", "2026-05"]) await bill(world, month);
    await world.import([call("anna", "2026-02-12T10:00:00")]);
    expect(await bill(world, "2026-05")).toEqual(["anna 0: 1 calls 120 s 0.12 earlier, Minimum spend, 2026-02 -0.12"]);
    expect(await world.differences()).toEqual([]);
  });
});
