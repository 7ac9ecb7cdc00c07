import { describe, expect, test } from "vitest";
import { keepsFloors, type Measurement, measure } from "../../bench/measure.ts";
import { pageWith, textOf } from "../../bench/report.ts";

const MEASURED: Measurement = {
  name: "rating: one side",
  unit: "calls",
  items: 1_000_000,
  itemsPerS: 412_345.6,
  ownCpuUsPerItem: 2.4251,
  watchedCpuUsPerItem: 0,
  latencyMs: null,
  floor: 300_000,
  goal: 600_000,
  figures: [],
  checksum: "4242",
  verified: { amount: "12.5" },
  date: "2026-11-21",
  cores: 2,
};

describe("keepsFloors", () => {
  test.each<[Partial<Measurement>, boolean, string]>([
    // measured                                                              keeps  why
    [{}, true, "above its floor"],
    [{ itemsPerS: 299_999 }, false, "below its floor"],
    [{ floor: null, itemsPerS: 1 }, true, "no floor, no fault"],
    [{ figures: [{ name: "pause", value: 21, unit: "ms", max: 20 }] }, false, "a figure above its bound"],
    [{ figures: [{ name: "pause", value: 20, unit: "ms", max: 20 }] }, true, "a figure at its bound"],
  ])("%j: %s (%s)", (changes, keeps) => {
    expect(keepsFloors({ ...MEASURED, ...changes })).toBe(keeps);
  });
});

describe("the benchmark page", () => {
  test("gets a table after its prose", () => {
    expect(pageWith("# Benchmarks\n\nProse.\n", [MEASURED]).split("\n").slice(2)).toEqual([
      "Prose.",
      "",
      expect.stringContaining("| Benchmark | Items |"),
      expect.stringContaining("|---|"),
      "| rating: one side | 1,000,000 calls | 412,000 | 300,000 | 600,000 | 2.43 " +
        "|  |  | amount 12.5 | 4242 | 2026-11-21, 2 cores |",
      "",
    ]);
  });

  test("keeps the rows of what did not run and replaces those of what did", () => {
    const other = { ...MEASURED, name: "ingest" };
    const page = pageWith("# Benchmarks\n", [MEASURED, other]);
    const again = pageWith(page, [{ ...MEASURED, checksum: "7" }]);
    expect(again).toContain("| ingest |");
    expect(again).toContain("| 7 |");
    expect(again.match(/\| rating: one side \|/g)).toHaveLength(1);
    expect(pageWith(again, [])).toBe(again);
  });
});

describe("measure", () => {
  test("takes percentiles that some request really had, and leaves preparation out", async () => {
    const latenciesMs = Array.from({ length: 200 }, (_, index) => 200 - index);
    const measured = await measure(
      {
        name: "a",
        spec: { smoke: 1, full: 1, unit: "requests" },
        run: (_n, meter) => {
          meter.start();
          meter.stop();
          return { checksum: 1n, latenciesMs, verified: { requests: 200 } };
        },
      },
      200,
    );
    expect(measured.latencyMs).toEqual({ p50: 100, p99: 198, max: 200 });
    expect(measured.verified).toEqual({ requests: "200" });
    expect(textOf(measured)).toContain("p50 100 ms, p99 198 ms, max 200 ms");
  });

  test("counts the CPU time of a watched process", async () => {
    const measured = await measure({ name: "b", spec: { smoke: 1, full: 1, unit: "runs" }, run: spinWatched }, 1);
    expect(measured.watchedCpuUsPerItem).toBeGreaterThan(0);
  });
});

/** Watches this very process, which is as good as any, and works until its clock has moved by some ticks. */
function spinWatched(_n: number, meter: { watch(pid: number): void; start(): void }): bigint {
  meter.watch(process.pid);
  meter.start();
  const begin = process.cpuUsage();
  let spun = 0n;
  for (let used = 0; used < 60_000; used = process.cpuUsage(begin).user + process.cpuUsage(begin).system) spun += 1n;
  return spun;
}
