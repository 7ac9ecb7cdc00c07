import { counted } from "../core/counted.ts";
import { countArchiveFiles } from "../server/archive/find-archives.ts";
import { type BackupProgress, backup } from "../server/db/backup.ts";
import { restore } from "../server/db/restore.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { argument } from "./input.ts";

/** `tollwright backup` */
export const backupCommand = defineCommand({
  name: "backup",
  summary: "write everything in the database to one file",
  about: "As it was at one moment, while the work goes on. The file can be restored into any supported PostgreSQL.",
  arguments: { file: argument("FILE", "the file to write; it must not exist yet") },
  examples: [{ command: "tollwright backup tollwright-2026-03-01.backup", does: "Writes the backup." }],
  async run(context, { file }) {
    const db = await context.bareDatabase();
    const report = {
      ...(await backup(db, file, showTables(context, "Backing up"))),
      archiveFiles: await countArchiveFiles(db),
    };
    return {
      json: report,
      human: [
        `${counted(report.rows, "row")} of ${report.tables} tables written to ${report.file}.`,
        ...archiveLine(report.archiveFiles, `Copy ${context.config.archiveDir}, too.`),
      ],
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
    const db = await context.db(); // a schema older than the program is migrated, or named as a problem
    const archiveFiles = await countArchiveFiles(db);
    return {
      json: { ...report, archiveFiles },
      human: [
        `${counted(report.rows, "row")} of ${report.tables} tables restored from ${report.file}.`,
        ...archiveLine(archiveFiles, "`tollwright archive verify` says whether they are there."),
      ],
    };
  },
});

/** What lies in the archive is in no backup. */
const archiveLine = (files: number, what: string): string[] =>
  files === 0 ? [] : [`${counted(files, "file")} of archived months lie beside the database. ${what}`];

function showTables(context: CommandContext, label: string): (progress: BackupProgress) => void {
  const bar = context.progress(label, 1);
  return ({ tableNo, tables }) => bar.update(tableNo - 1, tables);
}
