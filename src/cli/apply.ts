import { applySetup, type SetupReport } from "../server/tenancy/apply-setup.ts";
import { findTenants } from "../server/tenancy/find-tenant.ts";
import { readSetup } from "../server/tenancy/read-setup.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { atCommandLine } from "./command-line-actor.ts";
import { argument, dryRun } from "./input.ts";
import { readText } from "./read-text.ts";
import { rerateHint } from "./rerate-hint.ts";
import type { Table } from "./table.ts";

/** `tollwright apply` */
export const applyCommand = defineCommand({
  name: "apply",
  summary: "create or change tenant, accounts, tariffs, sources and rules as a file describes them",
  about:
    "The file is JSON; docs/reference/setup-file.md describes every field. All of it is applied in one transaction " +
    "or nothing. Applying a file again changes nothing; what a file does not name is left alone, account rules " +
    "excepted.",
  arguments: { file: argument("SETUP.json", 'the setup file; "-" reads standard input') },
  options: { dryRun },
  examples: [
    { command: "tollwright apply setup.json --dry-run", does: "Checks the file and lists what would change." },
    { command: "tollwright apply setup.json", does: "Applies it." },
    {
      command: "jq '.tariffs[0].decimals = 4' setup.json | tollwright apply -",
      does: "Applies what another program made.",
    },
  ],
  async run(context, { file }, options) {
    const setup = readSetup(await readText(file, context.stdin));
    const { secretsKeyFile } = context.config;
    const how = { dryRun: options.dryRun, actor: atCommandLine(context), secretsKeyFile };
    const report = await applySetup(await context.db(), setup, how);
    return {
      json: { ...report, dryRun: options.dryRun },
      human: [
        ...changesTable(report),
        totals(report, options.dryRun),
        ...(options.dryRun ? [] : await hint(context, report)),
      ],
    };
  },
});

async function hint(context: CommandContext, { tenant: name, changes }: SetupReport): Promise<string[]> {
  const tenant = (await findTenants(await context.db())).find((one) => one.name === name);
  const changed = changes.some(({ change }) => change !== "unchanged");
  return tenant !== undefined && changed ? await rerateHint(context, tenant.id) : [];
}

function changesTable({ changes }: SetupReport): Table[] {
  const rows = changes
    .filter(({ change }) => change !== "unchanged")
    .map(({ change, kind, name, fields }) => [change, kind, name, fields.join(", ")]);
  if (rows.length === 0) return [];
  return [{ columns: ["CHANGE", "WHAT", "NAME", "FIELDS"].map((title) => ({ title })), rows }];
}

function totals({ tenant, changes }: SetupReport, dry: boolean): string {
  const count = (wanted: string) => changes.filter(({ change }) => change === wanted).length;
  const counts = ["created", "changed", "removed", "unchanged"].map((change) => `${count(change)} ${change}`);
  return `Tenant ${tenant}: ${counts.join(", ")}.${dry ? " Nothing was changed: this was a dry run." : ""}`;
}
