/** Numbers from `first` to `last` without a gap, and where the two ends were seen. */
export interface NumberRun<Place> {
  readonly first: number;
  readonly last: number;
  readonly firstAt: Place;
  readonly lastAt: Place;
}

/** Unsorted numbers that are kept before they are made into runs. */
const LOOSE_MAX = 65_536;

/**
 * Collects numbers in whatever order they come, some of them again, as runs: little memory where most of them follow
 * each other.
 */
export class NumberCollector<Place> {
  #runs: NumberRun<Place>[] = [];
  #open: NumberRun<Place> | null = null;
  #loose: NumberRun<Place>[] = [];

  add(number: number, at: Place): void {
    const open = this.#open;
    if (open !== null && number === open.last + 1) {
      this.#open = { ...open, last: number, lastAt: at };
      return;
    }
    if (open !== null) this.#loose.push(open);
    this.#open = { first: number, last: number, firstAt: at, lastAt: at };
    if (this.#loose.length >= LOOSE_MAX) this.#merge();
  }

  /** Everything that was added, in ascending order and apart from each other. */
  runs(): readonly NumberRun<Place>[] {
    if (this.#open !== null) this.#loose.push(this.#open);
    this.#open = null;
    this.#merge();
    return this.#runs;
  }

  #merge(): void {
    this.#runs = mergeRuns([...this.#runs, ...this.#loose]);
    this.#loose = [];
  }
}

/** The same numbers in as few runs as can be, ascending; of two that have a number, the first one's place is kept. */
export function mergeRuns<Place>(runs: readonly NumberRun<Place>[]): NumberRun<Place>[] {
  const merged: NumberRun<Place>[] = [];
  for (const run of [...runs].sort((a, b) => a.first - b.first || b.last - a.last)) {
    const before = merged.at(-1);
    if (before === undefined || run.first > before.last + 1) merged.push(run);
    else if (run.last > before.last) merged[merged.length - 1] = { ...before, last: run.last, lastAt: run.lastAt };
  }
  return merged;
}
