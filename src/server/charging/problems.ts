import { Problem } from "../../core/problem.ts";
import { isDatabaseAway } from "../db/database-failure.ts";

/** More requests wait than can be answered while their switches wait. */
export const chargingOverloaded = (): Problem =>
  new Problem("charging-overloaded", {
    what: "Too many charging requests wait for their decision.",
    fix: "Send this one again in a moment; add processes or a faster disk if it goes on.",
  });

/** The database has not decided a request within its time. */
export const decidedTooLate = (): Problem =>
  new Problem("charging-too-late", {
    what: "The database did not decide a charging request in the time that its switch waits.",
    fix: "See what keeps the database: its disk, its locks, or the way to it.",
  });

/** A request that cannot be decided now and cannot be kept until then either. */
export const chargingNotKept = (args: { readonly reason: string; readonly cause?: unknown }): Problem =>
  new Problem(
    "charging-not-kept",
    {
      what: `The database is away, and the charging journal could not take a request: ${args.reason}.`,
      fix: "Send it again later. Bring the database back, or give the data directory's disk, or the journal, more room.",
    },
    { cause: args.cause },
  );

/** Whether a request failed for what passes: too much is asked, or the database is away. It may be sent again. */
export const passes = (error: unknown): boolean =>
  isDatabaseAway(error) || (error instanceof Problem && error.code.startsWith("charging-"));
