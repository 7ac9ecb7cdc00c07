import { type Static, Type } from "typebox";

const text = Type.String({ minLength: 1, maxLength: 500, pattern: "^[^\\r\\n\\0]*$" });
const GIB = 1_073_741_824;

/** What every pull that fetches files has, whatever it talks to. */
export const filePullFields = {
  /** The folder on the server; relative to where the login begins. */
  folder: { ...text, default: "." },
  /** Patterns of names; one with a slash is compared with the path below `folder`. */
  names: Type.Array(text, { minItems: 1, maxItems: 100, default: ["*"] }),
  /** Patterns of names that a switch gives to files it is still writing. */
  ignore: Type.Array(text, { maxItems: 100, default: [".*", "*.part", "*.tmp", "*.filepart"] }),
  recursive: Type.Boolean({ default: false }),
  /** Seconds that a file must not have changed; 0 where a file gets its name when it is complete. */
  settleS: Type.Integer({ minimum: 0, maximum: 86_400, default: 10 }),
  /** A file is complete when one of its name and this ending is there too: ".done". */
  marker: Type.Union([text, Type.Null()], { default: null }),
  /** What becomes of the server's file when its rows are committed. */
  after: Type.Enum(["leave", "rename", "move", "delete"], { default: "leave" }),
  renameSuffix: { ...text, default: ".done" },
  moveTo: Type.Union([text, Type.Null()], { default: null }),
  /** A log that the switch appends to, line by line: only what is new is fetched. */
  appends: Type.Boolean({ default: false }),
  /** Where fetched files are kept once they are imported; null keeps none. */
  doneDir: Type.Union([Type.String({ pattern: "^/", maxLength: 1_000 }), Type.Null()], { default: null }),
  /** Files that one run fetches at most; the next one goes on. */
  filesMax: Type.Integer({ minimum: 1, maximum: 100_000, default: 1_000 }),
  sizeBytesMax: Type.Integer({ minimum: 1, maximum: 1_024 * GIB, default: 4 * GIB }),
  /** Connections at a time. */
  parallel: Type.Integer({ minimum: 1, maximum: 8, default: 1 }),
} as const;

const FilePull = Type.Object(filePullFields);
export type FilePullSettings = Static<typeof FilePull>;

/** What the fields of a pull of files say together that none says alone; other kinds of pulls have no such faults. */
export function filePullFaults(settings: object): string[] {
  if (!("after" in settings)) return [];
  const { after, moveTo, appends, marker, renameSuffix, recursive, folder } = settings as FilePullSettings;
  const faults: string[] = [];
  if (after === "move" && moveTo === null) faults.push("/moveTo must name the folder that files are moved to");
  if (after === "move" && recursive && moveTo?.startsWith("/") && !folder.startsWith("/"))
    faults.push("/moveTo must be relative to the folder where folders below it are fetched too");
  if (after === "rename" && renameSuffix === marker) faults.push("/renameSuffix must not be the ending of markers");
  if (appends && after !== "leave")
    faults.push('/after must be "leave" where files are appended to: the switch still writes them');
  return faults;
}
