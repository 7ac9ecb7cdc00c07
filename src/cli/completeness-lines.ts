import { toInstant } from "../core/time/epoch.ts";
import type { FileLines } from "../server/completeness/find-lines.ts";
import type { Outcome } from "./command.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

/** The lines of a file with what became of each; `isRead`: the file itself was read again. */
export function linesOutcome({ file, lines }: FileLines, isRead: boolean): Outcome {
  return {
    json: {
      file: { id: file.id, source: file.source, name: file.name },
      lines: lines.map(({ at, ...line }) => ({ ...line, at: at === null ? null : toInstant(at).toString() })),
    },
    human: [
      tableOr(linesTable(lines), `No such lines of ${file.name} are kept.`),
      ...(isRead
        ? []
        : [
            "Duplicates and rows that are not billable leave no line: --read PATH reads the file again to tell of them.",
          ]),
    ],
  };
}

const linesTable = (lines: FileLines["lines"]): Table => ({
  columns: [{ title: "LINE", align: "right" }, ...["FATE", "AT", "CALL", "WHY"].map((title) => ({ title }))],
  rows: lines.map(({ line, fate, at, key, code, why }) => [
    ...[String(line), fate, at === null ? "" : timeText(at), key ?? "", code === null ? why : `${why} [${code}]`],
  ]),
});
