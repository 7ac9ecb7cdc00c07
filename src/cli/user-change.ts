import { changeUser, type UserChange } from "../server/people/change-user.ts";
import { findUserByEmail } from "../server/people/find-users.ts";
import { linkUrlOf } from "../server/people/people.ts";
import { resetSecondFactors } from "../server/people/reset-second-factors.ts";
import { mailLink, makeLink, sendLink } from "../server/people/send-link.ts";
import { endSessions } from "../server/people/sessions-of-user.ts";
import { userJson } from "../server/people/user.ts";
import { type Command, defineCommand } from "./command.ts";
import { flag, option } from "./input.ts";
import { EMAIL, peopleContext, ROLES } from "./user-options.ts";

const REASON = option("--reason TEXT", "why, for the audit");

interface StateCommand {
  readonly name: string;
  readonly summary: string;
  readonly about: string;
  readonly state: NonNullable<UserChange["state"]>;
  readonly done: string;
}

const stateCommand = ({ name, summary, about, state, done }: StateCommand): Command =>
  defineCommand({
    ...{ name, summary, about },
    arguments: { email: EMAIL },
    options: { reason: REASON },
    examples: [{ command: `tollwright user ${name} ada@example.com`, does: about }],
    async run(context, { email }, { reason = null }) {
      const { db, actor } = await peopleContext(context);
      const { id } = await findUserByEmail(db, actor, email);
      const user = await changeUser(db, actor, id, { state }, { reason });
      return { json: userJson(user), human: [`${user.email} ${done}.`] };
    },
  });

const setRoles = defineCommand({
  name: "set-roles",
  summary: "give a user other roles",
  about: "They take the place of those so far, and count from the next request.",
  arguments: { email: EMAIL },
  options: { role: ROLES, reason: REASON },
  examples: [
    { command: "tollwright user set-roles ada@example.com --role support", does: "Ada helps customers only." },
  ],
  async run(context, { email }, { role: roles, reason = null }) {
    const { db, actor } = await peopleContext(context);
    const { id } = await findUserByEmail(db, actor, email);
    const user = await changeUser(db, actor, id, { roles }, { reason });
    return { json: userJson(user), human: [`${user.email} has the role ${user.roles.join(", ")} now.`] };
  },
});

const resetPassword = defineCommand({
  name: "reset-password",
  summary: "have a user set a new password",
  about:
    "The link is good once: for an hour, or for seven days for who was invited. The password so far stays until then.",
  arguments: { email: EMAIL },
  options: { show: flag("--show", "show the link instead of mailing it") },
  examples: [
    { command: "tollwright user reset-password ada@example.com", does: "Mails Ada the link." },
    { command: "tollwright user reset-password ada@example.com --show", does: "Shows the link, where no mail leaves." },
  ],
  async run(context, { email }, { show }) {
    const { db, actor, tenant } = await peopleContext(context);
    const { id } = await findUserByEmail(db, actor, email);
    const linkUrl = linkUrlOf(context.config);
    const links: string[] = [];
    const user = await sendLink(db, actor, id, async (tx, found) => {
      if (show) links.push(await makeLink(tx, found, linkUrl));
      else await mailLink(tx, found, { linkUrl, operator: tenant.name });
    });
    const [link] = links;
    return {
      json: { email: user.email, ...(link !== undefined && { link }) },
      human: [link === undefined ? `${user.email} gets the link by a mail that waits to leave.` : link],
    };
  },
});

const resetFactors = defineCommand({
  name: "reset-second-factors",
  summary: "let a user in who has lost the second factor",
  about: "All of them are removed, recovery codes included, and every session ends. Make sure that it is them who ask.",
  arguments: { email: EMAIL },
  options: { reason: REASON },
  examples: [
    {
      command: "tollwright user reset-second-factors ada@example.com --reason 'lost the phone, seen in person'",
      does: "Ada logs in by her password, and sets another factor up.",
    },
  ],
  async run(context, { email }, { reason = null }) {
    const { db, actor } = await peopleContext(context);
    const user = await findUserByEmail(db, actor, email);
    const removed = await resetSecondFactors(db, actor, user.id, reason);
    return { json: { email: user.email, removed }, human: [`Second factors of ${user.email} removed: ${removed}.`] };
  },
});

const logOut = defineCommand({
  name: "log-out",
  summary: "end every session of a user",
  arguments: { email: EMAIL },
  examples: [{ command: "tollwright user log-out ada@example.com", does: "Ada is logged in nowhere any more." }],
  async run(context, { email }) {
    const { db, actor } = await peopleContext(context);
    const user = await findUserByEmail(db, actor, email);
    const ended = await endSessions(db, actor, user.id);
    return { json: { email: user.email, ended }, human: [`Sessions of ${user.email} that ended: ${ended}.`] };
  },
});

/** Commands that change one user. */
export const userChangeCommands: readonly Command[] = [
  setRoles,
  stateCommand({
    ...{ name: "lock", summary: "let a user in only with a new password", state: "locked", done: "is locked" },
    about: "Every session ends; a new password, set by mail, lets them in again.",
  }),
  stateCommand({
    ...{ name: "disable", summary: "let a user in no more", state: "disabled", done: "is disabled" },
    about: "Every session ends at once; `enable` lets them in again.",
  }),
  stateCommand({
    ...{ name: "enable", summary: "let a user in again", state: "active", done: "may log in again" },
    about: "With the password that they had; who has none is invited again.",
  }),
  resetPassword,
  resetFactors,
  logOut,
];
