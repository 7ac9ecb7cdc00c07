import { toInstant } from "../core/time/epoch.ts";
import { findSipUsers, type ListedSipUser, removeSipUser } from "../server/sip-users/find-sip-users.ts";
import { shownSipUser } from "../server/sip-users/sip-user.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, option } from "./input.ts";
import { sipUserImportCommand } from "./sip-user-import.ts";
import { REALM, sipUserSetPasswordCommand } from "./sip-user-set-password.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

const list = defineCommand({
  name: "list",
  summary: "list SIP users, by account",
  about: "SECRET says what is stored of a user, the password or its HA1: never what it is.",
  options: { ...listOptions, account: option("--account CODE", "only those of this account") },
  examples: [{ command: "tollwright sip-user list --account bakery", does: "Shows the bakery's users." }],
  async run(context, _args, { account = null, limit }) {
    const { id: tenantId } = await context.tenant();
    const users = await findSipUsers(await context.db(), { tenantId, account, limit: listLimit(limit) });
    return { json: { users: users.map(userJson) }, human: [tableOr(userTable(users), "There is no SIP user.")] };
  },
});

const userJson = ({ changedAt, ...user }: ListedSipUser): object => ({
  ...user,
  changedAt: toInstant(changedAt).toString(),
});

const userTable = (users: readonly ListedSipUser[]): Table => ({
  columns: ["ACCOUNT", "USER", "REALM", "SECRET", "CHANGED", "BY"].map((title) => ({ title })),
  rows: users.map(({ account, name, realm, secretKind, changedAt, changedBy }) => [
    ...[account, name, realm === "" ? "any" : realm, secretKind, timeText(changedAt), changedBy],
  ]),
});

const remove = defineCommand({
  name: "remove",
  summary: "remove a SIP user",
  about: "Within seconds he proves nothing any more. Calls that he has made stay his account's.",
  arguments: { user: argument("USER", "the user's name") },
  options: { realm: REALM },
  examples: [{ command: "tollwright sip-user remove ada", does: "Removes the user of any realm." }],
  async run(context, { user: name }, { realm = "" }) {
    const { id: tenantId } = await context.tenant();
    await removeSipUser(await context.db(), { tenantId, name, realm }, commandLineActor(context, tenantId));
    return { json: { user: name, realm, removed: true }, human: [`${shownSipUser({ name, realm })} is removed.`] };
  },
});

/** `tollwright sip-user …` */
export const sipUserCommands: CommandGroup = {
  name: "sip-user",
  summary: "users who prove by a password that they call for an account",
  commands: [list, sipUserSetPasswordCommand, sipUserImportCommand, remove],
};
