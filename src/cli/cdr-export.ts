import { counted } from "../core/counted.ts";
import { CALL_EXPORT_FORMATS, exportCalls } from "../server/search/export-calls.ts";
import { withArchive, withoutArchive } from "./archive-option.ts";
import { askedCalls, callOptions } from "./call-options.ts";
import { defineCommand } from "./command.ts";
import { option, requiredOption } from "./input.ts";
import { readChoice } from "./read-input.ts";

/** `tollwright cdr export` */
export const cdrExportCommand = defineCommand({
  name: "export",
  summary: "write stored calls to a file",
  about:
    "Oldest first, as many as there are, in the memory of a few. `amount` is what the account that pays is charged, " +
    "`cost` what the vendor is owed, corrections included. A file that is there is replaced once the new one is whole.",
  options: {
    ...callOptions,
    withoutArchive,
    out: requiredOption("--out FILE", "the file to write"),
    format: option(
      "--format FORMAT",
      `one of ${CALL_EXPORT_FORMATS.join(", ")}; csv if left out`,
      readChoice(...CALL_EXPORT_FORMATS),
    ),
  },
  examples: [
    {
      command: "tollwright cdr export --account acme --period last-month --out acme.csv",
      does: "A customer's calls of the last month.",
    },
    { command: "tollwright cdr export --saved dear-satellite --out dear.csv", does: "A saved search, for cron." },
  ],
  async run(context, _args, { out, format = "csv", withoutArchive: isLeftOut, ...options }) {
    const { id: tenantId } = await context.tenant();
    const db = await context.db();
    const { filter } = await askedCalls(context, options, "tollwright cdr export");
    const calls = await withArchive(context, isLeftOut, (archive) =>
      exportCalls(db, {
        ...{ tenantId, filter, format, path: out, archive },
        onCalls: (done) => context.note(`${counted(done, "call")} written so far.`),
      }),
    );
    return { json: { calls, format, path: out }, human: [`${counted(calls, "call")} written to ${out}.`] };
  },
});
