import { counted } from "../core/counted.ts";
import { type EpochMs, toInstant } from "../core/time/epoch.ts";
import type { Database } from "../server/db/database.ts";
import type { PullFilter } from "../server/pulls/find-pulls.ts";
import { type PullStatus, pullStatus } from "../server/pulls/pull-status.ts";
import type { Outcome } from "./command.ts";
import { timeText } from "./time-text.ts";

/** How the pulls are doing; the exit status is 1 when one of them, or a file of one, fails. */
export async function pullStatusOutcome(db: Database, tenantId: string, filter: PullFilter): Promise<Outcome> {
  const statuses = await pullStatus(db, tenantId, filter);
  return {
    json: { pulls: statuses.map(shown) },
    human: [
      {
        columns: [
          ...["SOURCE", "PULL", "KIND", "STATE", "LAST DONE", "NEXT"].map((title) => ({ title })),
          ...["DONE", "WAITING", "FAILED", "REFUSED"].map((title) => ({ title, align: "right" as const })),
        ],
        rows: statuses.map(({ source, settings, stored, state, files, rows }) => [
          ...[source.name, settings.name, settings.kind, state],
          ...[stored?.succeededAt, stored?.nextAt].map((at) => (at ? timeText(at) : "never")),
          rows === null ? String(files.done) : counted(rows, "row"),
          ...[files.waiting + files.imported, files.failed, files.refused].map(String),
        ]),
      },
      ...statuses.flatMap(faultLines),
    ],
    faulty: statuses.some(({ state, files }) => state === "failed" || files.failed + files.refused > 0),
  };
}

function faultLines({ source, settings, stored, failedFiles }: PullStatus): string[] {
  const name = `${source.name}/${settings.name}`;
  const coded = (code: string | null, text: string) => `${text}${code === null ? "" : ` [${code}]`}`;
  const own = stored?.problem ? [`${name}: ${coded(stored.problem.code, stored.problem.text)}`] : [];
  return [...own, ...failedFiles.map(({ path, problem }) => `${name}: ${path}: ${coded(problem.code, problem.text)}`)];
}

const instant = (at: EpochMs | null | undefined): string | null => (at ? toInstant(at).toString() : null);

const shown = ({ source, settings, stored, state, files, rows, failedFiles }: PullStatus): object => ({
  ...{ source: source.name, pull: settings.name, kind: settings.kind, state },
  ...{ startedAt: instant(stored?.startedAt), succeededAt: instant(stored?.succeededAt) },
  ...{ nextAt: instant(stored?.nextAt), failures: stored?.failures ?? 0, problem: stored?.problem ?? null },
  ...{ holder: stored?.holder ?? null, pinned: stored?.pinned ?? null, files, rows, failedFiles },
});
