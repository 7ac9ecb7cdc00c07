import { Problem } from "../../core/problem.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Database } from "../db/database.ts";
import { databaseFailure } from "../db/database-failure.ts";
import type { LiveRatingContext } from "../rating/live-rating-context.ts";
import { type ArrivedRow, countFates, hashOfRow, type RowFate } from "./arrived-row.ts";
import { type OpenedSource, openSource } from "./open-source.ts";
import { pushEmpty, pushOverloaded } from "./problems.ts";
import type { OtherFormat, PushAnswer, PushedRecord } from "./push-answer.ts";
import type { PushedSource } from "./push-token.ts";
import { reasonsByHash, type WaitingReason } from "./quarantine-store.ts";
import { type Post, type ReadPost, readPost } from "./read-post.ts";
import type { Source } from "./source.ts";
import { findSourceById } from "./source-store.ts";
import { storeLooseRows } from "./store-loose-rows.ts";

/** A request that waits for its rows to be stored. */
interface Waiting {
  readonly post: Post;
  readonly resolve: (answer: PushAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** A request whose body was read. */
interface Readied extends ReadPost {
  readonly waiting: Waiting;
}

/** Requests that share one transaction, and their bytes. */
const BATCH_POSTS_MAX = 500;
const BATCH_BYTES_MAX = 16 << 20;
/** Bytes that wait: more than this is a sender that is faster than the database for long. */
const WAITING_BYTES_MAX = 64 << 20;

/**
 * The posts of one source, in the order in which they came. Those that arrive while a batch is being stored share the
 * next transaction: a lone post waits for nothing, and under load one commit serves hundreds.
 */
export class PushLane {
  readonly #db: Database;
  readonly #pushed: PushedSource;
  readonly #rating: LiveRatingContext;
  readonly #now: () => EpochMs;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | undefined;

  constructor(db: Database, pushed: PushedSource, rating: LiveRatingContext, now: () => EpochMs) {
    this.#db = db;
    this.#pushed = pushed;
    this.#rating = rating;
    this.#now = now;
  }

  /** Errors: as of {@link PushReceiver.receive}. */
  async add(post: Post): Promise<PushAnswer> {
    if (post.body.length === 0) throw pushEmpty();
    if (this.#waitingBytes + post.body.length > WAITING_BYTES_MAX) throw pushOverloaded();
    const { promise, resolve, reject } = Promise.withResolvers<PushAnswer>();
    this.#waiting.push({ post, resolve, reject });
    this.#waitingBytes += post.body.length;
    this.#running ??= this.#run();
    return await promise;
  }

  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) await this.#storeAll(batch);
    this.#running = undefined;
  }

  #take(): readonly Waiting[] {
    let [posts, bytes] = [0, 0];
    for (const { post } of this.#waiting.slice(0, BATCH_POSTS_MAX)) {
      if (posts > 0 && bytes + post.body.length > BATCH_BYTES_MAX) break;
      posts += 1;
      bytes += post.body.length;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, posts);
  }

  /** Settles every request of a batch; never throws. */
  async #storeAll(batch: readonly Waiting[]): Promise<void> {
    try {
      const { source, opened } = await this.#open();
      const readied = batch.flatMap((waiting) => ready(opened, waiting));
      for (const group of Map.groupBy(readied, ({ preamble }) => preamble).values())
        await this.#storeOrSplit(source, opened, group);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  /** The source's settings and the tenant's prices as they are now. */
  async #open(): Promise<{ readonly source: Source; readonly opened: OpenedSource }> {
    const { tenantId, sourceId } = this.#pushed;
    return await this.#db.transaction("app", { tenantId }, async (tx) => {
      const source = await findSourceById(tx, sourceId);
      const rating = await this.#rating.current(tx, tenantId);
      return { source, opened: openSource(source, rating, this.#now()) };
    });
  }

  /** A request that the database refuses fails alone: the batch is halved until it is found. */
  async #storeOrSplit(source: Source, opened: OpenedSource, group: readonly Readied[]): Promise<void> {
    try {
      await this.#store(source, opened, group);
    } catch (error) {
      if (group.length === 1 || error instanceof Problem || databaseFailure(error) !== null) {
        for (const { waiting } of group) waiting.reject(error);
        return;
      }
      const half = Math.ceil(group.length / 2);
      await this.#storeOrSplit(source, opened, group.slice(0, half));
      await this.#storeOrSplit(source, opened, group.slice(half));
    }
  }

  async #store(source: Source, opened: OpenedSource, group: readonly Readied[]): Promise<void> {
    const rows = group.flatMap((readied) => readied.rows);
    const { fates } = await storeLooseRows(this.#db, {
      source,
      opened,
      way: "push",
      kind: "push",
      preamble: group[0]?.preamble ?? "",
      rows,
      sizeBytes: group.reduce((bytes, { waiting }) => bytes + waiting.post.body.length, 0),
    });
    const reasons = await this.#reasons(group, fates);
    let from = 0;
    for (const { rows: ofPost, waiting, looksLike } of group) {
      const ofPostFates = fates.slice(from, from + ofPost.length);
      const records = ofPost.map((row, index) => recordOf(row, ofPostFates[index] ?? "quarantined", reasons));
      waiting.resolve({
        ...countFates(ofPostFates),
        ...(waiting.post.wantsRecords && { records }),
        ...(looksLike.length > 0 && { otherFormat: otherFormat(source, [...looksLike]) }),
      });
      from += ofPost.length;
    }
  }

  /** Why rows wait in quarantine, by the hash of their text; nothing is looked up where nobody asked. */
  async #reasons(group: readonly Readied[], fates: readonly RowFate[]): Promise<ReadonlyMap<string, WaitingReason>> {
    const rows = group.flatMap((readied) => readied.rows);
    const hashes = rows.flatMap((row, index) => (fates[index] === "quarantined" ? [hashOfRow(row)] : []));
    if (hashes.length === 0 || !group.some(({ waiting }) => waiting.post.wantsRecords)) return new Map();
    const { tenantId, sourceId } = this.#pushed;
    return await this.#db.transaction("app", { tenantId }, (tx) => reasonsByHash(tx, sourceId, hashes));
  }
}

/** A refusal would lose the records of senders that never ask twice: they are kept, and the answer says what it is. */
const otherFormat = ({ name, format }: Source, formats: string[]): OtherFormat => ({
  formats,
  what: `The body looks like ${formats.join(" or ")}; source "${name}" reads ${format} and can use none of its records.`,
  fix:
    "They are kept in quarantine. Correct the source's format or mapping in its setup file and retry them " +
    "(`tollwright cdr quarantine retry`), or post to a source of that format.",
});

function recordOf(row: ArrivedRow, fate: RowFate, reasons: ReadonlyMap<string, WaitingReason>): PushedRecord {
  const reason = fate === "quarantined" ? reasons.get(hashOfRow(row)) : undefined;
  return { line: row.line, fate, ...(reason && { reason }) };
}

/** Reads one body; a request that can't be kept is answered at once, and its neighbours go on. */
function ready(opened: OpenedSource, waiting: Waiting): Readied[] {
  try {
    return [{ ...readPost(opened, waiting.post), waiting }];
  } catch (error) {
    waiting.reject(error);
    return [];
  }
}
