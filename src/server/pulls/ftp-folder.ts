import { posix } from "node:path";
import type { Writable } from "node:stream";
import { type Client, FTPError } from "basic-ftp";
import { type FileServer, isUsableName, LISTED_MAX, type ListedFile } from "./file-server.ts";
import { pulledFileRefused, pullFolderTooLarge, pullFolderUnreadable } from "./problems.ts";

/** Replies of RFC 959 §4.2: it was not done, and 550 says that the file is the reason. */
const NO_FILE = 550;
const NOT_KNOWN: ReadonlySet<number> = new Set([500, 501, 502, 503, 504]);

/** A folder on an FTP server, over one control connection that stands in it. */
export class FtpFolder implements FileServer {
  readonly name: string;
  readonly #client: Client;
  readonly #folder: string;

  constructor(client: Client, { server, folder }: { readonly server: string; readonly folder: string }) {
    this.name = server;
    this.#client = client;
    this.#folder = folder;
  }

  async list(recursive: boolean): Promise<readonly ListedFile[]> {
    const files: ListedFile[] = [];
    const folders = [""];
    for (const folder of folders) {
      for (const entry of await this.#entries(folder)) {
        if (!isUsableName(entry.name)) continue;
        const path = posix.join(folder, entry.name);
        if (entry.isDirectory && recursive) folders.push(path);
        else if (entry.isFile) files.push({ path, sizeBytes: entry.size, stamp: stampOf(entry) });
      }
      if (files.length + folders.length > LISTED_MAX)
        throw pullFolderTooLarge({ server: this.name, folder: this.#folder, filesMax: LISTED_MAX });
    }
    return files;
  }

  /** By SIZE, which every server of today knows; a listing of its folder where one doesn't. */
  async look(path: string): Promise<{ readonly sizeBytes: number; readonly stamp: string | null } | undefined> {
    try {
      return { sizeBytes: await this.#client.size(path), stamp: null };
    } catch (error) {
      if (codeOf(error) === NO_FILE) return undefined;
      if (!NOT_KNOWN.has(codeOf(error) ?? 0)) throw error;
    }
    const entries = await this.#entries(posix.dirname(path).replace(/^\.$/, ""));
    const found = entries.find(({ name }) => name === posix.basename(path));
    return found && { sizeBytes: found.size, stamp: stampOf(found) };
  }

  async fetch(path: string, fromByte: number, sink: Writable): Promise<"fetched" | "gone" | "no-resume"> {
    try {
      await this.#client.downloadTo(sink, path, fromByte);
      return "fetched";
    } catch (error) {
      const code = codeOf(error);
      if (fromByte > 0 && NOT_KNOWN.has(code ?? 0)) return "no-resume";
      if (code !== NO_FILE) throw error;
      if ((await this.look(path)) === undefined) return "gone";
      throw this.#refused(error, path, "read");
    }
  }

  async move(path: string, target: string): Promise<void> {
    try {
      await this.#client.rename(path, target).catch(async (error: unknown) => {
        if (codeOf(error) === undefined) throw error;
        await this.#makeFolder(posix.dirname(target));
        await this.#client.rename(path, target);
      });
    } catch (error) {
      throw this.#refused(error, path, "moved");
    }
  }

  async remove(path: string): Promise<void> {
    try {
      await this.#client.remove(path);
    } catch (error) {
      if (codeOf(error) === NO_FILE && (await this.look(path)) === undefined) return;
      throw this.#refused(error, path, "deleted");
    }
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #entries(folder: string) {
    try {
      return await this.#client.list(folder);
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      if (code === NO_FILE && folder !== "") return []; // it has gone since its parent was listed
      throw pullFolderUnreadable({
        server: this.name,
        folder: posix.join(this.#folder, folder),
        reason: String(error),
      });
    }
  }

  /** Folders that are there already refuse to be made; the rename that follows tells what matters. */
  async #makeFolder(folder: string): Promise<void> {
    const steps = folder.split("/");
    for (let depth = 1; depth <= steps.length; depth += 1) {
      const path = steps.slice(0, depth).join("/");
      if (path !== "") await this.#client.sendIgnoringError(`MKD ${path}`);
    }
  }

  /** A reply that the server gave is its answer; anything else is the connection's end. */
  #refused(error: unknown, path: string, action: "read" | "moved" | "deleted"): unknown {
    if (!(error instanceof FTPError)) return error;
    return pulledFileRefused({ server: this.name, path, action, reason: error.message });
  }
}

/** Where the server lists no exact time, its text without a zone: it is only compared. */
const stampOf = (entry: { readonly modifiedAt?: Date; readonly rawModifiedAt: string }): string =>
  entry.modifiedAt?.toISOString() ?? entry.rawModifiedAt;

const codeOf = (error: unknown): number | undefined => (error instanceof FTPError ? error.code : undefined);
