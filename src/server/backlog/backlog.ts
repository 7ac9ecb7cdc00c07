import { type FileHandle, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { syncFolder } from "../files/sync-folder.ts";

/** A place in a backlog: a piece of it, and a byte in that. */
export interface BacklogPlace {
  readonly segment: number;
  readonly offset: number;
}

/** Bytes that wait to be written, per backlog: a sender that is faster than the disk for long. */
export const WAITING_BYTES_MAX = 16 << 20;
/** A piece is closed when it is larger. */
const SEGMENT_BYTES = 16 << 20;
const RETRY_MS = 1_000;

const SEGMENT = /^(\d{12})\.log$/;
const LF = 0x0a;

export interface BacklogOptions {
  /** A backlog that is larger takes no more: what it waits for has been away for very long. */
  readonly bytesMax: number;
  /** A disk that cannot be written; it is tried again. */
  readonly onFault: (error: unknown) => void;
}

interface WaitingLine {
  readonly bytes: Buffer;
  readonly onSynced: (() => void) | undefined;
}

/**
 * Lines of text on disk until they are stored elsewhere. A line counts as taken when it is synced. Pieces are read from
 * their first byte to what is synced, and removed when all of that is stored.
 */
export class Backlog {
  readonly #folder: string;
  readonly #bytesMax: number;
  readonly #onFault: (error: unknown) => void;
  #waiting: WaitingLine[] = [];
  #waitingBytes = 0;
  #keptBytes = 0;
  #writing: Promise<void> | undefined;
  #file: FileHandle | undefined;
  /** The end of what is synced. */
  #end: BacklogPlace;
  #synced = Promise.withResolvers<void>();
  #isClosed = false;

  private constructor(folder: string, last: number, keptBytes: number, { bytesMax, onFault }: BacklogOptions) {
    this.#folder = folder;
    this.#end = { segment: last, offset: 0 };
    this.#keptBytes = keptBytes;
    this.#bytesMax = bytesMax;
    this.#onFault = onFault;
  }

  /** Opens the backlog in a folder, which is made if need be. New lines go to a new piece. */
  static async open(folder: string, options: BacklogOptions): Promise<Backlog> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await syncFolder(dirname(folder));
    const segments = await segmentsIn(folder);
    const sizes = await Promise.all(segments.map(async (segment) => (await stat(pathOf(folder, segment))).size));
    const keptBytes = sizes.reduce((sum, size) => sum + size, 0);
    return new Backlog(folder, (segments.at(-1) ?? 0) + 1, keptBytes, options);
  }

  /** Whether a sender that can wait should. */
  get isBusy(): boolean {
    return this.#waitingBytes > WAITING_BYTES_MAX / 2;
  }

  /** Bytes on disk and on their way there. */
  get sizeBytes(): number {
    return this.#keptBytes + this.#waitingBytes;
  }

  /** Takes a line, without its end; false when there is no room. `onSynced` is called once it is safe on disk. */
  add(line: Uint8Array, onSynced?: () => void): boolean {
    const bytes = line.length + 1;
    if (this.#isClosed || this.#waitingBytes + bytes > WAITING_BYTES_MAX) return false;
    if (this.sizeBytes + bytes > this.#bytesMax) return false;
    this.#waiting.push({ bytes: Buffer.concat([line, Buffer.of(LF)]), onSynced });
    this.#waitingBytes += bytes;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return true;
  }

  /** Resolves when more is synced than there was at the call, or the backlog is closed. */
  async moreSynced(): Promise<void> {
    if (!this.#isClosed) await this.#synced.promise;
  }

  /** Everything that was taken is on disk. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async close(): Promise<void> {
    await this.settled();
    this.#isClosed = true;
    this.#wake();
    await this.#file?.close();
    this.#file = undefined;
  }

  /**
   * Whole lines from a place on, at most `bytesMax` of them or one that is longer, and where they end; undefined when
   * there are none yet. What is left at the end of a piece without a line's end was never taken: power went while it
   * was written.
   */
  async read(
    from: BacklogPlace,
    bytesMax: number,
  ): Promise<{ readonly lines: Buffer; readonly end: BacklogPlace } | undefined> {
    const segments = (await segmentsIn(this.#folder)).filter((segment) => segment >= from.segment);
    for (const segment of segments) {
      const offset = segment === from.segment ? from.offset : 0;
      const lines = await this.#linesOf(segment, offset, bytesMax);
      if (lines.length > 0) return { lines, end: { segment, offset: offset + lines.length } };
    }
    return undefined;
  }

  /** Removes the pieces before a place. */
  async forget(before: BacklogPlace): Promise<void> {
    for (const segment of await segmentsIn(this.#folder)) {
      const path = pathOf(this.#folder, segment);
      const { size } = await stat(path);
      const isDone =
        segment < before.segment ||
        (segment === before.segment && segment < this.#end.segment && before.offset >= size);
      if (!isDone) continue;
      await rm(path);
      this.#keptBytes -= size;
    }
  }

  async #linesOf(segment: number, offset: number, bytesMax: number): Promise<Buffer> {
    const file = await open(pathOf(this.#folder, segment));
    try {
      const known = segment === this.#end.segment ? this.#end.offset : (await file.stat()).size;
      const length = Math.max(0, Math.min(bytesMax, known - offset));
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      const lines = buffer.subarray(0, buffer.subarray(0, bytesRead).lastIndexOf(LF) + 1);
      const isOneLonger = lines.length === 0 && length === bytesMax && offset + length < known;
      return isOneLonger ? await this.#linesOf(segment, offset, bytesMax * 2) : lines;
    } finally {
      await file.close();
    }
  }

  /** Writes and syncs what waits, all of it at a time, until nothing does; the disk's faults are told, and outlived. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting.slice();
      const batch = Buffer.concat(lines.map(({ bytes }) => bytes));
      try {
        await this.#append(batch);
      } catch (error) {
        this.#onFault(error);
        await sleep(RETRY_MS);
        continue;
      }
      this.#waiting.splice(0, lines.length);
      this.#waitingBytes -= batch.length;
      this.#keptBytes += batch.length;
      for (const { onSynced } of lines) onSynced?.();
      this.#wake();
    }
  }

  async #append(batch: Buffer): Promise<void> {
    if (this.#file !== undefined && this.#end.offset >= SEGMENT_BYTES) {
      await this.#file.close();
      this.#file = undefined;
      this.#end = { segment: this.#end.segment + 1, offset: 0 };
    }
    this.#file ??= await this.#begin(this.#end.segment);
    const { segment, offset } = this.#end;
    // A second try overwrites what the first one left; a disk that is full takes a part of it before it says so.
    for (let written = 0; written < batch.length; ) {
      const { bytesWritten } = await this.#file.write(batch, written, batch.length - written, offset + written);
      written += bytesWritten;
    }
    await this.#file.datasync();
    this.#end = { segment, offset: offset + batch.length };
  }

  /** A new piece: its name is safe before a line of it counts as taken. */
  async #begin(segment: number): Promise<FileHandle> {
    const path = pathOf(this.#folder, segment);
    const file = await open(path, "wx", 0o600);
    try {
      await syncFolder(this.#folder);
      return file;
    } catch (error) {
      await file.close();
      await rm(path);
      throw error;
    }
  }

  #wake(): void {
    this.#synced.resolve();
    this.#synced = Promise.withResolvers<void>();
  }
}

const pathOf = (folder: string, segment: number): string => join(folder, `${String(segment).padStart(12, "0")}.log`);

async function segmentsIn(folder: string): Promise<readonly number[]> {
  return (await readdir(folder))
    .flatMap((name) => SEGMENT.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}
