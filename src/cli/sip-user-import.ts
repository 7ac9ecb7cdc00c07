import { counted } from "../core/counted.ts";
import { readSipUsers } from "../server/sip-users/read-sip-users.ts";
import { setSipUsers } from "../server/sip-users/set-sip-user.ts";
import { defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument } from "./input.ts";
import { readText } from "./read-text.ts";

/** `tollwright sip-user import` */
export const sipUserImportCommand = defineCommand({
  name: "import",
  summary: "make or change many SIP users, as a CSV file has them",
  about:
    "The first line names the columns account, user, realm, password and ha1; each row has a password or an HA1. All of " +
    "them or none. Kamailio's table `subscriber` has username, domain and ha1.",
  arguments: { file: argument("FILE", 'the CSV file; "-" reads standard input') },
  examples: [{ command: "tollwright sip-user import users.csv", does: "Takes over the users of another system." }],
  async run(context, { file }) {
    const { id: tenantId } = await context.tenant();
    const read = readSipUsers(await readText(file, context.stdin));
    const actor = commandLineActor(context, tenantId);
    const users = read.map((user) => ({ ...user, tenantId, actor }));
    const present = await setSipUsers(await context.db(), users, context.config.secretsKeyFile);
    const changed = present.filter(Boolean).length;
    const created = present.length - changed;
    return { json: { created, changed }, human: [`${counted(created, "user")} made, ${changed} changed.`] };
  },
});
