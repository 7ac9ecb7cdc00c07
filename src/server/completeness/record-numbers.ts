import { hasRestarted, splitLives } from "../../core/completeness/counter-lives.ts";
import { compileNamePattern, type NamePattern } from "../../core/completeness/name-pattern.ts";
import { mergeRuns, NumberCollector } from "../../core/completeness/number-runs.ts";
import { invariant } from "../../core/invariant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { DecodedRow } from "../../mediation/decoder.ts";
import type { Tx } from "../db/tx.ts";
import type { CompletenessSettings } from "./completeness-settings.ts";
import { type FileNumbers, insertNumbers, type NumberPlace, saveNumbers, takeNumbers } from "./number-store.ts";
import type { CountedFile } from "./row-hours-store.ts";

type RecordSettings = NonNullable<CompletenessSettings["records"]>;

/** One stream's numbers, from one start of the switch to the next. */
interface Life {
  readonly collector: NumberCollector<NumberPlace>;
  reached: number;
}

/**
 * Collects the switch's own numbers of a file's records, whatever becomes of them. Takes every row of a file; where an
 * import goes on after a kill, also those that were stored before.
 */
export class RecordNumbers {
  readonly #settings: RecordSettings | null;
  readonly #pattern: NamePattern | null;
  readonly #lives = new Map<string, Life[]>();
  #at: EpochMs;

  /** `receivedAt` stands for the time of rows before the first that has one. */
  constructor({ records }: CompletenessSettings, receivedAt: EpochMs) {
    this.#settings = records;
    const pattern = records && compileNamePattern(records.pattern);
    invariant(typeof pattern !== "string", "patterns are checked when settings are applied");
    this.#pattern = pattern;
    this.#at = receivedAt;
  }

  see(row: Pick<DecodedRow, "line" | "outcome" | "sequence">): void {
    if (this.#settings === null || this.#pattern === null || row.outcome.kind === "framing") return;
    if (row.outcome.kind === "call") this.#at = row.outcome.call.startedAt;
    const text = textOf(row, this.#settings.from);
    const found = text === null ? null : this.#pattern.match(text);
    if (found?.number == null) return;
    const lives = this.#lives.get(found.stream) ?? [];
    if (lives.length === 0) this.#lives.set(found.stream, lives);
    const newest = lives.at(-1);
    const isNew = newest === undefined || (this.#settings.restarts && hasRestarted(newest.reached, found.number));
    const life = isNew ? { collector: new NumberCollector<NumberPlace>(), reached: -1 } : newest;
    if (isNew) lives.push(life);
    life.reached = Math.max(life.reached, found.number);
    life.collector.add(found.number, { line: row.line, at: this.#at });
  }

  /** Replaces what is known of the file's numbers, in the transaction that ends its pass. */
  async save(tx: Tx, file: CountedFile): Promise<void> {
    await saveNumbers(tx, file, this.#found());
  }

  /**
   * Adds these numbers to what is known of a file that grows, as those of posts and pulls do, in the transaction that
   * stores the rows: runs that continue each other become one, so that a day of single records is a line or two.
   * Batches of one source reach this one after the other, under the lock of its counts.
   */
  async add(tx: Tx, file: CountedFile): Promise<void> {
    for (const [stream, found] of Map.groupBy(this.#found(), (one) => one.stream)) {
      const runs = found.map(({ run }) => run);
      const range = { first: Math.min(...runs.map(({ first }) => first)), last: Math.max(...runs.map((r) => r.last)) };
      const known = await takeNumbers(tx, file, { stream, ...range });
      const all = [...known, ...runs].map((run) => ({ ...run, at: run.firstAt.at }));
      const lives = this.#settings?.restarts ? splitLives(all) : [all];
      await insertNumbers(
        tx,
        file,
        lives.flatMap((life) => mergeRuns<NumberPlace>(life).map((run) => ({ stream, run }))),
      );
    }
  }

  #found(): readonly FileNumbers[] {
    return [...this.#lives].flatMap(([stream, lives]) =>
      lives.flatMap(({ collector }) => collector.runs().map((run) => ({ stream, run }))),
    );
  }
}

function textOf(
  { outcome, sequence }: Pick<DecodedRow, "outcome" | "sequence">,
  from: RecordSettings["from"],
): string | null {
  if (from === "sequence") return sequence ?? null;
  return outcome.kind === "call" ? outcome.call[from] : null;
}
