import { counted } from "../../core/counted.ts";
import type { Reject } from "../../core/reject.ts";
import type { RecordFault } from "../csv/record.ts";

/** The reject for a record whose fields could not be told. */
export function faultReject(fault: RecordFault): Reject {
  switch (fault) {
    case "broken-quoting":
      return {
        code: "broken-quoting",
        what: "A quote is opened or closed in the wrong place, so the columns of this line cannot be told.",
        fix: "Correct the quotes and retry. If all lines of this source are so, set its mapping's quoting.",
      };
    case "record-too-long":
      return {
        code: "record-too-long",
        what: "The record is longer than 1 MiB; only its beginning was kept.",
        fix: "Check that the file holds call records, and that its line ends arrived (transfer it in binary mode).",
      };
    case "not-text":
      return {
        code: "not-text",
        what: "The record holds NUL bytes: it is binary, or was damaged on its way.",
        fix: "Fetch the file again: a disk that filled up leaves such blocks. Binary formats need another decoder.",
      };
    default:
      return fault satisfies never;
  }
}

export const columnCount = ({ seen, expected }: { seen: number; expected: string }): Reject => ({
  code: "column-count",
  what: `The record has ${counted(seen, "column")} where ${expected} are expected.`,
  fix: "Look for a delimiter or lost quote in a value. If the switch's template changed, change the source's columns.",
});

export const headerMismatch = (missing: readonly string[]): Reject => ({
  code: "header-mismatch",
  what: `The file has no column ${missing.map((name) => `"${name}"`).join(", ")}, which the mapping needs.`,
  fix: "Choose the right source for this file, or name its columns in the source's mapping, and retry.",
});
