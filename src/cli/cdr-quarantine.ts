import { counted } from "../core/counted.ts";
import { toInstant } from "../core/time/epoch.ts";
import { dismissQuarantined, editQuarantined } from "../server/mediation/decide-quarantined.ts";
import { findWaiting, type WaitingRow } from "../server/mediation/find-imports.ts";
import { findSourceNamed } from "../server/mediation/find-source.ts";
import { quarantinedUnknown } from "../server/mediation/problems.ts";
import { retryQuarantine } from "../server/mediation/retry-quarantine.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { type CommandContext, type CommandGroup, defineCommand, type RejectAt } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { commandLineInvalid } from "./failure.ts";
import { argument, option, optionList } from "./input.ts";
import { readText } from "./read-text.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

/** Rows that one retry takes at most. */
const RETRY_ROWS_MAX = 1_000_000;
/** Rows that are shown with their reason when they wait on. */
const LISTED_ROWS_MAX = 5;

const whichRows = {
  source: listOptions.source,
  code: option("--code CODE", "only rows that wait for this reason, such as account-unknown"),
  contains: option("--contains TEXT", "only rows whose text contains this"),
};

const id = argument("ID", "the row's id, as `cdr quarantine list --json` gives it");

const list = defineCommand({
  name: "list",
  summary: "list rows that could not be used, oldest first",
  options: { ...whichRows, limit: listOptions.limit },
  examples: [
    { command: "tollwright cdr quarantine list", does: "Where each stands, and why it waits." },
    {
      command: "tollwright cdr quarantine list --code account-unknown --contains acct1002 --json",
      does: "Rows of one reason that mention one account, with their text.",
    },
  ],
  async run(context, _args, { limit, ...filter }) {
    const { id: tenantId } = await context.tenant();
    const rows = await findWaiting(await context.db(), { tenantId, ...filter, limit: listLimit(limit) });
    return {
      json: { waiting: rows.map(rowJson) },
      human: [tableOr(rowsTable(rows), "No rows wait in quarantine.")],
    };
  },
});

const show = defineCommand({
  name: "show",
  summary: "show a row as it came, why it waits and how to mend it",
  arguments: { id },
  examples: [{ command: "tollwright cdr quarantine show 019f…", does: "Everything that is known of the row." }],
  async run(context, args) {
    const row = await waitingRow(context, args.id);
    return {
      json: rowJson(row),
      human: [
        `${row.source}, ${row.file} line ${row.line}, waiting since ${timeText(row.createdAt)}`,
        `${row.what} [${row.code}]`,
        `fix: ${row.fix}`,
        ...(row.preamble === "" ? [] : ["", "Header:", row.preamble]),
        ...["", "As it came:", row.raw],
        ...(row.correctedRaw === null ? [] : ["", "Corrected:", row.correctedRaw]),
      ],
    };
  },
});

const edit = defineCommand({
  name: "edit",
  summary: "correct a row's text; the text as it came is kept",
  about: "The row still waits afterwards: retry it. Its identity stays that of the text as it came.",
  arguments: { id },
  options: {
    raw: option("--raw TEXT", "the corrected row"),
    setFile: option("--set-file FILE", 'a file that holds the corrected row; "-" reads standard input'),
  },
  examples: [
    {
      command: "tollwright cdr quarantine edit 019f… --set-file row.csv",
      does: "Takes the corrected row from a file, so that quotes need no escaping.",
    },
  ],
  async run(context, args, { raw: typed, setFile }) {
    if ((typed === undefined) === (setFile === undefined)) throw oneTextOnly();
    const raw = typed ?? (await readText(setFile ?? "-", context.stdin)).replace(/\r?\n$/, "");
    const row = await waitingRow(context, args.id);
    const { id: tenantId } = await context.tenant();
    await editQuarantined(await context.db(), { id: row.id, raw, actor: commandLineActor(context, tenantId) });
    return {
      json: { id: row.id, correctedRaw: raw },
      human: [`Corrected. To store it: tollwright cdr quarantine retry --id ${row.id}`],
    };
  },
});

const dismiss = defineCommand({
  name: "dismiss",
  summary: "say that a row is no call to be charged",
  about: "It counts as non-billable from now on, also when its file is imported again.",
  arguments: { id },
  examples: [{ command: "tollwright cdr quarantine dismiss 019f…", does: "Takes the row off the list." }],
  async run(context, args) {
    const row = await waitingRow(context, args.id);
    const { id: tenantId } = await context.tenant();
    await dismissQuarantined(await context.db(), { id: row.id, actor: commandLineActor(context, tenantId) });
    return { json: { id: row.id, state: "dismissed" }, human: [`Dismissed ${row.file} line ${row.line}.`] };
  },
});

const retry = defineCommand({
  name: "retry",
  summary: "read waiting rows again under today's settings",
  about: "What can be used now is stored and priced; the rest waits on with its newest reason (exit status 1).",
  options: { ...whichRows, ids: optionList("--id ID", "only this row; may be given several times") },
  examples: [
    { command: "tollwright cdr quarantine retry --code account-unknown", does: "After an account rule was added." },
    { command: "tollwright cdr quarantine retry", does: "Everything that waits." },
  ],
  async run(context, _args, { source, code, contains, ids: wanted }) {
    const { id: tenantId } = await context.tenant();
    const db = await context.db();
    const sourceId = source === undefined ? undefined : (await findSourceNamed(db, tenantId, source)).id;
    const ids = wanted.length === 0 ? undefined : wanted.map(readId);
    const filter = { tenantId, code, contains, ids };
    const asked = { ...filter, sourceId, limit: RETRY_ROWS_MAX };
    const { tried, fates } = await retryQuarantine(db, asked, commandLineActor(context, tenantId));
    const waiting = await findWaiting(db, { ...filter, source, limit: LISTED_ROWS_MAX });
    return {
      json: { tried, fates },
      human: [
        `${counted(tried, "row")} tried: ${fates.stored} stored, ${fates.duplicate + fates.corrected} duplicate, ` +
          `${fates["non-billable"]} non-billable, ${fates.open} open, ${fates.quarantined} still waiting.`,
      ],
      rejects: { total: fates.quarantined, listed: waiting.map(rejectOf) },
    };
  },
});

/** `tollwright cdr quarantine …` */
export const cdrQuarantineCommands: CommandGroup = {
  name: "quarantine",
  summary: "rows that could not be used: look at them, mend them, retry them",
  commands: [list, show, edit, dismiss, retry],
};

/** Errors: Problem `quarantined-unknown`. */
async function waitingRow(context: CommandContext, typed: string): Promise<WaitingRow> {
  const { id: tenantId } = await context.tenant();
  const [row] = await findWaiting(await context.db(), { tenantId, ids: [readId(typed)], limit: 1 });
  if (row === undefined) throw quarantinedUnknown({ id: typed });
  return row;
}

/** What is no id at all is the id of nothing. */
function readId(text: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw quarantinedUnknown({ id: text });
  return text;
}

const oneTextOnly = () =>
  commandLineInvalid({
    what: "Give the corrected row with either --raw or --set-file.",
    command: "tollwright cdr quarantine edit",
  });

const rowsTable = (rows: readonly WaitingRow[]): Table => ({
  columns: ["ID", "SOURCE", "FILE", "LINE", "CODE", "WHY"].map((title) => ({ title })),
  rows: rows.map(({ id: rowId, source, file, line, code, what }) => [rowId, source, file, String(line), code, what]),
});

const rejectOf = ({ file, line, code, what, fix }: WaitingRow): RejectAt => ({
  ...{ at: `${file} line ${line}`, code, what, fix },
});

const rowJson = (row: WaitingRow): object => ({
  id: row.id,
  source: row.source,
  file: row.file,
  line: row.line,
  code: row.code,
  what: row.what,
  fix: row.fix,
  raw: row.raw,
  correctedRaw: row.correctedRaw,
  header: row.preamble,
  attempts: row.attempts,
  waitingSince: toInstant(row.createdAt).toString(),
});
