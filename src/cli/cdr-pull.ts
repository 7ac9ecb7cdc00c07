import { join } from "node:path";
import { counted } from "../core/counted.ts";
import { Problem } from "../core/problem.ts";
import { findPulls, type Pull } from "../server/pulls/find-pulls.ts";
import { previewPull } from "../server/pulls/preview-pull.ts";
import type { PullEvent } from "../server/pulls/puller.ts";
import { type PullRunEnd, runPull } from "../server/pulls/run-pull.ts";
import { runPulls } from "../server/pulls/run-pulls.ts";
import { type CommandContext, defineCommand, type Outcome } from "./command.ts";
import { commandLineInvalid } from "./failure.ts";
import { flag, option } from "./input.ts";
import { pullEndLine, pullLine } from "./pull-line.ts";
import { pullStatusOutcome } from "./pull-status-outcome.ts";

/** `tollwright cdr pull` */
export const cdrPullCommand = defineCommand({
  name: "pull",
  summary: "fetch call records from servers, databases and buckets, and import them",
  about:
    "Runs the pulls of sources' settings by their schedules until SIGTERM or SIGINT, as `start` does; what is under way " +
    "then goes on with the next run. With --once each of them runs now, whatever its schedule says, and the command ends.",
  endsBySignal: true,
  options: {
    source: option("--source NAME", "only pulls of this source"),
    pull: option("--pull NAME", "only the pull of this name"),
    once: flag("--once", "run each pull once and end"),
    dryRun: flag("--dry-run", "list what would be fetched, and change nothing"),
    status: flag("--status", "show how the pulls are doing, and fetch nothing"),
  },
  examples: [
    { command: "tollwright cdr pull --source sbc-2 --once", does: "Fetches what the switch has ready, now." },
    { command: "tollwright cdr pull --source sbc-2 --dry-run", does: "Lists its files and what would become of them." },
    { command: "tollwright cdr pull --status", does: "Shows when each pull last went well, and what is wrong." },
  ],
  async run(context, _args, { source, pull: name, once, dryRun, status }) {
    if ([once, dryRun, status].filter(Boolean).length > 1)
      throw commandLineInvalid({
        what: "Only one of --once, --dry-run and --status has a meaning.",
        command: "tollwright cdr pull",
      });
    const { id: tenantId } = await context.tenant();
    const db = await context.db();
    const filter = { source, name };
    if (status) return await pullStatusOutcome(db, tenantId, filter);
    const pulls = (await findPulls(db, tenantId, filter)).filter(
      ({ settings }) => settings.enabled || settings.name === name,
    );
    if (dryRun) return await previewed(context, pulls);
    const tally = new Tally(context);
    const spoolDir = join(context.config.dataDir, "spool");
    const { signal } = context;
    if (once)
      for (const pull of pulls)
        tally.ended(pull, await runPull(db, pull, { spoolDir, signal, report: (event) => tally.event(pull, event) }));
    else {
      const only = (pull: Pull) =>
        pull.source.tenantId === tenantId &&
        (source === undefined || pull.source.name === source) &&
        (name === undefined || pull.settings.name === name);
      await runPulls(db, tally, { spoolDir, signal, only });
    }
    return tally.outcome();
  },
});

/** Counts what pulls do, and tells of it as it happens. */
class Tally {
  readonly #context: CommandContext;
  readonly #counts = { imported: 0, known: 0, read: 0, failed: 0, quarantined: 0 };
  readonly #pulls: { source: string; pull: string; ended: PullRunEnd["kind"]; problem: string | null }[] = [];

  constructor(context: CommandContext) {
    this.#context = context;
  }

  event(pull: Pull, event: PullEvent): void {
    this.#counts[event.kind] += 1;
    if (event.kind === "imported") this.#counts.quarantined += event.file.counts.quarantined;
    if (event.kind === "read") this.#counts.quarantined += event.counts.quarantined;
    this.#context.note(pullLine(nameOf(pull), event));
  }

  ended(pull: Pull, end: PullRunEnd): void {
    const line = pullEndLine(nameOf(pull), end);
    if (line !== null) this.#context.note(line);
    const problem = end.kind === "failed" && end.error instanceof Problem ? end.error.code : null;
    this.#pulls.push({ source: pull.source.name, pull: pull.settings.name, ended: end.kind, problem });
  }

  failed(error: unknown): void {
    this.#context.note(`Pulls could not be looked up: ${String(error)}`);
  }

  outcome(): Outcome {
    const { imported, known, failed, quarantined } = this.#counts;
    const notDone = this.#pulls.filter(({ ended }) => ended === "failed").length;
    return {
      json: { ...this.#counts, pulls: this.#pulls },
      human: [
        `${counted(imported, "file")} imported, ${known} imported before, ${counted(failed, "failure")}; ` +
          `${counted(notDone, "pull")} failed.`,
      ],
      rejects: { total: quarantined + failed + notDone, listed: [] },
    };
  }
}

const nameOf = ({ source, settings }: Pull): string => `${source.name}/${settings.name}`;

async function previewed(context: CommandContext, pulls: readonly Pull[]): Promise<Outcome> {
  const db = await context.db();
  const options = { spoolDir: join(context.config.dataDir, "spool"), signal: context.signal };
  const rows = [];
  for (const pull of pulls)
    for (const file of await previewPull(db, pull, options))
      rows.push({ source: pull.source.name, pull: pull.settings.name, ...file });
  return {
    json: { files: rows },
    human: [
      {
        columns: [
          ...["SOURCE", "PULL", "FILE"].map((title) => ({ title })),
          { title: "BYTES", align: "right" },
          ...["WOULD", "WHY"].map((title) => ({ title })),
        ],
        rows: rows.map(({ source, pull, path, sizeBytes, fate, reason }) => [
          ...[source, pull, path, sizeBytes === null ? "" : String(sizeBytes), WOULD[fate], reason ?? ""],
        ]),
      },
    ],
  };
}

const WOULD = { fetch: "fetch", wait: "wait", done: "nothing: done", refused: "nothing: refused" } as const;
