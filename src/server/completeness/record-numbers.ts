import { hasRestarted } from "../../core/completeness/counter-lives.ts";
import { compileNamePattern, type NamePattern } from "../../core/completeness/name-pattern.ts";
import { NumberCollector } from "../../core/completeness/number-runs.ts";
import { invariant } from "../../core/invariant.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { DecodedRow } from "../../mediation/decoder.ts";
import type { Tx } from "../db/tx.ts";
import type { CompletenessSettings } from "./completeness-settings.ts";
import { type NumberPlace, saveNumbers } from "./number-store.ts";
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

  see(row: DecodedRow): void {
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
    const numbers = [...this.#lives].flatMap(([stream, lives]) =>
      lives.flatMap(({ collector }) => collector.runs().map((run) => ({ stream, run }))),
    );
    await saveNumbers(tx, file, numbers);
  }
}

function textOf({ outcome, sequence }: DecodedRow, from: RecordSettings["from"]): string | null {
  if (from === "sequence") return sequence ?? null;
  return outcome.kind === "call" ? outcome.call[from] : null;
}
