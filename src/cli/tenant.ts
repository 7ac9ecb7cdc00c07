import { findTenants } from "../server/tenancy/find-tenant.ts";
import { type CommandGroup, defineCommand } from "./command.ts";

const list = defineCommand({
  name: "list",
  summary: "list the tenants of this installation",
  examples: [{ command: "tollwright tenant list", does: "Shows name, currency and time zone of each." }],
  async run(context) {
    const tenants = await findTenants(await context.db());
    return {
      json: { tenants },
      human: [
        {
          columns: [{ title: "TENANT" }, { title: "CURRENCY" }, { title: "TIME ZONE" }],
          rows: tenants.map(({ name, currency, timeZone }) => [name, currency, timeZone]),
        },
      ],
    };
  },
});

/** `tollwright tenant …` */
export const tenantCommands: CommandGroup = { name: "tenant", summary: "the operators", commands: [list] };
