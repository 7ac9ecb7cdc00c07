import { posix } from "node:path";
import type { Writable } from "node:stream";
import type { Client, FileEntryWithStats, SFTPWrapper, Stats } from "ssh2";
import { type FileServer, isUsableName, LISTED_MAX, type ListedFile } from "./file-server.ts";
import { pulledFileRefused, pullFolderTooLarge, pullFolderUnreadable } from "./problems.ts";
import { type ReadAt, readAhead } from "./read-ahead.ts";

/** Status codes of draft-ietf-secsh-filexfer-02 §7. */
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;

/** A folder on an SSH server, over one session. */
export class SftpFolder implements FileServer {
  readonly name: string;
  readonly #client: Client;
  readonly #sftp: SFTPWrapper;
  readonly #folder: string;
  readonly #underWay = new Set<(reason: Error) => void>();
  #isClosed = false;

  constructor(
    client: Client,
    sftp: SFTPWrapper,
    { server, folder }: { readonly server: string; readonly folder: string },
  ) {
    this.name = server;
    this.#client = client;
    this.#sftp = sftp;
    this.#folder = folder;
    client.on("close", () => this.#close());
  }

  async list(recursive: boolean): Promise<readonly ListedFile[]> {
    const files: ListedFile[] = [];
    const folders = [""];
    for (const folder of folders) {
      for (const { filename, attrs } of await this.#entries(folder)) {
        if (!isUsableName(filename)) continue;
        const path = posix.join(folder, filename);
        if (attrs.isDirectory() && recursive) folders.push(path);
        else if (attrs.isFile()) files.push({ path, sizeBytes: attrs.size, stamp: String(attrs.mtime) });
      }
      if (files.length + folders.length > LISTED_MAX)
        throw pullFolderTooLarge({ server: this.name, folder: this.#folder, filesMax: LISTED_MAX });
    }
    return files;
  }

  async look(path: string): Promise<{ readonly sizeBytes: number; readonly stamp: string } | undefined> {
    const found = await this.#call<Stats>((done) => this.#sftp.stat(this.#at(path), done)).catch(undefinedIfGone);
    return found && { sizeBytes: found.size, stamp: String(found.mtime) };
  }

  async fetch(path: string, fromByte: number, sink: Writable): Promise<"fetched" | "gone"> {
    const handle = await this.#call<Buffer>((done) => this.#sftp.open(this.#at(path), "r", done)).catch(
      (error: unknown) => this.#refusedOrGone(error, path, "read"),
    );
    if (handle === undefined) return "gone";
    const read: ReadAt = (position, length) =>
      this.#call((done) =>
        this.#sftp.read(handle, Buffer.allocUnsafe(length), 0, length, position, (error, count, buffer) =>
          done(error, buffer?.subarray(0, count)),
        ),
      );
    for await (const chunk of readAhead(read, fromByte)) {
      if (!sink.write(chunk)) await drained(sink);
      if (sink.destroyed) throw new Error("nobody takes the bytes any more");
    }
    await this.#call<void>((done) => this.#sftp.close(handle, done));
    return "fetched";
  }

  async move(path: string, target: string): Promise<void> {
    const rename = () =>
      this.#call<void>((done) => this.#sftp.rename(this.#at(path), this.#at(target), (error) => done(error)));
    try {
      await rename().catch(async (error: unknown) => {
        if (codeOf(error) !== NO_SUCH_FILE) throw error;
        await this.#makeFolder(posix.dirname(target));
        await rename();
      });
    } catch (error) {
      this.#throwRefused(error, path, "moved");
    }
  }

  async remove(path: string): Promise<void> {
    await this.#call<void>((done) => this.#sftp.unlink(this.#at(path), (error) => done(error))).catch(
      (error: unknown) => this.#refusedOrGone(error, path, "deleted"),
    );
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #at(path: string): string {
    return path.startsWith("/") ? path : posix.join(this.#folder, path);
  }

  async #entries(folder: string): Promise<readonly FileEntryWithStats[]> {
    const path = this.#at(folder);
    try {
      return await this.#call<FileEntryWithStats[]>((done) => this.#sftp.readdir(path, done));
    } catch (error) {
      if (codeOf(error) === NO_SUCH_FILE && folder !== "") return []; // it has gone since its parent was listed
      if (codeOf(error) === undefined) throw error;
      throw pullFolderUnreadable({ server: this.name, folder: path, reason: faultText(error) });
    }
  }

  /** Folders that are there already refuse to be made; the rename that follows tells what matters. */
  async #makeFolder(folder: string): Promise<void> {
    const steps = folder.split("/");
    for (let depth = 1; depth <= steps.length; depth += 1) {
      const path = this.#at(steps.slice(0, depth).join("/") || "/");
      await this.#call<void>((done) => this.#sftp.mkdir(path, (error) => done(error))).catch(() => undefined);
    }
  }

  /** One request. The library answers none that is made when the connection has ended: those are failed here. */
  #call<T>(request: (done: (error: Error | null | undefined, value?: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(connectionClosed());
      this.#underWay.add(reject);
      request((error, value) => {
        this.#underWay.delete(reject);
        if (error) reject(error);
        else resolve(value as T);
      });
    });
  }

  #close(): void {
    this.#isClosed = true;
    for (const reject of this.#underWay) reject(connectionClosed());
    this.#underWay.clear();
  }

  #refusedOrGone(error: unknown, path: string, action: "read" | "deleted"): undefined {
    if (codeOf(error) === NO_SUCH_FILE) return undefined;
    this.#throwRefused(error, path, action);
  }

  /** A status that the server gave is its answer; anything else is the connection's end. */
  #throwRefused(error: unknown, path: string, action: "read" | "moved" | "deleted"): never {
    if (codeOf(error) === undefined) throw error;
    throw pulledFileRefused({ server: this.name, path, action, reason: faultText(error) });
  }
}

/** Until the sink takes more, or has been destroyed. */
const drained = (sink: Writable): Promise<void> =>
  new Promise((resolve) => {
    if (sink.destroyed) return resolve();
    const done = () => {
      sink.off("drain", done).off("close", done);
      resolve();
    };
    sink.on("drain", done).on("close", done);
  });

const connectionClosed = (): Error => new Error("the connection ended");

/** The status that the server answered, if it did. */
const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "number" ? error.code : undefined;

function undefinedIfGone(error: unknown): undefined {
  if (codeOf(error) !== NO_SUCH_FILE) throw error;
}

const faultText = (error: unknown): string => {
  const code = codeOf(error);
  if (code === NO_SUCH_FILE) return "there is no such file or folder";
  return code === PERMISSION_DENIED ? "permission denied" : error instanceof Error ? error.message : String(error);
};
