import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { backupUnreadable } from "./database-problems.ts";

/**
 * A backup is one file: a line that says what it is, then a zstd stream of frames. A frame is one byte of kind, four
 * bytes of length (big endian) and the payload:
 *
 * `H` the header (JSON), once; then for each table `T` its name and columns (JSON), any number of `D` (the bytes of
 * `COPY … TO`, text format), `E` its row count and SHA-256 (JSON); `Z` the end (JSON). A file without `Z` is not whole.
 */
export const BACKUP_MAGIC = Buffer.from("Tollwright backup, format 1\n");

export type FrameKind = "H" | "T" | "D" | "E" | "Z";

export interface Frame {
  readonly kind: FrameKind;
  readonly payload: Buffer;
}

const text = Type.String();
const count = Type.Integer({ minimum: 0 });

export const BackupHeader = Type.Object({
  takenAt: Type.String({ description: "ISO 8601, the moment of the snapshot" }),
  serverVersion: text,
  migrations: Type.Array(Type.Object({ name: text, sha256: text }), { minItems: 1, description: "in order" }),
  partitions: Type.Array(Type.Object({ table: text, month: text }), { description: "months by their first day" }),
  identities: Type.Array(Type.Object({ table: text, column: text, next: Type.String({ pattern: "^[0-9]+$" }) })),
  tables: count,
});
export type BackupHeader = Static<typeof BackupHeader>;

/** Begins a table. */
export const TableHead = Type.Object({ table: text, columns: Type.Array(text) });
export type TableHead = Static<typeof TableHead>;

/** Ends a table; the sum is of the bytes of its `D` frames. */
export const TableSum = Type.Object({ rows: count, sha256: text });
export type TableSum = Static<typeof TableSum>;

/** Ends the backup. */
export const BackupEnd = Type.Object({ tables: count, rows: count });
export type BackupEnd = Static<typeof BackupEnd>;

const HEAD_BYTES = 5;
/** A row may be up to 1 GB; frames are cut well below, so that a damaged length can't ask for all memory. */
const PAYLOAD_BYTES_MAX = 1 << 20;

const frame = (kind: FrameKind, payload: Uint8Array): Buffer => {
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(kind, 0, "latin1");
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
};

export const jsonFrame = (kind: FrameKind, value: object): Buffer => frame(kind, Buffer.from(JSON.stringify(value)));

/** The frames of some table bytes. */
export function* dataFrames(bytes: Uint8Array): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PAYLOAD_BYTES_MAX) {
    yield frame("D", bytes.subarray(at, at + PAYLOAD_BYTES_MAX));
  }
}

/** Which frame is to come next, and what its JSON has to look like. */
export const HEADER = { kind: "H", schema: BackupHeader } as const;
export const TABLE = { kind: "T", schema: TableHead } as const;
export const SUM = { kind: "E", schema: TableSum } as const;
export const END = { kind: "Z", schema: BackupEnd } as const;

/** The JSON of the frame that had to come next. Errors: Problem `backup-unreadable` for another one, or other JSON. */
export function jsonOf<Schema extends TSchema>(
  file: string,
  { kind, schema }: { readonly kind: FrameKind; readonly schema: Schema },
  next: Frame | undefined,
): Static<Schema> {
  if (next?.kind !== kind) throw backupUnreadable({ file, reason: `a part "${kind}" is missing` });
  const value = parsed(next.payload);
  if (!Value.Check(schema, value)) throw backupUnreadable({ file, reason: `a part "${kind}" is not as it must be` });
  return value;
}

function parsed(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined; // and so of no schema
  }
}

/** Writes frames to a new file and makes sure that they are on the disk. The file must not exist. */
export async function writeFrames(file: string, frames: AsyncIterable<Buffer>): Promise<void> {
  const output = createWriteStream(file, { flags: "wx", mode: 0o600, flush: true });
  output.write(BACKUP_MAGIC);
  await pipeline(frames, createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } }), output);
}

/**
 * Reads the frames of a file in order and hands them to `use`.
 *
 * @throws Problem `backup-unreadable` when the file is no backup, damaged or cut off.
 */
export async function readFrames<T>(file: string, use: (frames: AsyncGenerator<Frame>) => Promise<T>): Promise<T> {
  await checkMagic(file);
  let used: { value: T } | undefined;
  const input = createReadStream(file, { start: BACKUP_MAGIC.length });
  try {
    await pipeline(input, createZstdDecompress(), async (bytes: AsyncIterable<Buffer>) => {
      used = { value: await use(framesOf(file, bytes)) };
    });
  } catch (error) {
    const damaged = error instanceof Error && "code" in error && /^(ZSTD|Z)_/.test(String(error.code));
    if (damaged) throw backupUnreadable({ file, reason: error.message, cause: error });
    throw error;
  }
  if (!used) throw backupUnreadable({ file, reason: "it ends too early" });
  return used.value;
}

async function checkMagic(file: string): Promise<void> {
  const start = await firstBytes(file).catch((cause: unknown) => {
    throw backupUnreadable({ file, reason: cause instanceof Error ? cause.message : String(cause), cause });
  });
  if (!start.equals(BACKUP_MAGIC)) throw backupUnreadable({ file, reason: "it is not a backup of this format" });
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file, "r");
  const { buffer } = await handle.read(Buffer.alloc(BACKUP_MAGIC.length)).finally(() => handle.close());
  return buffer;
}

async function* framesOf(file: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  let ended = false;
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      if (rest.length < HEAD_BYTES) break;
      const length = rest.readUInt32BE(1);
      if (length > PAYLOAD_BYTES_MAX) throw backupUnreadable({ file, reason: "a part has an impossible length" });
      if (rest.length < HEAD_BYTES + length) break;
      const kind = rest.toString("latin1", 0, 1) as FrameKind;
      ended = kind === "Z";
      yield { kind, payload: rest.subarray(HEAD_BYTES, HEAD_BYTES + length) };
      rest = rest.subarray(HEAD_BYTES + length);
    }
  }
  if (!ended || rest.length > 0) throw backupUnreadable({ file, reason: "it ends too early" });
}
