import { availableParallelism } from "node:os";
import { now } from "../src/clock.ts";
import type { Bench, Figure } from "./bench.ts";
import { Meter } from "./meter.ts";

/** One run of one benchmark, as `--json` prints it. */
export interface Measurement {
  readonly name: string;
  readonly unit: string;
  readonly items: number;
  readonly itemsPerS: number;
  readonly ownCpuUsPerItem: number;
  readonly watchedCpuUsPerItem: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  readonly floor: number | null;
  readonly goal: number | null;
  readonly figures: readonly Figure[];
  readonly checksum: string;
  readonly verified: Readonly<Record<string, string>>;
  readonly date: string;
  readonly cores: number;
}

/** Runs a benchmark once with `items` items. */
export async function measure({ name, spec, run }: Bench, items: number): Promise<Measurement> {
  const meter = new Meter();
  const answer = await run(items, meter);
  const { wallMs, ownCpuUs, watchedCpuUs } = meter.stop();
  const outcome = typeof answer === "bigint" ? { checksum: answer } : answer;
  return {
    name,
    unit: spec.unit,
    items,
    itemsPerS: (items / wallMs) * 1_000,
    ownCpuUsPerItem: ownCpuUs / items,
    watchedCpuUsPerItem: watchedCpuUs / items,
    latencyMs: outcome.latenciesMs ? percentiles(outcome.latenciesMs) : null,
    floor: spec.floor ?? null,
    goal: spec.goal ?? null,
    figures: outcome.figures ?? [],
    checksum: outcome.checksum.toString(),
    verified: Object.fromEntries(Object.entries(outcome.verified ?? {}).map(([key, value]) => [key, value.toString()])),
    date: now().toString().slice(0, 10),
    cores: availableParallelism(),
  };
}

/** Whether the run kept every floor that it has. */
export const keepsFloors = ({ floor, itemsPerS, figures }: Measurement): boolean =>
  itemsPerS >= (floor ?? 0) && figures.every((figure) => figure.value <= (figure.max ?? Number.POSITIVE_INFINITY));

/** By nearest rank: a latency that some request really had. */
function percentiles(latenciesMs: readonly number[] | Float64Array): { p50: number; p99: number; max: number } {
  const sorted = Float64Array.from(latenciesMs).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
