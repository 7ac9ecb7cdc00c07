import { type BackupProgress, backup } from "../server/db/backup.ts";
import { restore } from "../server/db/restore.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { counted } from "./counted.ts";
import { argument } from "./input.ts";

/** `tollwright backup` */
export const backupCommand = defineCommand({
  name: "backup",
  summary: "write everything in the database to one file",
  about: "As it was at one moment, while the work goes on. The file can be restored into any supported PostgreSQL.",
  arguments: { file: argument("FILE", "the file to write; it must not exist yet") },
  examples: [{ command: "tollwright backup tollwright-2026-03-01.backup", does: "Writes the backup." }],
  async run(context, { file }) {
    const report = await backup(await context.bareDatabase(), file, showTables(context, "Backing up"));
    return {
      json: report,
      human: [`${counted(report.rows, "row")} of ${report.tables} tables written to ${report.file}.`],
    };
  },
});

/** `tollwright restore` */
export const restoreCommand = defineCommand({
  name: "restore",
  summary: "load a backup into an empty database",
  about:
    "The file is verified before the database is touched, and all rows are loaded in one transaction: a restore that " +
    "fails leaves an empty database. The schema is then brought up to date.",
  arguments: { file: argument("FILE", "a file that `tollwright backup` wrote") },
  examples: [
    {
      command: "TOLLWRIGHT_DATA_DIR=./restored tollwright restore tollwright-2026-03-01.backup",
      does: "Restores into a new data directory.",
    },
  ],
  async run(context, { file }) {
    const report = await restore(await context.bareDatabase(), file, showTables(context, "Restoring"));
    await context.db(); // a schema older than the program is migrated, or named as a problem
    return {
      json: report,
      human: [`${counted(report.rows, "row")} of ${report.tables} tables restored from ${report.file}.`],
    };
  },
});

function showTables(context: CommandContext, label: string): (progress: BackupProgress) => void {
  const bar = context.progress(label, 1);
  return ({ tableNo, tables }) => bar.update(tableNo - 1, tables);
}
