import { isPermission, PERMISSIONS, type Permission } from "../core/access/permission.ts";
import { BUILT_IN_ROLES, type BuiltInRole, ROLE_PERMISSIONS } from "../core/access/role.ts";
import { createKey } from "../server/keys/create-key.ts";
import { keyJson } from "../server/keys/key-json.ts";
import { findAccount } from "../server/tenancy/find-account.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { commandLineInvalid } from "./failure.ts";
import { argument, option, optionList } from "./input.ts";
import { readChoice, readWhole } from "./read-input.ts";
import { timeText } from "./time-text.ts";

const DAYS = 365;
const DAYS_MAX = 3650;
const HOURS_A_DAY = 24;

/** `tollwright key create` */
export const keyCreateCommand = defineCommand({
  name: "create",
  summary: "make an API key for a program",
  about:
    "The key is shown once; only its hash is kept. Without --account it acts for the operator, with one for that reseller or " +
    "customer and all below it. Programs send it as `Authorization: Bearer KEY`.",
  arguments: { name: argument("NAME", "what the key is for") },
  options: {
    permission: optionList("--permission NAME", "what it may do; may be given several times"),
    role: option("--role ROLE", "what that role may do, beside", readChoice(...BUILT_IN_ROLES)),
    account: option("--account CODE", "whom it acts for"),
    address: optionList("--address RANGE", "from where alone it may be used; may be given several times"),
    days: option("--days N", `for how long; ${DAYS} if left out`, readWhole(1, DAYS_MAX)),
  },
  examples: [
    { command: "tollwright key create crm --role read-only", does: "Makes a key that reads everything." },
    {
      command: "tollwright key create shop --account callshop --permission money:write --address 192.0.2.0/24",
      does: "Makes a key that tops up the call shop's wallet, from these addresses alone.",
    },
  ],
  async run(context, { name }, { permission, role, account, address, days = DAYS }) {
    const { id: tenantId } = await context.tenant();
    const wanted = {
      ...{ name, addresses: address, permissions: readPermissions(permission, role) },
      accountId: account === undefined ? null : await accountId(context, tenantId, account),
      expiresAt: context.now.add({ hours: days * HOURS_A_DAY }),
    };
    const actor = commandLineActor(context, tenantId);
    const { key, secret } = await createKey(await context.db(), actor, wanted, context.now);
    return {
      json: { ...keyJson(key), secret },
      human: [
        ...[`Key: ${secret}`, "It is not shown again."],
        `It is good until ${timeText(key.expiresAt)} for ${key.permissions.join(", ")}.`,
      ],
    };
  },
});

function readPermissions(typed: readonly string[], role: BuiltInRole | undefined): readonly Permission[] {
  const permissions = [...typed, ...(role === undefined ? [] : ROLE_PERMISSIONS[role])];
  const wrong = permissions.find((one) => !isPermission(one));
  const command = "tollwright key create";
  if (wrong !== undefined)
    throw commandLineInvalid({ what: `"${wrong}" is no permission: there are ${PERMISSIONS.join(", ")}.`, command });
  if (permissions.length === 0) throw commandLineInvalid({ what: "Give a --permission or a --role.", command });
  return permissions.filter(isPermission);
}

async function accountId(context: CommandContext, tenantId: string, code: string): Promise<string> {
  const db = await context.db();
  const { id } = await db.transaction("app", { tenantId }, (tx) => findAccount(tx, tenantId, code));
  return id;
}
