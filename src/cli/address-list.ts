import type { Actor } from "../server/access/actor.ts";
import { changeAddressList, findAddressList, findListedUser } from "../server/access/change-address-list.ts";
import { findAccount } from "../server/tenancy/find-account.ts";
import { type CommandContext, type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { option, optionList } from "./input.ts";

const whose = {
  account: option("--account CODE", "of that account's people and keys, in the place of the operator's"),
  user: option("--user EMAIL", "of that user alone"),
};

const show = defineCommand({
  name: "show",
  summary: "show from where people and keys may come",
  options: whose,
  examples: [{ command: "tollwright address-list show", does: "Shows the operator's list." }],
  async run(context, _args, options) {
    const { actor, userId } = await ownerOf(context, options);
    const addresses = await findAddressList(await context.db(), actor, { userId });
    return { json: { addresses }, human: [shown(addresses)] };
  },
});

const set = defineCommand({
  name: "set",
  summary: "say from where alone people and keys may come",
  about:
    "Without an --address they may come from anywhere again: so a list is taken away that shuts everybody out. It holds " +
    "within a second. Accounts below have lists of their own.",
  options: { ...whose, address: optionList("--address RANGE", "from there; may be given several times") },
  examples: [
    {
      command: "tollwright address-list set --address 192.0.2.0/24",
      does: "Lets the operator's people in from there.",
    },
    { command: "tollwright address-list set --user ada@example.com", does: "Takes Ada's own list away." },
  ],
  async run(context, _args, { address, ...options }) {
    const { actor, userId } = await ownerOf(context, options);
    const addresses = await changeAddressList(await context.db(), actor, { userId }, address);
    return { json: { addresses }, human: [shown(addresses)] };
  },
});

const shown = (addresses: readonly string[]): string =>
  addresses.length === 0 ? "From anywhere." : `From ${addresses.join(", ")} alone.`;

async function ownerOf(
  context: CommandContext,
  { account, user }: { readonly account: string | undefined; readonly user: string | undefined },
): Promise<{ readonly actor: Actor; readonly userId: string | null }> {
  const { id: tenantId } = await context.tenant();
  const db = await context.db();
  const operator = commandLineActor(context, tenantId);
  if (user !== undefined) return { actor: operator, userId: await findListedUser(db, operator, user) };
  if (account === undefined) return { actor: operator, userId: null };
  const { id: accountId } = await db.transaction("app", { tenantId }, (tx) => findAccount(tx, tenantId, account));
  return { actor: { ...operator, accountId }, userId: null };
}

/** `tollwright address-list …` */
export const addressListCommands: CommandGroup = {
  name: "address-list",
  summary: "from where people and keys may come",
  commands: [show, set],
};
