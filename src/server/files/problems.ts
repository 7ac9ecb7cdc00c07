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
