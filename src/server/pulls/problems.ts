import { Problem } from "../../core/problem.ts";

export const pullUnknown = (args: { readonly source: string | null; readonly name: string | null }) => {
  const which = args.name === null ? "no pulls" : `no pull "${args.name}"`;
  return new Problem("pull-unknown", {
    what: args.source === null ? `Sources have ${which}.` : `Source "${args.source}" has ${which}.`,
    fix: "Describe it under `pulls` in the source's settings and run `tollwright apply`; docs/guides/pull-files.md shows how.",
  });
};

export const pullSecretMissing = (args: { readonly what: string; readonly from: string; readonly reason: string }) =>
  new Problem("pull-secret-missing", {
    what: `The ${args.what} can't be read from ${args.from}: ${args.reason}.`,
    fix: "Set it for the user that runs Tollwright; docs/guides/pull-files.md shows where secrets may stand.",
  });

/** `reason` ends the sentence: "connection refused". */
export const serverUnreachable = (args: {
  readonly server: string;
  readonly reason: string;
  readonly cause: unknown;
}) =>
  new Problem(
    "server-unreachable",
    {
      what: `${args.server} can't be reached: ${args.reason}.`,
      fix: "Check host and port, the server, and the firewalls between. It is tried again by itself.",
    },
    { cause: args.cause },
  );

/** The server is not the one that was pinned, or none was. `field` is where its key may be written down. */
export const serverNotTrusted = (args: {
  readonly server: string;
  readonly offered: string;
  readonly expected: readonly string[];
  readonly field: string;
}) =>
  new Problem("server-not-trusted", {
    what:
      args.expected.length === 0
        ? `${args.server} shows ${args.offered}, and nothing says that this is right.`
        : `${args.server} shows ${args.offered}, and not ${args.expected.join(" or ")}: it has another key, or somebody stands between.`,
    fix: `Ask the server's operator for its fingerprint. If it is this one, write it under ${args.field} of the pull and apply the setup.`,
  });

/** TLS refuses the certificate: expired, of an unknown authority, for another name. */
export const serverCertificateRefused = (args: {
  readonly server: string;
  readonly reason: string;
  readonly offered: string | null;
  readonly cause: unknown;
}) =>
  new Problem(
    "server-certificate-refused",
    {
      what: `The certificate of ${args.server} is not accepted: ${args.reason}.${args.offered === null ? "" : ` Its fingerprint is ${args.offered}.`}`,
      fix: "Name its authority in caFile, or pin the fingerprint under certificates once the server's operator has confirmed it.",
    },
    { cause: args.cause },
  );

export const serverLoginRefused = (args: { readonly server: string; readonly user: string; readonly reason: string }) =>
  new Problem("server-login-refused", {
    what: `${args.server} refuses the login of "${args.user}": ${args.reason}.`,
    fix: "Check user, password or key, and whether the account is locked or may log in from here.",
  });

export const pullFolderUnreadable = (args: {
  readonly server: string;
  readonly folder: string;
  readonly reason: string;
}) =>
  new Problem("pull-folder-unreadable", {
    what: `The folder ${args.folder} of ${args.server} can't be listed: ${args.reason}.`,
    fix: "Check the folder's name, which is relative to where the login begins unless it starts with a slash, and its permissions.",
  });

export const pullFolderTooLarge = (args: {
  readonly server: string;
  readonly folder: string;
  readonly filesMax: number;
}) =>
  new Problem("pull-folder-too-large", {
    what: `The folder ${args.folder} of ${args.server} holds more than ${args.filesMax} files.`,
    fix: "Have files moved away once they are fetched (after: move or delete), or name a folder with fewer.",
  });

/** The connection ended, or fell silent, before the file was whole. What came is kept, and the rest fetched later. */
export const transferCut = (args: {
  readonly server: string;
  readonly path: string;
  readonly doneBytes: number;
  readonly sizeBytes: number;
  readonly reason: string;
  readonly cause: unknown;
}) =>
  new Problem(
    "transfer-cut",
    {
      what: `The transfer of ${args.path} from ${args.server} was cut off after ${args.doneBytes} of ${args.sizeBytes} bytes: ${args.reason}.`,
      fix: "Nothing of it was imported. It is fetched again by itself, from where it was cut if the server can do that.",
    },
    { cause: args.cause },
  );

export const pulledFileTooLarge = (args: {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sizeBytesMax: number;
}) =>
  new Problem("pulled-file-too-large", {
    what: `The file ${args.path} has ${args.sizeBytes} bytes, more than the ${args.sizeBytesMax} that are fetched.`,
    fix: "Raise sizeBytesMax of the pull, if it holds records.",
  });

/** The server does not let the login do something with a file. */
export const pulledFileRefused = (args: {
  readonly server: string;
  readonly path: string;
  readonly action: "read" | "moved" | "deleted";
  readonly reason: string;
}) =>
  new Problem("pulled-file-refused", {
    what: `The file ${args.path} on ${args.server} can't be ${args.action}: ${args.reason}.`,
    fix:
      args.action === "read"
        ? "Give the login the right to read it."
        : "Give the login the right to do so, or leave files where they are (after: leave). Its records are safe.",
  });

export const spoolNotWritten = (args: { readonly path: string; readonly reason: string; readonly cause: unknown }) =>
  new Problem(
    "spool-not-written",
    {
      what: `A fetched file can't be written to ${args.path}: ${args.reason}.`,
      fix: "Make room on the disk of the data folder, and check its permissions. The file is fetched again by itself.",
    },
    { cause: args.cause },
  );

/** `aheadS`: how far this machine's clock is ahead; null where the server does not tell. */
export const serverClockDiffers = (args: { readonly server: string; readonly aheadS: number | null }) =>
  new Problem("server-clock-differs", {
    what: `${args.server} refuses requests because its clock and this machine's differ${args.aheadS === null ? "" : `: this one is ${Math.abs(args.aheadS)} s ${args.aheadS > 0 ? "ahead" : "behind"}`}.`,
    fix: "Set both clocks by NTP. Signed requests hold for a quarter of an hour around the time in them.",
  });
