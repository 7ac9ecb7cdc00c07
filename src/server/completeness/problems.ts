import { Problem } from "../../core/problem.ts";

export const alarmUnknown = (args: { readonly id: string }) =>
  new Problem("alarm-unknown", {
    what: `There is no alarm with the id ${args.id}.`,
    fix: "List them with `tollwright alarm list --all`; an id is given in full.",
  });

export const totalsInvalid = (args: { readonly at: string; readonly what: string }) =>
  new Problem("totals-invalid", {
    what: `The totals cannot be read: ${args.at}: ${args.what}`,
    fix: "Write the columns that docs/guides/completeness.md shows: from, until or period, and calls, answered or talkedS. Nothing was stored.",
  });

export const fileNameUnknown = (args: { readonly name: string; readonly found: readonly string[] }) =>
  new Problem("file-name-unknown", {
    what:
      args.found.length === 0
        ? `No file "${args.name}" has been imported.`
        : `The name "${args.name}" is that of several files: ${args.found.join(", ")}.`,
    fix: "List files with `tollwright cdr files`; name the source with --source, or give the file's id.",
  });

export const fileNotThatOne = (args: { readonly path: string; readonly name: string }) =>
  new Problem("file-not-that-one", {
    what: `The file ${args.path} is not the one that was imported as ${args.name}: its content differs.`,
    fix: "Name the file as it came, or leave out --read to list the lines that are kept.",
  });
