import { setTimeout as sleep } from "node:timers/promises";
import type { Backlog, BacklogPlace } from "../backlog/backlog.ts";
import type { Database } from "../db/database.ts";
import type { ArrivedRow } from "../mediation/arrived-row.ts";
import type { OpenedSource } from "../mediation/open-source.ts";
import { openSourceNow } from "../mediation/open-source-now.ts";
import { storeLooseRows } from "../mediation/store-loose-rows.ts";
import { LiveRatingContext } from "../rating/live-rating-context.ts";
import { addLosses, findPlace, movePlace, type StreamKey } from "./stream-store.ts";

/** Bytes of messages that are stored in one transaction. */
const BATCH_BYTES = 1 << 20;
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 60_000;
const LF = 0x0a;

/** The messages of one source, from its backlog into the books. */
export class Stream {
  readonly #db: Database;
  readonly #key: StreamKey;
  readonly #backlog: Backlog;
  readonly #onFault: (error: unknown) => void;
  readonly #rating = new LiveRatingContext();
  #losses = { ignored: 0, dropped: 0 };
  #place: BacklogPlace | undefined;
  #waitsSinceMs: number | undefined;

  constructor(db: Database, key: StreamKey, backlog: Backlog, onFault: (error: unknown) => void) {
    this.#db = db;
    this.#key = key;
    this.#backlog = backlog;
    this.#onFault = onFault;
    if (backlog.sizeBytes > 0) this.#waitsSinceMs = performance.now();
  }

  /** Since when something waits to be stored, on the clock of `performance.now()`; undefined: nothing does. */
  get waitsSinceMs(): number | undefined {
    return this.#waitsSinceMs;
  }

  get backlog(): Backlog {
    return this.#backlog;
  }

  /** Takes the text of a record; it is safe when the backlog has synced it. */
  take(text: string): void {
    this.#waitsSinceMs ??= performance.now();
    if (!this.#backlog.add(Buffer.from(text, "utf8"))) this.#losses.dropped += 1;
  }

  ignore(): void {
    this.#losses.ignored += 1;
  }

  /** Counts a message that was too long or cut off. */
  drop(): void {
    this.#losses.dropped += 1;
  }

  /** Stores what the backlog has, and what it gets, until `signal`. Nothing that goes wrong ends it. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const more = this.#backlog.moreSynced(); // before it is read: what comes meanwhile is not missed
      try {
        while (!signal.aborted && (await this.#storeNext())) failures = 0;
        await this.#saveLosses();
        failures = 0;
        await until(more, signal);
      } catch (error) {
        this.#place = undefined; // it may have been committed all the same
        this.#onFault(error);
        const waitMs = Math.min(RETRY_MS * 2 ** failures, RETRY_MS_MAX);
        failures += 1;
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Stores everything that the backlog has now. Errors: those of the source's settings and the database. */
  async drain(): Promise<void> {
    while (await this.#storeNext());
    await this.#saveLosses();
  }

  /** Stores some messages in one transaction with the place that is reached; false when there are none. */
  async #storeNext(): Promise<boolean> {
    const from = this.#place ?? (await this.#db.transaction("ingest", {}, (tx) => findPlace(tx, this.#key)));
    const read = await this.#backlog.read(from, BATCH_BYTES);
    if (read === undefined) {
      this.#waitsSinceMs = undefined;
      return false;
    }
    const { source, opened } = await openSourceNow(this.#db, this.#key, this.#rating);
    const rows = rowsOf(opened, read.lines);
    const messages = read.lines.reduce((count, byte) => count + Number(byte === LF), 0);
    const step = { from, to: read.end, messages };
    const alongside = async (tx: Parameters<typeof movePlace>[0]) => {
      if (!(await movePlace(tx, this.#key, step))) throw new Error("another process stores this backlog");
    };
    if (rows.length === 0) await this.#db.transaction("ingest", {}, alongside);
    else
      await storeLooseRows(this.#db, {
        ...{ source, opened, way: "syslog", kind: "push", preamble: "", rows, sizeBytes: read.lines.length },
        alongside,
      });
    this.#place = read.end;
    await this.#backlog.forget(read.end);
    return true;
  }

  async #saveLosses(): Promise<void> {
    const losses = this.#losses;
    if (losses.ignored + losses.dropped === 0) return;
    await this.#db.transaction("ingest", {}, (tx) => addLosses(tx, this.#key, losses));
    this.#losses = { ignored: this.#losses.ignored - losses.ignored, dropped: this.#losses.dropped - losses.dropped };
  }
}

/** Counts of what was lost are written this often. */
const LOSSES_MS = 10_000;

/** Every message is read as a line of a small file of the source's format. */
function rowsOf({ format, settings }: OpenedSource, lines: Uint8Array): readonly ArrivedRow[] {
  const decoder = format.open({ ...settings, isWhole: true });
  return [...decoder.push(lines), ...decoder.end()].flatMap(({ line, raw, outcome, sequence }) =>
    outcome.kind === "framing" || raw === "" ? [] : [{ line, raw, outcome, sequence }],
  );
}

/** Waits for something, the time to write counts, or the end. */
async function until(something: Promise<void>, signal: AbortSignal): Promise<void> {
  const came = new AbortController();
  const enough = AbortSignal.any([signal, came.signal]);
  await Promise.race([something, sleep(LOSSES_MS, undefined, { signal: enough }).catch(() => undefined)]);
  came.abort();
}
