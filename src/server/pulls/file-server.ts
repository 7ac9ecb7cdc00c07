import type { Writable } from "node:stream";
import type { PullRun } from "./puller.ts";

/** A file as a server lists it. */
export interface ListedFile {
  /** Below the pull's folder, with slashes: "2026/cdr-1.csv". */
  readonly path: string;
  readonly sizeBytes: number;
  /** Its time or tag, as the server tells it: compared, never understood. */
  readonly stamp: string;
}

/** One connection to a server of files. Paths are below the pull's folder. */
export interface FileServer {
  /** For messages, without secrets: "sftp://tollwright@10.0.0.5:22". */
  readonly name: string;

  /** The files there are, links excepted. Errors: Problems `pull-folder-unreadable`, `pull-folder-too-large`. */
  list(recursive: boolean): Promise<readonly ListedFile[]>;

  /** A file as it is now; undefined when it has gone. A `stamp` of null: this server does not tell of a single file. */
  look(path: string): Promise<{ readonly sizeBytes: number; readonly stamp: string | null } | undefined>;

  /**
   * Writes the file's bytes from `fromByte` on to `sink`, which the caller ends. `no-resume`: this server can only
   * start at 0. Errors: Problem `pulled-file-refused`; any other error is a cut, and the connection is of no more
   * use.
   */
  fetch(path: string, fromByte: number, sink: Writable): Promise<"fetched" | "gone" | "no-resume">;

  /** Renames a file, and makes the target's folder if need be. Errors: Problem `pulled-file-refused`. */
  move(path: string, target: string): Promise<void>;

  /** Errors: Problem `pulled-file-refused`. One that has gone is no error. */
  remove(path: string): Promise<void>;

  close(): Promise<void>;
}

/** Connects. Errors: Problems of secrets, of trust, of the login, and `server-unreachable`. */
export type OpenFileServer<Settings> = (run: PullRun<Settings>) => Promise<FileServer>;

/** More entries than this are no folder to fetch from, but an archive. */
export const LISTED_MAX = 200_000;

/** Names that no file of ours can have, or that would be commands or other folders to a server. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it looks for
export const isUsableName = (name: string): boolean => !/^\.{0,2}$|[/\\\u0000-\u001f\u007f]/.test(name);
