import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { basename, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Problem } from "../../core/problem.ts";
import { fileFault, storedDigestOf } from "../mediation/read-file.ts";
import { OVERLAP_BYTES } from "./cut-appended.ts";
import type { FileServer } from "./file-server.ts";
import { spoolNotWritten, transferCut } from "./problems.ts";
import type { SeenFile } from "./seen-file-store.ts";

/** What came of fetching a file. */
export type Fetched =
  /** It lies at `path`, whole, under its own name, in a folder of its own. */
  | { readonly kind: "whole"; readonly path: string; readonly sha256: string }
  | { readonly kind: "gone" }
  /** It is no longer the file that was listed: it is still being written, or another took its name. */
  | { readonly kind: "changed" };

export interface FetchOptions {
  readonly spoolDir: string;
  /** Seconds without a byte after which the connection is broken off. */
  readonly timeoutS: number;
  /** Where to begin; the whole file when not given. */
  readonly fromByte?: number;
  /** It is a log: bytes that come after the listed ones are no fault. */
  readonly mayGrow?: boolean;
}

/** Bytes that stay free on the disk, which is often the database's too. */
const FREE_BYTES_MIN = 64 * 1024 * 1024;

/**
 * Where a file's bytes gather. `.new` is being written, and of no use to another process: after a power cut nobody
 * knows which of its blocks reached the disk. `.part` was cut off and synced, and is continued. The folder holds the
 * whole file.
 */
const placesOf = (spoolDir: string, { path, sizeBytes, stamp }: SeenFile, fromByte: number) => {
  const identity = JSON.stringify([path, sizeBytes, stamp, fromByte]);
  const key = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  const folder = join(spoolDir, key);
  return { key, folder, whole: join(folder, basename(path)), part: `${folder}.part`, fresh: `${folder}.new` };
};

/** Where fetching a file begins that may be a log: a little before what is imported of it ends. */
export const resumeAt = ({ bytesDone, sizeBytes }: SeenFile): number =>
  sizeBytes < bytesDone ? 0 : Math.max(0, bytesDone - OVERLAP_BYTES);

/** The name of everything that is fetched of a file, for {@link clearSpool}. */
export const spoolKey = (file: SeenFile): string => placesOf("", file, resumeAt(file)).key;

/**
 * Fetches a file, from `fromByte` on, into a folder of its own below `spoolDir`; nothing takes the file's name
 * before it is whole, synced, and known to be on the server still as it was listed. What was cut off before is
 * continued.
 *
 * Errors: Problems `transfer-cut` (what came is kept), `spool-not-written`, `pulled-file-refused`.
 */
export async function fetchFile(
  server: FileServer,
  file: SeenFile,
  { spoolDir, timeoutS, fromByte = 0, mayGrow = false }: FetchOptions,
): Promise<Fetched> {
  const places = placesOf(spoolDir, file, fromByte);
  const wantedBytes = file.sizeBytes - fromByte;
  if ((await sizeOf(places.whole)) === wantedBytes) return wholeAt(places.whole);
  await spooled(places.folder, () => prepare(spoolDir, places, wantedBytes));
  const doneBytes = await sizeOf(places.fresh);
  const came = await transfer(server, file, { ...places, fromByte, doneBytes, timeoutS });
  if (came === "gone") return discard(places.fresh, "gone");
  const now = await server.look(file.path);
  if (now === undefined) return discard(places.fresh, "gone");
  const gotBytes = await sizeOf(places.fresh);
  const isSame = now.sizeBytes === file.sizeBytes && (now.stamp ?? file.stamp) === file.stamp;
  if (mayGrow ? now.sizeBytes < file.sizeBytes : !isSame || gotBytes > wantedBytes)
    return discard(places.fresh, "changed");
  if (gotBytes < wantedBytes) {
    await keepPart(places); // FTP ends a transfer by closing the connection: an early end looks like a good one
    const at = { server: server.name, path: file.path, doneBytes: fromByte + gotBytes, sizeBytes: file.sizeBytes };
    throw transferCut({ ...at, reason: "the server ended it early", cause: undefined });
  }
  await spooled(places.whole, async () => {
    await sync(places.fresh);
    await mkdir(places.folder, { recursive: true, mode: 0o700 });
    await rename(places.fresh, places.whole);
  });
  return await wholeAt(places.whole);
}

const wholeAt = async (path: string): Promise<Fetched> => ({ kind: "whole", path, ...(await storedDigestOf(path)) });

/** Removes what was fetched of files that are no longer waited for. */
export async function clearSpool(spoolDir: string, keys: ReadonlySet<string>): Promise<void> {
  const names = await readdir(spoolDir).catch(() => []);
  for (const name of names)
    if (!keys.has(name.replace(/\.(part|new)$/, ""))) await rm(join(spoolDir, name), { recursive: true, force: true });
}

type Places = ReturnType<typeof placesOf>;

/** Makes the folder and room, and `.new` of what was kept when a transfer was cut off. */
async function prepare(spoolDir: string, { part, fresh }: Places, wantedBytes: number): Promise<void> {
  await mkdir(spoolDir, { recursive: true, mode: 0o700 });
  await rm(fresh, { force: true });
  const keptBytes = await sizeOf(part);
  if (keptBytes > 0 && keptBytes <= wantedBytes) await rename(part, fresh);
  else await rm(part, { force: true });
  const { bavail, bsize } = await statfs(spoolDir);
  const neededBytes = wantedBytes - Math.min(keptBytes, wantedBytes) + FREE_BYTES_MIN;
  if (bavail * bsize < neededBytes) throw new Error(`${neededBytes} bytes are needed, ${bavail * bsize} are free`);
}

async function transfer(
  server: FileServer,
  file: SeenFile,
  to: Places & { readonly fromByte: number; readonly doneBytes: number; readonly timeoutS: number },
): Promise<"fetched" | "gone"> {
  const { fromByte, doneBytes, fresh, timeoutS } = to;
  const guard = new StallGuard(server, timeoutS);
  const writing = pipeline(guard.stream, createWriteStream(fresh, { flags: "a", mode: 0o600 }));
  writing.catch(() => undefined); // told below, when the transfer has ended
  const came = await server.fetch(file.path, fromByte + doneBytes, guard.stream).then(
    (fetched) => ({ fetched }),
    (cause: unknown) => ({ cause }),
  );
  guard.end();
  await writing.catch(async (cause: unknown) => {
    if (!isFileError(cause)) return; // the transfer's own end
    await rm(fresh, { force: true }); // it gives its room back
    throw spoolNotWritten({ path: fresh, reason: fileFault(cause), cause });
  });
  if ("fetched" in came && came.fetched !== "no-resume") return came.fetched;
  if ("fetched" in came && doneBytes > 0) {
    await rm(fresh);
    return await transfer(server, file, { ...to, doneBytes: 0 });
  }
  const cause = "cause" in came ? came.cause : new Error("the server can't start in the middle of a file");
  if (cause instanceof Problem) throw cause;
  const gotBytes = await sizeOf(fresh);
  await keepPart(to);
  const at = { server: server.name, path: file.path, doneBytes: fromByte + gotBytes, sizeBytes: file.sizeBytes };
  throw transferCut({ ...at, reason: guard.stalled ?? reasonOf(cause), cause });
}

/** Lets bytes through to the disk, and breaks the connection off when none has come for a while. */
class StallGuard {
  readonly stream: Transform;
  stalled: string | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(server: FileServer, timeoutS: number) {
    this.#timer = setTimeout(() => {
      this.stalled = `no byte came for ${timeoutS} s`;
      server.close().catch(() => undefined);
    }, timeoutS * 1_000);
    this.stream = new Transform({
      transform: (chunk, _encoding, done) => {
        this.#timer.refresh();
        done(null, chunk);
      },
    });
    this.stream.on("error", () => undefined); // the pipeline tells
  }

  /** No more comes; what has is written. */
  end(): void {
    clearTimeout(this.#timer);
    this.stream.end();
  }
}

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "syscall" in error && /^(open|write|close)$/.test(String(error.syscall));

/** Keeps what a cut left, synced, so that it can be trusted to be what came. */
async function keepPart({ fresh, part }: Places): Promise<void> {
  if ((await sizeOf(fresh)) === 0) return await rm(fresh, { force: true });
  await spooled(part, async () => {
    await sync(fresh);
    await rename(fresh, part);
  });
}

async function discard(fresh: string, kind: "gone" | "changed"): Promise<Fetched> {
  await rm(fresh, { force: true });
  return { kind };
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function spooled<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw spoolNotWritten({ path, reason: fileFault(cause), cause });
  }
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

const reasonOf = (cause: unknown): string => (cause instanceof Error && cause.message) || String(cause);
