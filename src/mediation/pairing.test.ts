import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { epochMs } from "../core/time/epoch.ts";
import { type CallHalf, NO_CAUSE } from "../core/usage/switch-call.ts";
import { type Dialog, isStale, type Pairing, pairHalves } from "./pairing.ts";

const T0 = 1_436_454_647_000;

const start = (key: string, atS: number, called = "1002"): CallHalf => ({
  key,
  side: "start",
  at: epochMs(T0 + atS * 1_000),
  call: {
    key,
    leg: "",
    callId: key,
    direction: "originating",
    calling: "1001",
    called,
    startedAt: epochMs(T0 + atS * 1_000),
    answeredAt: epochMs(T0 + atS * 1_000),
    accountCode: null,
    sipUser: null,
    sourceAddress: null,
    ingressTrunk: null,
    egressTrunk: null,
    cause: { q850: null, sip: 200, text: "OK" },
  },
  cause: { q850: null, sip: 200, text: "OK" },
});

const end = (key: string, atS: number): CallHalf => ({
  key,
  side: "end",
  at: epochMs(T0 + atS * 1_000),
  call: null,
  cause: NO_CAUSE,
});

const none: ReadonlyMap<string, Dialog> = new Map();

/** Runs batches one after the other, as storage would, and returns the calls as they stand at the end. */
function run(batches: readonly (readonly CallHalf[])[]) {
  const stored = new Map<string, Dialog>();
  const calls = new Map<string, string>();
  const results: Pairing[] = [];
  for (const batch of batches) {
    const result = pairHalves(stored, batch);
    for (const dialog of result.changed) stored.set(dialog.key, dialog);
    for (const call of result.completed) {
      expect(calls.has(call.key)).toBe(false);
      calls.set(call.key, JSON.stringify(call));
    }
    for (const call of result.amended) {
      expect(calls.has(call.key)).toBe(true);
      calls.set(call.key, JSON.stringify(call));
    }
    results.push(result);
  }
  return { calls: [...calls.values()].sort(), stored: [...stored.values()].sort(byKey), results };
}

const byKey = (a: Dialog, b: Dialog) => (a.key < b.key ? -1 : 1);

describe("pairing", () => {
  test.each<[string, CallHalf[][], string[], number[], string]>([
    // name              batches                                          fates of the last batch    talkedMs   why
    ["in order", [[start("a", 0), end("a", 4)]], ["paired", "paired"], [4_000], "the plain case"],
    ["BYE first", [[end("a", 4)], [start("a", 0)]], ["paired"], [4_000], "log files rotate between INVITE and BYE"],
    ["BYE only", [[end("a", 4)]], ["open"], [], "an open half is no call"],
    ["INVITE only", [[start("a", 0)]], ["open"], [], "a call without an end is never billed at 0"],
    ["BYE twice", [[start("a", 0), end("a", 4), end("a", 5)]], ["paired", "paired", "repeat"], [4_000], "both hang up"],
    ["row twice", [[start("a", 0)], [start("a", 0)]], ["duplicate"], [], "a file read again"],
    ["row twice, complete", [[start("a", 0), end("a", 4)], [end("a", 4)]], ["duplicate"], [4_000], "likewise"],
    [
      "re-INVITE",
      [[start("a", 0)], [start("a", 2), end("a", 4)]],
      ["repeat", "paired"],
      [4_000],
      "hold is no new call",
    ],
    [
      "late INVITE",
      [[start("a", 2), end("a", 4)], [start("a", 0)]],
      ["paired"],
      [4_000],
      "the re-INVITE's file came first",
    ],
    [
      "same second",
      [[start("a", 0, ""), start("a", 0)], [end("a", 4)]],
      ["paired"],
      [4_000],
      "the row with a number wins",
    ],
    ["clock skew", [[start("a", 4), end("a", 0)]], ["paired", "paired"], [0], "left to the sanity check"],
    [
      "two dialogs",
      [[start("a", 0), start("b", 1), end("b", 3), end("a", 9)]],
      ["paired", "paired", "paired", "paired"],
      [9_000, 2_000],
      "keys do not mix",
    ],
  ])("%s", (_name, batches, fates, talkedMs, _why) => {
    const { calls, results } = run(batches);
    expect(results.at(-1)?.fates).toEqual(fates);
    expect(calls.map((call) => JSON.parse(call).talkedMs)).toEqual(talkedMs);
  });

  test("a late INVITE amends the stored call instead of adding one", () => {
    const { results } = run([[start("a", 2), end("a", 4)], [start("a", 0)]]);
    expect(results[0]?.completed).toHaveLength(1);
    expect(results[1]?.completed).toHaveLength(0);
    expect(results[1]?.amended[0]?.talkedMs).toBe(4_000);
  });

  test("a stored dialog whose JSON fields come back in another order is still the same", () => {
    const reversed = Object.fromEntries(Object.entries(start("a", 0)).reverse()) as unknown as CallHalf;
    const known = new Map([["a", { key: "a", start: reversed, end: null }]]);
    expect(pairHalves(known, [start("a", 0)]).fates).toEqual(["duplicate"]);
  });

  test("any order and any split into batches gives the same calls and the same open dialogs", () => {
    const anyHalf = fc.oneof(
      fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(6), fc.constantFrom("1002", "")).map((args) => start(...args)),
      fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(6)).map((args) => end(...args)),
    );
    fc.assert(
      fc.property(
        fc
          .array(anyHalf, { maxLength: 14 })
          .chain((halves) =>
            fc.tuple(
              fc.constant(halves),
              fc.shuffledSubarray(halves, { minLength: halves.length }),
              fc.array(fc.nat(4), { minLength: halves.length, maxLength: halves.length }),
            ),
          ),
        ([halves, shuffled, batchOf]) => {
          const split = [0, 1, 2, 3, 4].map((batch) => shuffled.filter((_half, i) => batchOf[i] === batch));
          const whole = run([halves]);
          const parts = run(split);
          expect(parts.calls).toEqual(whole.calls);
          expect(parts.stored).toEqual(whole.stored);
          expect(parts.results.flatMap((result) => result.fates)).toHaveLength(halves.length);
        },
      ),
    );
  });

  test("halves sent twice change nothing", () => {
    const halves = [start("a", 0), end("a", 4), start("b", 1)];
    const { results, calls } = run([halves, halves]);
    expect(results[1]).toEqual({ completed: [], amended: [], changed: [], fates: halves.map(() => "duplicate") });
    expect(calls).toHaveLength(1);
  });

  test("an open dialog becomes stale, a complete one never does", () => {
    const now = epochMs(T0 + 90_000_000);
    expect(isStale({ key: "a", start: start("a", 0), end: null }, now, 86_400)).toBe(true);
    expect(isStale({ key: "a", start: null, end: end("a", 0) }, now, 86_400)).toBe(true);
    expect(isStale({ key: "a", start: start("a", 80_000), end: null }, now, 86_400)).toBe(false);
    expect(isStale({ key: "a", start: start("a", 0), end: end("a", 1) }, now, 86_400)).toBe(false);
  });

  test("nothing arrives, nothing happens", () => {
    expect(pairHalves(none, [])).toEqual({ completed: [], amended: [], changed: [], fates: [] });
  });
});
