import { setTimeout as sleep } from "node:timers/promises";
import { Backlog, type BacklogOptions, type BacklogPlace } from "../backlog/backlog.ts";
import type { ChargingLane } from "../charging/charging-lane.ts";
import { sessionIdOf } from "../charging/charging-work.ts";
import type { Database } from "../db/database.ts";
import { isDatabaseAway } from "../db/database-failure.ts";
import { addDeadLetters } from "./dead-letter-store.ts";
import { isLost, UNKNOWN_CALL } from "./dead-letters.ts";
import { type JournalEntry, readEntry, writeEntry } from "./journal-entry.ts";
import { findPlace, type JournalKey, movePlace } from "./journal-store.ts";
import { PendingRequests } from "./pending-requests.ts";

/** What a journal did. */
export interface JournalEvents {
  replayed(entries: number, deadLetters: number): void;
  /** Lines that the disk has not kept as they were: they are passed over. */
  damaged(lines: number): void;
  /** It could not go on: it tries again. */
  failed(error: unknown): void;
}

/** Entries that are decided in one transaction, no two of one session. */
interface Chunk {
  readonly from: BacklogPlace;
  readonly to: BacklogPlace;
  readonly entries: readonly { readonly id: string; readonly entry: JournalEntry; readonly end: number }[];
  readonly damaged: number;
}

const READ_BYTES = 1 << 18;
const CHUNK_MAX = 200;
const RETRY_MS = 250;
const RETRY_MS_MAX = 2_000;

/** Requests of one tenant that were answered while the database was away: on disk until they are decided. */
export class TenantJournal {
  readonly pending = new PendingRequests();
  readonly #db: Database;
  readonly #key: JournalKey;
  readonly #backlog: Backlog;
  readonly #events: JournalEvents;
  #place: BacklogPlace | undefined;
  /** More is recalled than waits: the database could not say how far the journal is replayed. */
  #hasRecalledAll = false;
  /** What may have been decided, though nobody heard of it. */
  #attempt: Chunk | undefined;

  private constructor(db: Database, key: JournalKey, backlog: Backlog, events: JournalEvents) {
    this.#db = db;
    this.#key = key;
    this.#backlog = backlog;
    this.#events = events;
  }

  /**
   * Opens the journal in a folder, which is made if need be, with what an earlier process left there. Errors: those of
   * the folder.
   */
  static async open(
    db: Database,
    key: JournalKey,
    { folder, events, ...options }: BacklogOptions & { readonly folder: string; readonly events: JournalEvents },
  ): Promise<TenantJournal> {
    const backlog = await Backlog.open(folder, options);
    const journal = new TenantJournal(db, key, backlog, events);
    if (backlog.sizeBytes > 0) await journal.#recall();
    return journal;
  }

  get sizeBytes(): number {
    return this.#backlog.sizeBytes;
  }

  /** Takes an entry; resolves once it is safe. Undefined: there is no room. */
  append(entry: JournalEntry): Promise<void> | undefined {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (!this.#backlog.add(writeEntry(entry), resolve)) return undefined;
    this.pending.add(sessionIdOf(entry.request), entry, promise);
    return promise;
  }

  /** Has what the journal holds, and what it gets, decided by the tenant's lane until `signal`. Never throws. */
  async run(lane: ChargingLane, signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const more = this.#backlog.moreSynced(); // before it is read: what comes meanwhile is not missed
      try {
        while (!signal.aborted && (await this.#replayNext(lane))) failures = 0;
        failures = 0;
        await untilOr(more, signal);
      } catch (error) {
        this.#place = undefined;
        this.#events.failed(error);
        const waitMs = Math.min(RETRY_MS * 2 ** failures, RETRY_MS_MAX);
        failures += 1;
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** What was taken is on disk; it is replayed by whoever opens the journal next. */
  async close(): Promise<void> {
    await this.#backlog.close();
  }

  /** Has the next entries decided; false when there are none. Errors: those of the database. */
  async #replayNext(lane: ChargingLane): Promise<boolean> {
    const from = await this.#whereItStands();
    const read = await this.#backlog.read(from, READ_BYTES);
    if (read === undefined) return false;
    await this.#replay(lane, chunkOf(from, read));
    return true;
  }

  async #whereItStands(): Promise<BacklogPlace> {
    if (this.#place !== undefined) return this.#place;
    const place = await this.#db.transaction("ingest", {}, (tx) => findPlace(tx, this.#key));
    const attempt = this.#attempt;
    this.#attempt = undefined;
    if (attempt !== undefined && isSame(attempt.to, place)) await this.#finish(attempt, 0);
    if (this.#hasRecalledAll) {
      await this.#eachEntry({ from: START, until: place }, (id, entry) => this.pending.remove(id, entry));
      this.#hasRecalledAll = false;
    }
    this.#place = place;
    return place;
  }

  /** An entry that cannot be decided is put aside: the chunk is halved until it is found. */
  async #replay(lane: ChargingLane, chunk: Chunk): Promise<void> {
    this.#attempt = chunk;
    let dead = 0;
    try {
      if (chunk.entries.length === 0) return await this.#putAside(chunk, undefined);
      await lane.decideWith(
        chunk.entries.map(({ entry }) => entry.request),
        async (tx, answers) => {
          const letters = chunk.entries.filter(({ entry }, index) => isLost(entry.request, answers[index]));
          dead = letters.length;
          await addDeadLetters(
            tx,
            this.#key.tenantId,
            letters.map(({ entry }) => ({ entry, reason: UNKNOWN_CALL })),
          );
          await this.#move(tx, chunk);
        },
      );
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      const half = firstHalf(chunk);
      if (half !== undefined) return await this.#replay(lane, half);
      return await this.#putAside(chunk, error);
    }
    await this.#finish(chunk, dead);
  }

  /** Moves on past what cannot be decided; it is kept elsewhere. */
  async #putAside(chunk: Chunk, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    await this.#db.transaction("ingest", {}, async (tx) => {
      const letters = chunk.entries.map(({ entry }) => ({ entry, reason }));
      await addDeadLetters(tx, this.#key.tenantId, letters);
      await this.#move(tx, chunk);
    });
    await this.#finish(chunk, chunk.entries.length);
  }

  async #move(tx: Parameters<typeof movePlace>[0], { from, to, entries }: Chunk): Promise<void> {
    if (!(await movePlace(tx, this.#key, { from, to, entries: entries.length })))
      throw new Error("another process replays this journal");
  }

  async #finish({ to, entries, damaged }: Chunk, dead: number): Promise<void> {
    this.#attempt = undefined;
    this.#place = to;
    for (const { id, entry } of entries) this.pending.remove(id, entry);
    if (damaged > 0) this.#events.damaged(damaged);
    this.#events.replayed(entries.length, dead);
    await this.#backlog.forget(to);
  }

  /**
   * Remembers what an earlier process left, so that what comes now of the same sessions goes behind it; all of it while
   * the database does not say what of it is replayed.
   */
  async #recall(): Promise<void> {
    const from = await this.#db
      .transaction("ingest", {}, (tx) => findPlace(tx, this.#key))
      .catch((error: unknown) => {
        if (!isDatabaseAway(error)) throw error;
        this.#hasRecalledAll = true;
        return START;
      });
    await this.#eachEntry({ from }, (id, entry) => this.pending.add(id, entry, Promise.resolve()));
  }

  /** Reads the journal from a place on, to its end or up to another. */
  async #eachEntry(
    { from, until }: { readonly from: BacklogPlace; readonly until?: BacklogPlace },
    take: (id: string, entry: JournalEntry) => void,
  ): Promise<void> {
    for (let read = await this.#backlog.read(from, READ_BYTES); read !== undefined; ) {
      const { lines, end } = read;
      let place = { segment: end.segment, offset: end.offset - lines.length };
      for (const line of linesOf(lines)) {
        if (until !== undefined && !isBefore(place, until)) return;
        place = { ...place, offset: place.offset + Buffer.byteLength(line) + 1 };
        const entry = readEntry(line);
        if (entry !== undefined) take(sessionIdOf(entry.request), entry);
      }
      read = await this.#backlog.read(end, READ_BYTES);
    }
  }
}

const START: BacklogPlace = { segment: 0, offset: 0 };

const linesOf = (lines: Buffer): readonly string[] => lines.toString("utf8").split("\n").slice(0, -1);

/** The entries from a place up to the first of a session that is among them already. */
function chunkOf(from: BacklogPlace, { lines, end }: { readonly lines: Buffer; readonly end: BacklogPlace }): Chunk {
  const entries: Chunk["entries"][number][] = [];
  const met = new Set<string>();
  let [offset, damaged] = [end.offset - lines.length, 0];
  for (const line of linesOf(lines)) {
    const entry = readEntry(line);
    const id = entry && sessionIdOf(entry.request);
    if (entries.length === CHUNK_MAX || (id !== undefined && met.has(id))) break;
    offset += Buffer.byteLength(line) + 1;
    if (entry === undefined || id === undefined) damaged += 1;
    else {
      met.add(id);
      entries.push({ id, entry, end: offset });
    }
  }
  return { from, to: { segment: end.segment, offset }, entries, damaged };
}

/** undefined: there is one entry, or none. */
function firstHalf({ from, to, entries }: Chunk): Chunk | undefined {
  const half = entries.slice(0, Math.floor(entries.length / 2));
  const last = half.at(-1);
  return last && { from, to: { ...to, offset: last.end }, entries: half, damaged: 0 };
}

const isBefore = (a: BacklogPlace, b: BacklogPlace): boolean =>
  a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset);

const isSame = (a: BacklogPlace, b: BacklogPlace): boolean => a.segment === b.segment && a.offset === b.offset;

/** A signal that was given before is heard of by nobody who listens from now on. */
async function untilOr(something: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const ended = Promise.withResolvers<void>();
  const end = () => ended.resolve();
  signal.addEventListener("abort", end, { once: true });
  await Promise.race([something, ended.promise]);
  signal.removeEventListener("abort", end);
}
