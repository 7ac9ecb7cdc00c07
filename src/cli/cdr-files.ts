import { toInstant } from "../core/time/epoch.ts";
import { findFiles, type ListedFile } from "../server/mediation/find-imports.ts";
import { countCells, countColumns } from "./cdr-counts.ts";
import { defineCommand } from "./command.ts";
import { option } from "./input.ts";
import { readWhole } from "./read-input.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

const LIMIT = 50;
const LIMIT_MAX = 100_000;

/** The options of every command that lists records. */
export const listOptions = {
  source: option("--source NAME", "only of this source"),
  limit: option("--limit N", `at most so many; ${LIMIT} if left out`, readWhole(1, LIMIT_MAX)),
};

/** What `--limit` means when it is left out. */
export const listLimit = (limit: number | undefined): number => limit ?? LIMIT;

/** `tollwright cdr files` */
export const cdrFilesCommand = defineCommand({
  name: "files",
  summary: "list imported files and days of pushed records, newest first",
  about:
    "A file in state `importing` was killed or failed on its way: import it again and it goes on where it stopped.",
  options: listOptions,
  examples: [
    { command: "tollwright cdr files --source sbc-2 --limit 10", does: "The ten newest files of one switch." },
  ],
  async run(context, _args, { source, limit }) {
    const { id: tenantId } = await context.tenant();
    const files = await findFiles(await context.db(), { tenantId, source, limit: listLimit(limit) });
    return {
      json: {
        files: files.map(({ id, source: from, name, state, pass, sizeBytes, receivedAt, counts }) => ({
          ...{ id, source: from, name, state, pass, sizeBytes, receivedAt: toInstant(receivedAt).toString(), counts },
        })),
      },
      human: [tableOr(filesTable(files), "No call records have come in yet.")],
    };
  },
});

const filesTable = (files: readonly ListedFile[]): Table => ({
  columns: [...["SOURCE", "FILE", "RECEIVED", "STATE"].map((title) => ({ title })), ...countColumns],
  rows: files.map(({ source, name, receivedAt, state, counts }) => {
    return [source, name, timeText(receivedAt), state, ...countCells(counts)];
  }),
});
