import { counted } from "../core/counted.ts";
import { erasePerson } from "../server/personal-data/erase-person.ts";
import { exportPerson } from "../server/personal-data/export-person.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, dryRun, requiredOption } from "./input.ts";

const PERSON = argument("PERSON", "user:E-MAIL or account:CODE");

const exportCommand = defineCommand({
  name: "export",
  summary: "write everything that is held of a person to a file",
  about:
    "One JSON document: the rows of every table with calls, invoices and log-ins, and the entries of the audit; secrets are " +
    "left out. docs/reference/personal-data.md lists what is held.",
  arguments: { person: PERSON },
  options: { out: requiredOption("--out FILE", "the file to write; one that is there is replaced") },
  examples: [
    { command: "tollwright person export account:bakery --out bakery.json", does: "Everything of a customer." },
  ],
  async run(context, { person }, { out: path }) {
    const { id: tenantId } = await context.tenant();
    const { secretsKeyFile } = context.config;
    const wanted = { person, path, secretsKeyFile, now: context.now };
    const { rows } = await exportPerson(await context.db(), wanted, commandLineActor(context, tenantId));
    const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
    return { json: { person, path, rows }, human: [`${counted(total, "row")} written to ${path}.`] };
  },
});

const erase = defineCommand({
  name: "erase",
  summary: "erase a person, as far as law lets it",
  about:
    "Deletes what is theirs alone, replaces name and address elsewhere, and takes away the key that opens what stands of " +
    "them in the audit. Invoices, books and calls stay, and it says why; nothing brings the rest back.",
  arguments: { person: PERSON },
  options: { reason: requiredOption("--reason TEXT", "why: it is kept in the audit; name nobody in it"), dryRun },
  examples: [
    {
      command: "tollwright person erase user:ada@example.com --reason 'request 17' --dry-run",
      does: "Says what would go.",
    },
    { command: "tollwright person erase account:bakery --reason 'request 18'", does: "Erases a customer." },
  ],
  async run(context, { person }, { reason, dryRun: isDryRun }) {
    const { id: tenantId } = await context.tenant();
    const wanted = { person, reason, dryRun: isDryRun };
    const erasure = await erasePerson(await context.db(), wanted, commandLineActor(context, tenantId));
    const deleted = Object.entries(erasure.deleted).filter(([, rows]) => rows > 0);
    return {
      json: { ...erasure, dryRun: isDryRun },
      human: [
        `${person} ${isDryRun ? "would be" : "is"} erased; known from now on as ${erasure.person.kind}:${erasure.person.id}.`,
        ...deleted.map(([table, rows]) => `Deleted: ${counted(rows, "row")} of ${table}`),
        ...erasure.blanked.map((table) => `Name and address taken out of ${table}`),
        ...(erasure.pseudonymised === 0
          ? []
          : [`The id in place of the name: ${counted(erasure.pseudonymised, "row")}`]),
        ...erasure.kept.map(({ table, rows, why }) => `Kept: ${counted(rows, "row")} of ${table}: ${why}`),
      ],
    };
  },
});

/** `tollwright person …` */
export const personCommands: CommandGroup = {
  name: "person",
  summary: "personal data: what is held of somebody, and its erasure",
  commands: [exportCommand, erase],
};
