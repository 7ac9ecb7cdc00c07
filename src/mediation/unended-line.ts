import type { Reject, RejectCode } from "../core/reject.ts";
import type { RowOutcome } from "./decoder.ts";

/**
 * What becomes of a record whose line has no end, because its file was cut off there or is still being written: it
 * waits, since a number that was cut off looks whole. `outcome` is what it would be with a line end.
 */
export function judgeUnended(outcome: RowOutcome): RowOutcome {
  if (outcome.kind === "framing") return outcome;
  if (outcome.kind !== "reject") return { kind: "reject", reject: LINE_END_MISSING };
  return SHORTENED.has(outcome.reject.code) ? { kind: "reject", reject: CUT_OFF } : outcome;
}

/** What is wrong with a record that lacks its end. */
const SHORTENED: ReadonlySet<RejectCode> = new Set<RejectCode>(["column-count", "broken-quoting"]);

/** The reject for a record of which a part is missing, at the end of a file. */
export const CUT_OFF: Reject = {
  code: "trailer-missing",
  what: "The file ends in the middle of a record: it was cut off there, or is still being written.",
  fix: "Fetch the file again. If the record is whole, retry it as it is.",
};

const LINE_END_MISSING: Reject = {
  code: "line-end-missing",
  what:
    "The file ends without what ends a record (a line end; a blank line in RADIUS files): its last one looks whole, " +
    "but a number in it may have been cut off.",
  fix:
    "If the file was cut off or is still being written, import all of it. If the record is whole, retry it as it is; " +
    "for a switch that never ends the last line, set the source's endsLastLine to false.",
};
