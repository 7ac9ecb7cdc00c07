import { counted } from "../core/counted.ts";
import { findSourceNamed } from "../server/mediation/find-source.ts";
import { type FolderEvent, FolderWatch } from "../server/mediation/watch-folder.ts";
import { defineCommand } from "./command.ts";
import { folderLine } from "./folder-line.ts";
import { argument, flag, option, requiredOption } from "./input.ts";
import { readWhole } from "./read-input.ts";

const SETTLE_S = 5;
const SETTLE_S_MAX = 3_600;

/** `tollwright cdr watch` */
export const cdrWatchCommand = defineCommand({
  name: "watch",
  summary: "import the files of a folder as they come",
  about:
    "Runs until SIGTERM or SIGINT and then finishes the file under way. `start` does the same for every source whose " +
    "settings name a folder. A file is imported once, known by its content; one that fails is tried again.",
  endsBySignal: true,
  arguments: { dir: argument("DIR", "the folder; folders in it, dotfiles, *.part and *.tmp are left alone") },
  options: {
    source: requiredOption("--source NAME", "the switch whose files they are"),
    done: option("--done DIR", "where imported files are moved; they stay if left out"),
    settle: option(
      "--settle SECONDS",
      `how long a file must not have changed; ${SETTLE_S} if left out`,
      readWhole(0, SETTLE_S_MAX),
    ),
    once: flag("--once", "end when everything that is there now is dealt with"),
  },
  examples: [
    {
      command: "tollwright cdr watch --source sbc-2 /var/spool/cdr --done /var/spool/cdr/done",
      does: "Keeps watching.",
    },
    { command: "tollwright cdr watch --source sbc-2 /var/spool/cdr --once", does: "One round, for cron." },
  ],
  async run(context, { dir }, { source, done, settle = SETTLE_S, once }) {
    const { id: tenantId } = await context.tenant();
    const db = await context.db();
    await findSourceNamed(db, tenantId, source);
    const counts = { imported: 0, known: 0, failed: 0, quarantined: 0 };
    const report = (event: FolderEvent) => {
      counts[event.kind] += 1;
      if (event.kind === "imported") counts.quarantined += event.file.counts.quarantined;
      context.note(folderLine(event));
    };
    const folder = { tenantId, source, dir, doneDir: done ?? null, settleS: settle };
    const watch = new FolderWatch(db, folder, report);
    await (once ? watch.once(context.signal) : watch.run(context.signal));
    return {
      json: { ...counts },
      human: [
        `${counted(counts.imported, "file")} imported, ${counts.known} imported before, ` +
          `${counted(counts.failed, "failure")}.`,
      ],
      rejects: { total: counts.quarantined + counts.failed, listed: [] },
    };
  },
});
