import { now } from "../../clock.ts";
import { Problem, type ProblemCode } from "../../core/problem.ts";
import { type EpochMs, fromInstant } from "../../core/time/epoch.ts";
import type { ImportedFile } from "../mediation/import-file.ts";
import { importNewFile } from "../mediation/import-new-file.ts";
import { cutAppended } from "./cut-appended.ts";
import { type Fetched, type FetchOptions, fetchFile, resumeAt } from "./fetch-file.ts";
import type { FilePullSettings } from "./file-pull-settings.ts";
import { disposeOf, finishFile } from "./finish-file.ts";
import { pulledFileTooLarge } from "./problems.ts";
import { type StoredProblem, storedProblem } from "./pull-store.ts";
import type { PullRun } from "./puller.ts";
import { type SeenFile, saveSeenFiles } from "./seen-file-store.ts";
import type { ServerConnection } from "./server-connection.ts";
import { unpackFile } from "./unpack-file.ts";

const MS_PER_S = 1_000;
const RETRY_S = 5;
const RETRY_S_MAX = 1_800;

/** What no further try can mend: it is the file. */
const FILES_FAULTS: ReadonlySet<ProblemCode> = new Set([
  ...(["file-not-text", "file-not-export", "file-other-format", "file-empty"] as const),
  ...(["pulled-file-too-large", "packed-file-too-large"] as const),
]);
/** What every other file would meet, too. */
const EVERY_FILES: ReadonlySet<ProblemCode> = new Set([
  ...(["server-unreachable", "server-not-trusted", "server-certificate-refused", "server-login-refused"] as const),
  ...(["pull-secret-missing", "spool-not-written", "source-unknown", "database-unreachable"] as const),
]);

/** Takes one file after another from its server into the books. */
export class FileTaker {
  readonly #run: PullRun<FilePullSettings & { readonly timeoutS: number }>;
  readonly #retriesMs: number[] = [];
  /** Imports wait for one another: they would wait for each other's locks anyway, and hold memory meanwhile. */
  #imports: Promise<unknown> = Promise.resolve();

  constructor(run: PullRun<FilePullSettings & { readonly timeoutS: number }>) {
    this.#run = run;
  }

  /** Milliseconds after which files that failed, or changed under way, are to be looked at again. */
  get retriesMs(): readonly number[] {
    return this.#retriesMs;
  }

  /**
   * Fetches, imports and finishes a file, from wherever it stands. What is wrong with it is reported and remembered.
   * Errors: what concerns every file: the server, its trust, the disk, the database.
   */
  async take(file: SeenFile, connection: ServerConnection): Promise<void> {
    let at = file;
    try {
      if (at.state === "waiting") at = await this.#takeIn(file, connection);
      if (at.state !== "imported") return;
      await connection.use((server) => finishFile(server, at, this.#run.settings));
      await this.#save({ ...at, state: "done", failures: 0, notBefore: null });
    } catch (error) {
      if (this.#run.signal.aborted) return; // it goes on with the next run
      if (error instanceof Problem && EVERY_FILES.has(error.code)) throw error;
      await this.#failed(at, error);
    }
  }

  /** Answers the file as it is afterwards: waiting, imported or done. */
  async #takeIn(file: SeenFile, connection: ServerConnection): Promise<SeenFile> {
    const { settings } = this.#run;
    if (file.sizeBytes > settings.sizeBytesMax) throw pulledFileTooLarge({ ...file, ...settings });
    if (settings.appends) return await this.#takeAppended(file, connection);
    const fetched = await this.#fetch(file, connection, {});
    return "path" in fetched ? await this.#import(file, fetched) : fetched.file;
  }

  /** Takes the lines that a log has got since; all of it where it is another log by now. */
  async #takeAppended(file: SeenFile, connection: ServerConnection): Promise<SeenFile> {
    const fromByte = resumeAt(file);
    const fetched = await this.#fetch(file, connection, { fromByte, mayGrow: true });
    if (!("path" in fetched)) return fetched.file;
    const overlapBytes = file.sizeBytes < file.bytesDone ? 0 : file.bytesDone - fromByte;
    const cut = await cutAppended(fetched.path, { overlapBytes, overlapSha256: file.endSha256 });
    if (cut.kind === "rotated") {
      await disposeOf(fetched.path, null);
      return await this.#takeAppended({ ...file, bytesDone: 0, endSha256: null }, connection);
    }
    const taken = { ...file, bytesDone: fromByte + cut.endBytes, endSha256: cut.endSha256 };
    if (cut.isNew) return await this.#import(taken, fetched);
    await disposeOf(fetched.path, null);
    return await this.#save({ ...taken, state: "done", failures: 0, notBefore: null });
  }

  /** A fetched file, or what became of one that could not be fetched as it was listed. */
  async #fetch(
    file: SeenFile,
    connection: ServerConnection,
    part: Pick<FetchOptions, "fromByte" | "mayGrow">,
  ): Promise<Extract<Fetched, { kind: "whole" }> | { readonly file: SeenFile }> {
    const { settings, spoolDir } = this.#run;
    const options = { spoolDir, timeoutS: settings.timeoutS, ...part };
    const fetched = await connection.use((server) => fetchFile(server, file, options));
    if (fetched.kind === "whole") return fetched;
    if (fetched.kind === "gone") return { file: await this.#save({ ...file, goneAt: this.#now() }) };
    this.#retriesMs.push(settings.settleS * MS_PER_S);
    return { file };
  }

  async #import(file: SeenFile, { path, sha256 }: Extract<Fetched, { kind: "whole" }>): Promise<SeenFile> {
    const { db, source, settings, rating } = this.#run;
    const { tenantId, name } = source;
    const unpacked = await unpackFile(path, settings);
    const importing = this.#imports.then(() => importNewFile(db, { tenantId, source: name, path: unpacked, rating }));
    this.#imports = importing.catch(() => undefined);
    const imported = await importing;
    this.#tell(file.path, imported);
    const state = settings.after === "leave" ? "done" : "imported";
    const taken = await this.#save({ ...file, state, sha256, failures: 0, notBefore: null });
    await disposeOf(path, settings.doneDir);
    return taken;
  }

  #tell(path: string, file: ImportedFile | "known"): void {
    this.#run.report(file === "known" ? { kind: "known", path } : { kind: "imported", path, file });
  }

  async #failed(file: SeenFile, error: unknown): Promise<void> {
    const isFinal = error instanceof Problem && FILES_FAULTS.has(error.code);
    const failures = file.failures + 1;
    const retryS = Math.min(RETRY_S * 2 ** file.failures, RETRY_S_MAX);
    const retry = { failures, notBefore: (this.#now() + retryS * MS_PER_S) as EpochMs };
    await this.#save({ ...file, ...(isFinal ? { state: "refused", failures } : retry) }, storedProblem(error));
    if (!isFinal) this.#retriesMs.push(retryS * MS_PER_S);
    this.#run.report({ kind: "failed", path: file.path, error, retryS: isFinal ? null : retryS });
  }

  async #save(file: SeenFile, problem: StoredProblem | null = null): Promise<SeenFile> {
    const { db, pull } = this.#run;
    const { tenantId, id: pullId } = pull;
    await db.transaction("app", { tenantId }, (tx) => saveSeenFiles(tx, { tenantId, pullId }, [file], problem));
    return file;
  }

  #now(): EpochMs {
    return fromInstant(now());
  }
}
