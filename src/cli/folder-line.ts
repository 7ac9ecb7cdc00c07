import { counted } from "../core/counted.ts";
import { Problem } from "../core/problem.ts";
import type { RowCounts } from "../server/mediation/find-imports.ts";
import type { FolderEvent } from "../server/mediation/watch-folder.ts";

/** What became of rows: "2 rows: 1 stored, 1 duplicate, …". */
export function countsText({ rows, stored, duplicate, nonBillable, quarantined, open }: RowCounts): string {
  const fates = `${stored} stored, ${duplicate} duplicate, ${nonBillable} non-billable, ${quarantined} quarantined`;
  return `${counted(rows, "row")}: ${fates}, ${open} open.`;
}

/** What happened in a watched folder, as one line. */
export function folderLine(event: FolderEvent): string {
  switch (event.kind) {
    case "imported":
      return `${event.path}: ${countsText(event.file.counts)}`;
    case "known":
      return `${event.path}: imported before.`;
    case "failed": {
      const { path, error, retryS } = event;
      const why = error instanceof Problem ? `${error.message} [${error.code}]` : String(error);
      return `${path}: ${why}${retryS === null ? "" : ` Next try in ${retryS} s.`}`;
    }
    default:
      return event satisfies never;
  }
}
