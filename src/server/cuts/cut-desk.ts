import type { Database } from "../db/database.ts";
import type { CallCutter, CutOutcome } from "../switches/call-cutter.ts";
import { type DueCut, delayCut, endCut, findDueCuts, type TriedCut, takeCuts } from "./cut-store.ts";
import { cutWayOf } from "./settings.ts";

/** Under way at a time in this process. */
const RUNNING_MAX = 200;
/** Seconds from one try to the next; a cut that still fails then is given up. */
const DELAYS_S = [2, 8, 30];

/** Tells what came of a cut. */
export type CutNotice = (cut: DueCut, outcome: CutOutcome) => void;

/** A cut, and who carries it out: null where nobody can, and `what` says why. */
interface Assigned {
  readonly due: DueCut;
  readonly cutter: CallCutter | null;
  readonly what: string;
}

/** Carries out requested cuts through the switches that this process has a way to. */
export class CutDesk {
  readonly #db: Database;
  readonly #cutters: readonly CallCutter[];
  readonly #notice: CutNotice;
  readonly #running = new Map<string, Promise<void>>();

  constructor(db: Database, cutters: readonly CallCutter[], notice: CutNotice) {
    this.#db = db;
    this.#cutters = cutters;
    this.#notice = notice;
  }

  /**
   * Begins every due cut that this process can carry out. `givesUpOverdue`: those that no process could for long are
   * given up. Errors: those of the database; what was not taken waits for the next look.
   */
  async look({ givesUpOverdue }: { readonly givesUpOverdue: boolean }): Promise<void> {
    const room = RUNNING_MAX - this.#running.size;
    if (room === 0) return;
    const due = await this.#db.transaction("ingest", {}, (tx) => findDueCuts(tx, room));
    const ours = due.flatMap((one) => this.#assign(one, givesUpOverdue));
    if (ours.length === 0) return;
    const ids = ours.map((one) => one.due.id);
    const taken = await this.#db.transaction("ingest", {}, (tx) => takeCuts(tx, ids));
    for (const one of ours) if (taken.has(one.due.id)) this.#begin(one);
  }

  /** Waits for everything that was begun. */
  async settled(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /** None: another process may have the way. */
  #assign(due: DueCut, givesUpOverdue: boolean): readonly Assigned[] {
    if (!due.isOpen && due.reason !== "given-up") return [{ due, cutter: null, what: "" }];
    const way = cutWayOf(due.settings, due.call.attempt);
    if (way === "none") return [{ due, cutter: null, what: "The settings say that its switch is not told." }];
    const cutter = this.#cutters.find((one) => (way === null || one.way === way) && one.reaches(due.call));
    if (cutter !== undefined) return [{ due, cutter, what: "" }];
    const nobody =
      way === null ? "No process has a way to its switch." : `No process has a way to its switch by ${way}.`;
    return due.isOverdue && givesUpOverdue ? [{ due, cutter: null, what: nobody }] : [];
  }

  #begin(one: Assigned): void {
    const { id } = one.due;
    // What could not be stored is taken again, by this process or another, when its time is over.
    const run = this.#run(one)
      .catch(() => undefined)
      .finally(() => this.#running.delete(id));
    this.#running.set(id, run);
  }

  async #run({ due, cutter, what: nobody }: Assigned): Promise<void> {
    const outcome = await this.#outcomeOf(due, cutter, nobody);
    const what = outcome.kind === "failed" ? outcome.why : "";
    const tried: TriedCut = { id: due.id, way: cutter?.way ?? null, outcome, what };
    const delayS = cutter !== null && outcome.kind === "failed" ? DELAYS_S[due.tries] : undefined;
    await this.#db.transaction("ingest", {}, (tx) =>
      delayS === undefined ? endCut(tx, tried) : delayCut(tx, tried, delayS),
    );
    if (delayS === undefined) this.#notice(due, outcome);
  }

  async #outcomeOf({ call }: DueCut, cutter: CallCutter | null, nobody: string): Promise<CutOutcome> {
    if (cutter === null) return nobody === "" ? { kind: "no-call" } : { kind: "failed", why: nobody };
    return await cutter
      .cut(call)
      .catch((error: unknown) => ({ kind: "failed", why: `It broke: ${String(error)}.` }) as const);
  }
}
