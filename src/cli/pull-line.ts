import { Problem } from "../core/problem.ts";
import type { PullEvent } from "../server/pulls/puller.ts";
import type { PullRunEnd } from "../server/pulls/run-pull.ts";
import { countsText, folderLine } from "./folder-line.ts";

/** What a pull did with a file, as one line. */
export const pullLine = (name: string, event: PullEvent): string =>
  `${name}: ${event.kind === "read" ? `${event.path}: ${countsText(event.counts)}` : folderLine(event)}`;

/** How a run of a pull ended, as one line; null when there is nothing to tell. */
export function pullEndLine(name: string, end: PullRunEnd): string | null {
  switch (end.kind) {
    case "done":
    case "stopped":
      return null;
    case "busy":
      return `${name}: another process (${end.holder}) runs it.`;
    case "failed": {
      const { error, retryS } = end;
      const why = error instanceof Problem ? `${error.message} [${error.code}]` : String(error);
      return `${name}: ${why} Next try in ${retryS} s.`;
    }
    default:
      return end satisfies never;
  }
}
