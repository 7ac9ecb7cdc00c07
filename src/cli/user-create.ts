import { createUser } from "../server/people/create-user.ts";
import { linkUrlOf } from "../server/people/people.ts";
import { mailLink, makeLink } from "../server/people/send-link.ts";
import { userJson } from "../server/people/user.ts";
import { defineCommand } from "./command.ts";
import { argument, option } from "./input.ts";
import { readText } from "./read-text.ts";
import { accountIdOf, peopleContext, ROLES } from "./user-options.ts";

const WHO = {
  name: option("--name NAME", "as people call them; the address if left out"),
  role: ROLES,
  account: option("--account CODE", "the reseller or customer whose people they are of; the operator's if left out"),
  language: option("--language LANGUAGE", "such as en or pt-BR; en if left out"),
};

interface Typed {
  readonly name: string | undefined;
  readonly role: readonly string[];
  readonly account: string | undefined;
  readonly language: string | undefined;
}

const wantedUser = (email: string, { name, role, language }: Typed, accountId: string | null) => ({
  ...{ email, name: name ?? email.trim(), language: language ?? "en", roles: role, accountId },
});

/** `tollwright user create` */
export const userCreateCommand = defineCommand({
  name: "create",
  summary: "make a user, such as the first owner",
  about:
    "Without --password-from a link is shown by which they set a password themselves, once, within seven days. A password is " +
    "never given as a word of the command: other users of the machine see those.",
  arguments: { email: argument("EMAIL", "what they log in with") },
  options: {
    ...WHO,
    passwordFrom: option("--password-from FILE", 'the file with the password; "-" reads standard input'),
  },
  examples: [
    { command: "tollwright user create ada@example.com --role owner", does: "Shows the link for the first owner." },
    {
      command: "tollwright user create ada@example.com --role owner --password-from -",
      does: "Reads the password from standard input.",
    },
  ],
  async run(context, { email }, { passwordFrom, ...typed }) {
    const { db, actor } = await peopleContext(context);
    const wanted = wantedUser(email, typed, await accountIdOf(context, typed.account));
    const password =
      passwordFrom === undefined ? null : (await readText(passwordFrom, context.stdin)).replace(/[\r\n]+$/, "");
    const links: string[] = [];
    const user = await createUser(db, actor, wanted, {
      password,
      afterwards: async (tx, made) => {
        if (password === null) links.push(await makeLink(tx, made, linkUrlOf(context.config)));
      },
    });
    const [link = null] = links;
    return {
      json: { ...userJson(user), ...(link !== null && { link }) },
      human: [
        `${user.email} is a user with the role ${user.roles.join(", ")}.`,
        ...(link === null ? [] : [`They set a password here, once, within seven days: ${link}`]),
      ],
    };
  },
});

/** `tollwright user invite` */
export const userInviteCommand = defineCommand({
  name: "invite",
  summary: "make a user, and mail them a link to set a password",
  about:
    "The link is good once, for seven days. The mail leaves through TOLLWRIGHT_SMTP_URL while `tollwright start` runs.",
  arguments: { email: argument("EMAIL", "what they log in with") },
  options: WHO,
  examples: [
    {
      command: "tollwright user invite grace@example.com --name 'Grace Hopper' --role finance",
      does: "Invites somebody of the operator's.",
    },
    {
      command: "tollwright user invite shop@example.net --role owner --account callshop",
      does: "Invites somebody who sees the call shop and what is below it.",
    },
  ],
  async run(context, { email }, typed) {
    const { db, actor, tenant } = await peopleContext(context);
    const wanted = wantedUser(email, typed, await accountIdOf(context, typed.account));
    const sent = { linkUrl: linkUrlOf(context.config), operator: tenant.name };
    const user = await createUser(db, actor, wanted, { afterwards: (tx, made) => mailLink(tx, made, sent) });
    return { json: userJson(user), human: [`${user.email} is invited, by a mail that waits to leave.`] };
  },
});
