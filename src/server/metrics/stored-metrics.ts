import { Gauge, type Registry } from "prom-client";
import type { Database } from "../db/database.ts";
import { findFigures, type StoredFigures } from "./metrics-store.ts";

/** Figures of the database are as old as this, however often and by whomever they are asked for. */
const AGE_MS_MAX = 15_000;

/** Figures that every process of one database tells the same: of the whole of it, not of this process. */
export class StoredMetrics {
  readonly #db: Database;
  #looked: Promise<StoredFigures | undefined> | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(registry: Registry, db: Database) {
    this.#db = db;
    const figures = () => this.#figures();
    gauge("tollwright_sessions_open", "Sessions that are up", [], (found, set) => set({}, found.sessionsOpen));
    gauge("tollwright_dead_letters", "Charging requests that nobody could decide", [], (found, set) =>
      set({}, found.deadLetters),
    );
    gauge("tollwright_pulls_failing", "Pulls whose latest run failed", [], (found, set) => set({}, found.pullsFailing));
    gauge("tollwright_alarms_open", "Alarms that are not over", ["kind"], (found, set) => {
      for (const { kind, open } of found.alarms) set({ kind }, open);
    });
    gauge("tollwright_invoices", "Invoices that were issued", ["kind"], (found, set) => {
      for (const { kind, issued } of found.invoices) set({ kind }, issued);
    });
    gauge("tollwright_quarantine_rows", "Rows that wait in quarantine", ["tenant", "source"], (found, set) => {
      for (const { tenant, source, rows } of found.quarantine) set({ tenant, source }, rows);
    });
    gauge("tollwright_outbox_waiting", "What waits to leave", ["queue"], (found, set) => {
      for (const { queue, waiting } of found.waiting) set({ queue }, waiting);
    });
    gauge("tollwright_outbox_oldest_seconds", "For how long the first of it waits", ["queue"], (found, set) => {
      for (const { queue, oldestS } of found.waiting) set({ queue }, oldestS);
    });
    new Gauge({
      ...{ name: "tollwright_database_up", help: "Whether the database tells its figures", registers: [registry] },
      async collect() {
        this.set((await figures()) === undefined ? 0 : 1);
      },
    });

    function gauge(
      name: string,
      help: string,
      labelNames: readonly string[],
      show: (found: StoredFigures, set: (labels: Record<string, string>, value: number) => void) => void,
    ): void {
      new Gauge({
        ...{ name, help, labelNames: [...labelNames], registers: [registry] },
        async collect() {
          const found = await figures();
          this.reset(); // what is no longer there has no figure, and nothing is shown that nobody knows
          if (found !== undefined) show(found, (labels, value) => this.set(labels, value));
          else this.remove();
        },
      });
    }
  }

  /** Undefined: the database is away. Who asks at the same time shares the answer. */
  #figures(): Promise<StoredFigures | undefined> {
    const nowMs = performance.now();
    if (this.#looked === undefined || nowMs - this.#lookedMs > AGE_MS_MAX) {
      this.#lookedMs = nowMs;
      this.#looked = this.#db.transaction("owner", {}, findFigures).catch(() => undefined);
    }
    return this.#looked;
  }
}
