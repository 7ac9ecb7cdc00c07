import { Problem } from "../core/problem.ts";
import type { FolderEvent } from "../server/mediation/watch-folder.ts";
import { counted } from "./counted.ts";

/** What happened in a watched folder, as one line. */
export function folderLine(event: FolderEvent): string {
  switch (event.kind) {
    case "imported": {
      const { rows, stored, duplicate, nonBillable, quarantined, open } = event.file.counts;
      const fates = `${stored} stored, ${duplicate} duplicate, ${nonBillable} non-billable, ${quarantined} quarantined`;
      return `${event.path}: ${counted(rows, "row")}: ${fates}, ${open} open.`;
    }
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
