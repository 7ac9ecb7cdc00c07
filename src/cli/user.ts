import { BUILT_IN_ROLES, ROLE_PERMISSIONS } from "../core/access/role.ts";
import { USER_STATES } from "../core/access/user.ts";
import { changeLogInSettings, findLogInSettings } from "../server/people/change-log-in-settings.ts";
import { findRoles } from "../server/people/define-role.ts";
import { findUsers } from "../server/people/find-users.ts";
import { type User, userJson } from "../server/people/user.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { option } from "./input.ts";
import { readChoice, readWhole } from "./read-input.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";
import { userChangeCommands } from "./user-change.ts";
import { userCreateCommand, userInviteCommand } from "./user-create.ts";
import { accountIdOf, peopleContext } from "./user-options.ts";

const USERS_MAX = 1_000;

const list = defineCommand({
  name: "list",
  summary: "list users by e-mail address",
  about: `The first ${USERS_MAX}. ACCOUNT is the id of whose people they are of; empty: the operator's.`,
  options: {
    account: option("--account CODE", "only people of this account"),
    state: option("--state STATE", "only those in this state", readChoice(...USER_STATES)),
  },
  examples: [{ command: "tollwright user list --state invited", does: "Shows who has not set a password yet." }],
  async run(context, _args, { account, state = null }) {
    const { db, actor } = await peopleContext(context);
    const filter = { accountId: await accountIdOf(context, account), state, after: null, limit: USERS_MAX };
    const users = await findUsers(db, actor, filter);
    return { json: { users: users.map(userJson) }, human: [tableOr(userTable(users), "There is no such user.")] };
  },
});

const userTable = (users: readonly User[]): Table => ({
  columns: ["E-MAIL", "NAME", "STATE", "ROLES", "ACCOUNT", "LAST LOG-IN"].map((title) => ({ title })),
  rows: users.map(({ email, name, state, roles, accountId, lastLogInAt }) => [
    ...[email, name, state, roles.join(", "), accountId ?? ""],
    lastLogInAt === null ? "never" : timeText(lastLogInAt),
  ]),
});

const roles = defineCommand({
  name: "roles",
  summary: "list roles and what they permit",
  about: "Roles beside the built-in ones are made over the API: POST /v1/roles.",
  examples: [{ command: "tollwright user roles", does: "Shows the built-in roles and your own." }],
  async run(context) {
    const { db, actor } = await peopleContext(context);
    const own = await findRoles(db, actor);
    const all = [
      ...BUILT_IN_ROLES.map((name) => ({ name, accountId: null, permissions: ROLE_PERMISSIONS[name] })),
      ...own.map(({ name, accountId, permissions }) => ({ name, accountId, permissions })),
    ];
    return {
      json: { roles: all },
      human: [
        {
          columns: [{ title: "ROLE" }, { title: "ACCOUNT" }, { title: "PERMISSIONS" }],
          rows: all.map(({ name, accountId, permissions }) => [name, accountId ?? "", permissions.join(" ")]),
        },
      ],
    };
  },
});

const SECONDS_A_MINUTE = 60;

const settings = defineCommand({
  name: "settings",
  summary: "show or set what is asked of people who log in",
  about: "Without options it only shows it. It counts for the people of all accounts.",
  options: {
    secondFactor: option(
      "--second-factor WORD",
      '"required": who has none can do nothing but set one up; or "optional"',
      readChoice("required", "optional"),
    ),
    idle: option("--idle MINUTES", "until a session that is not used is over", readWhole(5, 43_200)),
    session: option("--session MINUTES", "until any session is over", readWhole(5, 129_600)),
  },
  examples: [
    { command: "tollwright user settings --second-factor required", does: "Asks everybody for a second factor." },
    {
      command: "tollwright user settings --idle 60 --session 720",
      does: "Ends sessions after an hour, or half a day.",
    },
  ],
  async run(context, _args, { secondFactor, idle, session }) {
    const { db, actor } = await peopleContext(context);
    const before = await findLogInSettings(db, actor);
    const wanted = {
      secondFactorRequired: secondFactor === undefined ? before.secondFactorRequired : secondFactor === "required",
      sessionIdleS: idle === undefined ? before.sessionIdleS : idle * SECONDS_A_MINUTE,
      sessionS: session === undefined ? before.sessionS : session * SECONDS_A_MINUTE,
    };
    const isShown = secondFactor === undefined && idle === undefined && session === undefined;
    const held = isShown ? before : await changeLogInSettings(db, actor, wanted);
    return {
      json: held,
      human: [
        `A second factor is ${held.secondFactorRequired ? "required" : "optional"}.`,
        `A session is over after ${held.sessionIdleS / SECONDS_A_MINUTE} minutes without use, and after ` +
          `${held.sessionS / SECONDS_A_MINUTE} in any case.`,
      ],
    };
  },
});

/** `tollwright user …` */
export const userCommands: CommandGroup = {
  name: "user",
  summary: "people who log in: who they are and what they may do",
  commands: [list, userCreateCommand, userInviteCommand, ...userChangeCommands, roles, settings],
};
