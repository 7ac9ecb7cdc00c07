/** Why rows are no calls to be paid, and how many. */
export interface NonBillableReason {
  readonly why: string;
  readonly rows: number;
}

/** Counts rows that are no calls to be paid, by why they are none. */
export class NonBillableTally {
  readonly #rows = new Map<string, number>();

  add(why: string, rows = 1): void {
    this.#rows.set(why, (this.#rows.get(why) ?? 0) + rows);
  }

  /** The most frequent reason first. */
  list(): readonly NonBillableReason[] {
    return [...this.#rows].map(([why, rows]) => ({ why, rows })).sort((a, b) => b.rows - a.rows);
  }
}
