import { Problem } from "../../core/problem.ts";

export const exportNotWritten = (args: { readonly path: string; readonly reason: string; readonly cause: unknown }) =>
  new Problem(
    "export-not-written",
    {
      what: `${args.path} could not be written: ${args.reason}.`,
      fix: "Check that the folder exists, may be written to and has room, then export again: nothing half-done stays.",
    },
    { cause: args.cause },
  );

/** `variable` is TOLLWRIGHT_<PROTOCOL>_TLS_<FILE>; `reason` ends the sentence: "it is not set". */
export const tlsFileUnreadable = (args: { readonly variable: string; readonly reason: string }) =>
  new Problem("tls-file-unreadable", {
    what: `${args.variable.replace(/_[A-Z]+$/, "_PORT")} is set, and ${args.variable} can't be used: ${args.reason}.`,
    fix: "Name PEM files that the user who runs Tollwright may read; docs/reference/config.md says what is in each.",
  });
