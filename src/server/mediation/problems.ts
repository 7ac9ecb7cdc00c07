import { Problem } from "../../core/problem.ts";

export const sourceSettingsInvalid = (args: { readonly source: string; readonly faults: readonly string[] }) =>
  new Problem("source-settings-invalid", {
    what: `The settings of source "${args.source}" are not valid: ${args.faults.join("; ")}.`,
    fix: "Correct these fields; docs/reference/sources.md describes each.",
  });

/** Nobody said which switch a file is from; `formats` are what it looks like, `sources` those that can read it. */
export const sourceNotNamed = (args: {
  readonly name: string;
  readonly formats: readonly string[];
  readonly sources: readonly string[];
}) => {
  const form = args.formats.length > 0 ? `looks like ${args.formats.join(" or ")}` : "is in none of the known formats";
  return new Problem("source-not-named", {
    what: `${args.name} ${form}, and its source is not named.`,
    fix:
      args.sources.length > 0
        ? `Say which switch wrote it: ${args.sources.map((source) => `--source ${source}`).join(" or ")}.`
        : `No source reads it. Describe one in a setup file, with the format ${args.formats[0] ?? "mapped (docs/reference/cdr-mapping.md)"}, and \`tollwright apply\` it.`,
  });
};

export const sourceUnknown = (args: { readonly name: string }) =>
  new Problem("source-unknown", {
    what: `There is no source "${args.name}".`,
    fix: "Check the name with `tollwright source list`, or describe the source in a setup file and run `tollwright apply`.",
  });

export const fileUnreadable = (args: { readonly path: string; readonly reason: string; readonly cause: unknown }) =>
  new Problem(
    "file-unreadable",
    {
      what: `The file ${args.path} cannot be read: ${args.reason}.`,
      fix: "Check the path and the permissions of the user that runs Tollwright.",
    },
    { cause: args.cause },
  );

export const packedFileTooLarge = (args: {
  readonly path: string;
  readonly storedBytes: number;
  readonly mostBytes: number;
}) =>
  new Problem("packed-file-too-large", {
    what: `The file ${args.path} has ${args.storedBytes} bytes and unpacks to more than ${args.mostBytes}.`,
    fix: "Records never pack that well: look at what it holds. If it is right, unpack it and import that.",
  });

/** The whole file was looked at: nothing in it is a record of the source's format. */
export const fileOtherFormat = (args: {
  readonly path: string;
  readonly formats: readonly string[];
  readonly source: string;
  readonly format: string;
  readonly line: number;
  readonly reason: string;
}) =>
  new Problem("file-other-format", {
    what:
      `The file ${args.path} looks like ${args.formats.join(" or ")}; source "${args.source}" reads ${args.format} and ` +
      `can use none of its rows. Of the first, at line ${args.line}: ${args.reason}`,
    fix:
      "Nothing was stored. Import it without --source to be told which sources read it, or correct this source's " +
      "format or mapping in its setup file.",
  });

export const fileEmpty = (args: { readonly path: string }) =>
  new Problem("file-empty", {
    what: `The file ${args.path} is empty, or nothing but blank lines.`,
    fix: "Fetch it again; an interrupted transfer often leaves an empty file.",
  });

/** A database client made it for people or for itself. */
export const fileNotExport = (args: { readonly path: string; readonly kind: string }) =>
  new Problem("file-not-export", {
    what: `The file ${args.path} is ${args.kind}, and no export of records.`,
    fix: "Export the table as CSV with a header row, as docs/guides/asterisk.md shows for each database, and import that.",
  });

export const folderEmpty = (args: { readonly path: string }) =>
  new Problem("folder-empty", {
    what: `The folder ${args.path} holds no files of call records.`,
    fix: "Name another folder or the files themselves; names that begin with a dot or end in .part or .tmp are left out.",
  });

export const fileNotMoved = (args: {
  readonly path: string;
  readonly folder: string;
  readonly reason: string;
  readonly cause: unknown;
}) =>
  new Problem(
    "file-not-moved",
    {
      what: `The file ${args.path} can't be moved to ${args.folder}: ${args.reason}.`,
      fix: "Check the folder's permissions and its free space. The file's records are safe: it is only moved later.",
    },
    { cause: args.cause },
  );

export const fileChanged = (args: { readonly name: string }) =>
  new Problem("file-changed", {
    what: `The file ${args.name} changed while it was being imported.`,
    fix: "Import it again once the switch has finished writing it; rows that are stored already count as duplicates.",
  });

export const importBusy = (args: { readonly source: string }) =>
  new Problem("import-busy", {
    what: `Another import for source "${args.source}" is running.`,
    fix: "Wait until it ends and import again; nothing was changed.",
  });

export const formatUnknown = (args: { readonly source: string; readonly format: string }) =>
  new Problem("format-unknown", {
    what: `Source "${args.source}" has the format "${args.format}", which Tollwright does not know.`,
    fix: "Use one that `tollwright cdr formats` lists, or describe the records with the format `mapped`.",
  });

export const quarantinedUnknown = (args: { readonly id: string }) =>
  new Problem("quarantined-unknown", {
    what: `No row with the id ${args.id} is waiting in quarantine.`,
    fix: "List the waiting rows with `tollwright cdr quarantine list`; it may have been released or dismissed meanwhile.",
  });

/** Source, token and their bond are not told apart: a stranger learns no names. */
export const pushUnauthorised = () =>
  new Problem("push-unauthorised", {
    what: "The credentials are not valid for this source.",
    fix: "Send a token of `tollwright source token` as a bearer token, or as the password of basic authentication.",
  });

export const pushEmpty = () =>
  new Problem("push-empty", {
    what: "The request has no body.",
    fix: "Post the call record itself, in the form that the source's format describes.",
  });

export const pushNotKept = (args: { readonly line: number; readonly reason: string }) =>
  new Problem("push-not-kept", {
    what: `The record at line ${args.line} is too long to be kept for correction, and can't be stored: ${args.reason}`,
    fix: "Nothing of this request was stored: keep the record at the sender, mend it and send it again.",
  });

export const pushNotText = (args: { readonly kind: string; readonly formats: readonly string[] }) =>
  new Problem("push-not-text", {
    what:
      `The body is ${args.kind}, not a text of call records.` +
      `${args.formats.length === 0 ? "" : ` It looks like ${args.formats.join(" or ")}, and the source reads another format.`}`,
    fix: "Send text, or name the encoding in Content-Encoding (gzip, deflate, br). Nothing of this request was stored.",
  });

export const pushOverloaded = () =>
  new Problem("push-overloaded", {
    what: "More records of this source are waiting than are taken at a time.",
    fix: "Send this one again later; nothing of it was stored.",
  });
