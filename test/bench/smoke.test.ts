import { describe, expect, test } from "vitest";
import { measure } from "../../bench/measure.ts";
import { loadBenches } from "../../bench/run.ts";

const benches = await loadBenches();

describe("every benchmark works at its smoke size", () => {
  test.each(benches.map((bench) => [bench.name, bench] as const))("%s", async (_name, bench) => {
    const measured = await measure(bench, bench.spec.smoke);
    expect(measured.checksum).not.toBe("");
    expect(measured.itemsPerS).toBeGreaterThan(0);
    expect(bench.spec.full).toBeGreaterThanOrEqual(bench.spec.smoke);
  });
});
