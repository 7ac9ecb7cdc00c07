import type { Reject } from "../../core/reject.ts";
import type { QuarantineReason } from "./quarantine-store.ts";

/** Counts rows by the reason that they have in common; the first of each stands for the others. */
export class ReasonTally {
  readonly #reasons = new Map<string, QuarantineReason>();

  add({ code, what, fix }: Reject, line: number, rows = 1): void {
    const known = this.#reasons.get(code) ?? { code, what, fix, line, rows: 0 };
    this.#reasons.set(code, { ...known, rows: known.rows + rows });
  }

  /** The most frequent reason first. */
  list(): readonly QuarantineReason[] {
    return [...this.#reasons.values()].sort((a, b) => b.rows - a.rows);
  }
}
