import { counted } from "../core/counted.ts";
import { toInstant } from "../core/time/epoch.ts";
import type { Archive } from "../server/archive/archive.ts";
import { findArchives } from "../server/archive/find-archives.ts";
import { readMonth } from "../server/archive/month.ts";
import { restoreMonth } from "../server/archive/restore-month.ts";
import { type VerifiedFile, verifyArchive } from "../server/archive/verify-archive.ts";
import { archiveRunCommand } from "./archive-run.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, flag, option } from "./input.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

const list = defineCommand({
  name: "list",
  summary: "list archived months, their files and sizes",
  options: { all: flag("--all", "also parts that were restored or deleted, and by whom") },
  examples: [{ command: "tollwright archive list --all", does: "The history of the archive." }],
  async run(context, _args, { all }) {
    const { id } = await context.tenant();
    const archives = (await findArchives(await context.db(), id)).filter(({ state }) => all || state === "archived");
    return {
      json: { folder: context.config.archiveDir, archives: archives.map(archiveJson) },
      human: [tableOr(archivesTable(archives), "No month is in the archive.")],
    };
  },
});

const verify = defineCommand({
  name: "verify",
  summary: "check that archived files are still what was written",
  about: "Compares each file's SHA-256, and reads every row to compare counts, seconds and amounts by currency.",
  options: { month: option("--month YYYY-MM", "this month only", readMonth) },
  examples: [{ command: "tollwright archive verify", does: "Reads the whole archive." }],
  async run(context, _args, { month }) {
    const { id: tenantId } = await context.tenant();
    const bar = context.progress("Verifying", 1);
    const files = await verifyArchive(await context.db(), {
      tenantId,
      archiveDir: context.config.archiveDir,
      month: month?.text ?? null,
      onFile: (done, total) => bar.update(done, total),
    });
    const faults = files.filter(({ fault }) => fault !== null);
    return {
      json: { files, faults: faults.length },
      human: [
        faults.length > 0 ? faultsTable(faults) : "",
        `${counted(files.length, "file")} read, ${faults.length === 0 ? "all as they were written" : counted(faults.length, "fault")}.`,
      ].filter((line) => line !== ""),
      faulty: faults.length > 0,
    };
  },
});

const restore = defineCommand({
  name: "restore",
  summary: "put an archived month back into the database, exactly as it was",
  about: "Its files are checked before and removed after. The month can be archived again.",
  arguments: { month: argument("YYYY-MM", "the month", readMonth) },
  examples: [{ command: "tollwright archive restore 2026-03", does: "March is in the database again." }],
  async run(context, { month }) {
    const { id: tenantId } = await context.tenant();
    const { archiveDir } = context.config;
    const restored = await restoreMonth(await context.db(), {
      tenantId,
      month,
      archiveDir,
      actor: commandLineActor(context, tenantId),
    });
    const { calls, charges } = restored;
    return {
      json: { month: month.text, ...restored },
      human: [`${month.text}: ${counted(calls, "call")} and ${counted(charges, "charge")} are in the database again.`],
    };
  },
});

/** `tollwright archive …` */
export const archiveCommands: CommandGroup = {
  name: "archive",
  summary: "old months as Parquet files: archived, checked, restored",
  commands: [archiveRunCommand, list, verify, restore],
};

const rowsIn = ({ files }: Archive, table: string): number => files.find((file) => file.table === table)?.rows ?? 0;
const bytesOf = ({ files }: Archive): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

const archivesTable = (archives: readonly Archive[]): Table => ({
  columns: [
    ...["MONTH", "PART", "STATE"].map((title) => ({ title })),
    ...["CALLS", "CHARGES", "BYTES"].map((title) => ({ title, align: "right" as const })),
    ...["SINCE", "BY"].map((title) => ({ title })),
  ],
  rows: archives.map((archive) => [
    archive.month,
    String(archive.part),
    archive.state,
    String(archive.calls),
    String(rowsIn(archive, "charges")),
    String(bytesOf(archive)),
    timeText(archive.endedAt ?? archive.archivedAt),
    archive.endedBy ?? archive.archivedBy,
  ]),
});

const faultsTable = (files: readonly VerifiedFile[]): Table => ({
  columns: ["MONTH", "FILE", "FAULT"].map((title) => ({ title })),
  rows: files.map(({ month, file, fault }) => [month, file, fault ?? ""]),
});

const archiveJson = (archive: Archive): object => ({
  ...archive,
  charges: rowsIn(archive, "charges"),
  bytes: bytesOf(archive),
  archivedAt: toInstant(archive.archivedAt).toString(),
  endedAt: archive.endedAt === null ? null : toInstant(archive.endedAt).toString(),
  files: archive.files.map(({ figures, ...file }) => ({ ...file, figures })),
});
