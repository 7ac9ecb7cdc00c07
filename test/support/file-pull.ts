import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "../../src/core/problem.ts";
import type { Database } from "../../src/server/db/database.ts";
import { findPulls, type Pull } from "../../src/server/pulls/find-pulls.ts";
import type { PullEvent } from "../../src/server/pulls/puller.ts";
import { type PullRunEnd, runPull } from "../../src/server/pulls/run-pull.ts";
import { Operator } from "./operator.ts";
import { SHORT_MAPPING, shortRow } from "./switch-files.ts";

/** Rows of `count` calls, told apart by their keys. */
export const rowsFrom = (first: number, count: number): string =>
  Array.from({ length: count }, (_, index) => shortRow(`k${first + index}`)).join("");

/** Paths of the files below a folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.map((path) => path.slice(folder.length + 1)).toSorted();
}

/** An operator whose switch's files are pulled. */
export class FilePull {
  readonly operator: Operator;
  readonly spoolDir: string;
  readonly #settings: object;

  private constructor(operator: Operator, spoolDir: string, settings: object) {
    this.operator = operator;
    this.spoolDir = spoolDir;
    this.#settings = settings;
  }

  /** `settings` are what every pull of the test has; each test adds its own. */
  static async create(db: Database, settings: object): Promise<FilePull> {
    const operator = await Operator.create(db);
    await operator.flatRate(await operator.source("fs-1", "freeswitch-csv", { mapping: SHORT_MAPPING }), "0.06");
    return new FilePull(operator, await mkdtemp(join(tmpdir(), "tollwright-spool-")), {
      name: "cdr",
      settleS: 0,
      ...settings,
    });
  }

  remove(): Promise<void> {
    return rm(this.spoolDir, { recursive: true, force: true });
  }

  /** The pull with settings of this test's own. */
  async pull(settings: object = {}): Promise<Pull> {
    const pulls = [{ ...this.#settings, ...settings }];
    await this.operator.source("fs-1", "freeswitch-csv", { mapping: SHORT_MAPPING, pulls });
    const [pull] = await findPulls(this.operator.db, this.operator.tenantId);
    if (pull === undefined) throw new Error("a pull was configured");
    return pull;
  }

  /** Runs it once; answers what happened to which file, in the order of their names, and how it ended. */
  async run(
    settings: object = {},
    { signal = new AbortController().signal, spoolDir = this.spoolDir } = {},
  ): Promise<{ readonly events: readonly string[]; readonly end: PullRunEnd }> {
    const events: string[] = [];
    const report = (event: PullEvent) => void events.push(shown(event));
    const end = await runPull(this.operator.db, await this.pull(settings), { spoolDir, signal, report });
    return { events: events.toSorted(), end };
  }

  /** What it stored: calls, and files that were imported. */
  stored(): Promise<{ readonly calls: number; readonly files: number }> {
    return this.operator.figures(`select (select count(*)::int from usage_events) as calls,
      (select count(*)::int from source_files where state = 'imported') as files`);
  }

  /** Files that are left in the spool. */
  async spooled(): Promise<string[]> {
    return await filesBelow(this.spoolDir);
  }

  /** Lets files that failed be tried again at once. */
  async retryNow(): Promise<void> {
    const { db, tenantId } = this.operator;
    await db.transaction("app", { tenantId }, (tx) => tx.query("update pulled_files set not_before = null"));
  }
}

/** "imported a.csv", "failed b.csv file-not-text". */
function shown(event: PullEvent): string {
  const error = event.kind === "failed" ? event.error : undefined;
  if (error !== undefined && !(error instanceof Problem)) throw error;
  return `${event.kind} ${event.path}${error ? ` ${error.code}` : ""}`;
}

/** How a run failed: the problem's code. Anything but a Problem is a bug, and thrown. */
export function failure(end: PullRunEnd): string {
  if (end.kind !== "failed") return end.kind;
  if (end.error instanceof Problem) return end.error.code;
  throw end.error;
}
