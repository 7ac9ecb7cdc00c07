import { findAccount } from "../server/tenancy/find-account.ts";
import type { CommandContext } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, optionList } from "./input.ts";

export const EMAIL = argument("EMAIL", "the user's e-mail address");
export const ROLES = optionList("--role ROLE", "what they may do; may be given several times");

/** What a command about people begins with. */
export async function peopleContext(context: CommandContext) {
  const tenant = await context.tenant();
  return { db: await context.db(), tenant, actor: commandLineActor(context, tenant.id) };
}

/** The id of the account of a code; null: none was given. Errors: Problem `account-unknown`. */
export async function accountIdOf(context: CommandContext, code: string | undefined): Promise<string | null> {
  if (code === undefined) return null;
  const { db, tenant } = await peopleContext(context);
  return (await db.transaction("app", { tenantId: tenant.id }, (tx) => findAccount(tx, tenant.id, code))).id;
}
