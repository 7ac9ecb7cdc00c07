import { randomBytes } from "node:crypto";
import type { SipSecret } from "../protocol/radius/sip-digest.ts";
import { setSipUsers } from "../server/sip-users/set-sip-user.ts";
import { shownSipUser } from "../server/sip-users/sip-user.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, flag, option, requiredOption } from "./input.ts";
import { readText } from "./read-text.ts";

/** 120 random bits, in 20 characters that every phone can be given. */
const PASSWORD_OCTETS = 15;

export const REALM = option("--realm REALM", "of this realm alone; without it the user is good in any");

/** `tollwright sip-user set-password` */
export const sipUserSetPasswordCommand = defineCommand({
  name: "set-password",
  summary: "make a SIP user, or give one another password",
  about:
    "Without --from a password is made and shown once. A password is never given as a word of the command: other users " +
    "of the machine see those. It is in force within seconds.",
  arguments: { user: argument("USER", "the user's name") },
  options: {
    account: requiredOption("--account CODE", "the account that the user calls for"),
    realm: REALM,
    from: option("--from FILE", 'the file with the password, line ends at its end aside; "-" reads standard input'),
    ha1: flag("--ha1", "what is read is no password but MD5(user:realm:password), in hexadecimal digits"),
  },
  examples: [
    { command: "tollwright sip-user set-password ada --account bakery", does: "Makes a password and shows it." },
    {
      command: "tollwright sip-user set-password ada --account bakery --realm example.com --ha1 --from ha1.txt",
      does: "Keeps only an HA1: it does for SIP digests by MD5.",
    },
  ],
  async run(context, { user: name }, { account: accountCode, realm = "", from, ha1 }) {
    const { id: tenantId } = await context.tenant();
    const made = from === undefined && !ha1 ? randomBytes(PASSWORD_OCTETS).toString("base64url") : null;
    const secret = await secretOf(context, { made, from: from ?? "-", ha1 });
    const user = { tenantId, accountCode, name, realm, secret, actor: commandLineActor(context, tenantId) };
    const [wasThere] = await setSipUsers(await context.db(), [user], context.config.secretsKeyFile);
    const shown = shownSipUser({ name, realm });
    return {
      json: { user: name, realm, account: accountCode, created: !wasThere, ...(made !== null && { password: made }) },
      human: [
        wasThere ? `${shown} has another ${secret.kind} now.` : `${shown} calls for ${accountCode}.`,
        ...(made === null ? [] : [`Password: ${made}`, "It is not shown again."]),
      ],
    };
  },
});

async function secretOf(
  { stdin }: CommandContext,
  { made, from, ha1 }: { readonly made: string | null; readonly from: string; readonly ha1: boolean },
): Promise<SipSecret> {
  const text = made ?? (await readText(from, stdin)).replace(/[\r\n]+$/, "");
  return ha1 ? { kind: "ha1", ha1: text } : { kind: "password", password: text };
}
