import { toInstant } from "../core/time/epoch.ts";
import { findOpenParts, type OpenPart } from "../server/mediation/find-imports.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { defineCommand } from "./command.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

/** `tollwright cdr open` */
export const cdrOpenCommand = defineCommand({
  name: "open",
  summary: "list parts of calls that wait for the rest, oldest first",
  about:
    "An INVITE without its BYE, or partial records without the last one. They are never billed until the rest comes.",
  options: listOptions,
  examples: [{ command: "tollwright cdr open --source kamailio-1", does: "Calls of one proxy that have not ended." }],
  async run(context, _args, { source, limit }) {
    const { id: tenantId } = await context.tenant();
    const parts = await findOpenParts(await context.db(), { tenantId, source, limit: listLimit(limit) });
    return {
      json: { open: parts.map((part) => ({ ...part, at: toInstant(part.at).toString() })) },
      human: [tableOr(partsTable(parts), "Nothing waits for its other part.")],
    };
  },
});

const partsTable = (parts: readonly OpenPart[]): Table => ({
  columns: ["SOURCE", "FILE", "LINE", "AT", "CALL"].map((title) => ({ title })),
  rows: parts.map(({ source, file, line, at, callKey }) => [source, file, String(line), timeText(at), callKey]),
});
