import type { Actor } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import { withArchiveLock } from "./archive-lock.ts";
import { archiveMonth, type WrittenPart } from "./archive-month.ts";
import { clearLeftovers } from "./clear-leftovers.ts";
import { giveBackSpace } from "./empty-partitions.ts";
import { type Month, monthAt, monthsBefore, readMonth } from "./month.ts";
import type { Refusal } from "./refusal.ts";
import { loadRefusals } from "./refusal-store.ts";
import { loadMonths, type MonthOfTenant } from "./rows-store.ts";

/** Which months are to go. */
export interface ArchiveRun {
  readonly tenant: { readonly id: string; readonly timeZone: string };
  readonly archiveDir: string;
  /** Months before this one. */
  readonly before: Month;
  readonly actor: Actor;
  readonly now: Temporal.Instant;
  /** Rows of the month that wait in quarantine do not hold it back. */
  readonly leaveQuarantine: boolean;
  /** Says what would be done, and does nothing. */
  readonly dryRun: boolean;
  readonly onMonth?: (month: string) => void;
}

/** What became of one month. `due`: it would be archived. */
export type MonthOutcome = { readonly month: string } & (
  | WrittenPart
  | { readonly kind: "due" }
  | { readonly kind: "refused"; readonly refusals: readonly Refusal[] }
);

/** How many whole months stay in the database when nothing else is said. */
export const ONLINE_MONTHS = 3;

/** The first month that stays when so many whole months are to stay besides the present one. */
export const firstToStay = (now: Temporal.Instant, onlineMonths: number): Month =>
  monthsBefore(monthAt(now), onlineMonths);

/**
 * Moves every month of a tenant that lies before a month to the archive, the oldest first. A month that must stay says
 * why, and the others go on. Run again, it goes on where it was broken off.
 *
 * @throws Problem `archive-busy`, `archive-unavailable`, `archive-not-written`.
 */
export async function runArchive(db: Database, run: ArchiveRun): Promise<readonly MonthOutcome[]> {
  const { tenant, archiveDir, before, actor } = run;
  return await withArchiveLock(db, async () => {
    if (!run.dryRun) await clearLeftovers(db, { tenantId: tenant.id, archiveDir });
    const days = await db.transaction("owner", {}, (tx) => loadMonths(tx, { tenantId: tenant.id, month: before }));
    const outcomes: MonthOutcome[] = [];
    for (const day of days) {
      const scope: MonthOfTenant = { tenantId: tenant.id, month: readMonth(day.slice(0, 7)) };
      run.onMonth?.(scope.month.text);
      const refusals = await refusalsOf(db, run, scope);
      const done = (): Promise<WrittenPart> => archiveMonth(db, { ...scope, archiveDir, actor });
      const outcome =
        refusals.length > 0
          ? ({ kind: "refused", refusals } as const)
          : run.dryRun
            ? ({ kind: "due" } as const)
            : await done();
      outcomes.push({ month: scope.month.text, ...outcome });
    }
    if (!run.dryRun) await giveBackSpace(db);
    return outcomes;
  });
}

/** Why a month has to stay. */
async function refusalsOf(
  db: Database,
  { tenant, now, leaveQuarantine }: ArchiveRun,
  scope: MonthOfTenant,
): Promise<readonly Refusal[]> {
  const endsLocally = Temporal.Instant.fromEpochMilliseconds(scope.month.endAt)
    .toZonedDateTimeISO("UTC")
    .toPlainDate()
    .toZonedDateTime(tenant.timeZone);
  if (now.epochMilliseconds < Math.max(scope.month.endAt, endsLocally.epochMilliseconds))
    return [{ code: "not-over", count: 1 }];
  const refusals = await db.bulk("owner", {}, (tx) => loadRefusals(tx, scope));
  return refusals.filter(({ code }) => !(leaveQuarantine && code === "waiting-rows"));
}
