import type { Meter } from "./meter.ts";

/** How much work a benchmark does, and what is expected of it on two cores. */
export interface BenchSpec {
  /** Items of one run within `npm test`: a second at most, to see that the workload works and its sums are right. */
  readonly smoke: number;
  /** Items of one run of `npm run bench`. */
  readonly full: number;
  /** What an item is, in the plural: "calls", "rows". */
  readonly unit: string;
  /** Items per second below which the run fails. */
  readonly floor?: number;
  /** Items per second that are aimed at. */
  readonly goal?: number;
}

/** What a workload hands back: proof that it did the work, and what only it can measure. */
export interface BenchOutcome {
  /** Depends on every result of the run, so that nothing is optimised away and two runs of one seed can be compared. */
  readonly checksum: bigint | string;
  /** Sums that the workload compared with values known beforehand; it throws when one is wrong. */
  readonly verified?: Readonly<Record<string, bigint | number | string>>;
  /** How long each request took, in milliseconds. */
  readonly latenciesMs?: readonly number[] | Float64Array;
  /** Figures that are no rate: the longest pause, the memory in use. */
  readonly figures?: readonly Figure[];
}

/** One measured quantity with its own unit; for all of them less is better. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** More than this fails the run. */
  readonly max?: number;
  readonly goal?: number;
}

/**
 * Does `n` items of work from a fixed seed. Preparation before `meter.start()` and checks after `meter.stop()` do not
 * count; a workload that calls neither is measured as a whole.
 */
export type Workload = (n: number, meter: Meter) => BenchOutcome | bigint | Promise<BenchOutcome | bigint>;

export interface Bench {
  readonly name: string;
  readonly spec: BenchSpec;
  readonly run: Workload;
}

const registered: Bench[] = [];

/** Registers a canonical workload. Called at the top level of a bench/*.bench.ts file, which is found by its name. */
export function bench(name: string, spec: BenchSpec, run: Workload): void {
  if (registered.some((other) => other.name === name)) throw new Error(`Two benchmarks are called "${name}"`);
  registered.push({ name, spec, run });
}

/** All benchmarks of the files imported so far, in order of registration. */
export const benches = (): readonly Bench[] => registered;
