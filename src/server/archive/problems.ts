import { Problem } from "../../core/problem.ts";

export const monthInvalid = (args: { readonly text: string }) =>
  new Problem("month-invalid", {
    what: `"${args.text}" is no month.`,
    fix: 'Give a year and a month, such as "2026-03".',
  });

export const archiveUnavailable = (args: { readonly reason: string; readonly cause: unknown }) =>
  new Problem(
    "archive-unavailable",
    {
      what: `The program that reads and writes archived months, DuckDB, can't be loaded: ${args.reason}.`,
      fix:
        "Run `npm ci` without --omit=optional on a platform that the package @duckdb/node-api supports (Linux, macOS or " +
        "Windows on x64 or arm64). Everything else works without it; `--without-archive` leaves archived months out.",
    },
    { cause: args.cause },
  );

export const archiveBusy = () =>
  new Problem("archive-busy", {
    what: "Another process is at work on the archive.",
    fix: "Wait until it is done and run the command again.",
  });

export const archiveUnknown = (args: { readonly month: string }) =>
  new Problem("archive-unknown", {
    what: `The month ${args.month} is not in the archive.`,
    fix: "Check the months with `tollwright archive list`.",
  });

export const archiveDamaged = (args: { readonly file: string; readonly reason: string; readonly cause?: unknown }) =>
  new Problem(
    "archive-damaged",
    {
      what: `The archive file ${args.file} is not what was written: ${args.reason}.`,
      fix: "Put the file back from a copy of the archive folder, then check it with `tollwright archive verify`.",
    },
    { cause: args.cause },
  );

export const archiveNotWritten = (args: { readonly path: string; readonly reason: string; readonly cause: unknown }) =>
  new Problem(
    "archive-not-written",
    {
      what: `The archive can't be written below ${args.path}: ${args.reason}.`,
      fix: "Free space or mend the folder (TOLLWRIGHT_ARCHIVE_DIR), then run the command again. No row was taken away.",
    },
    { cause: args.cause },
  );

export const retentionUnset = () =>
  new Problem("retention-unset", {
    what: "The tenant has no retention policy.",
    fix: "Give `retention` in the setup file and apply it, or name the months with --before.",
  });

export const callsDeleted = (args: { readonly number: string; readonly months: readonly string[] }) =>
  new Problem("calls-deleted", {
    what: `Calls behind ${args.number} are no longer kept: those of ${args.months.join(", ")} were deleted by the retention policy.`,
    fix: "The invoice and its lines are still there. `tollwright archive list --all` says who deleted the calls, and when.",
  });
