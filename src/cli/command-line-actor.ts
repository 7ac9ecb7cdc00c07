import { PERMISSIONS } from "../core/access/permission.ts";
import type { Actor } from "../server/access/actor.ts";
import type { CommandContext } from "./command.ts";

/** Who works at the command line: with the database at hand they may do everything, in the whole tenant. */
export const commandLineActor = (context: Pick<CommandContext, "author">, tenantId: string): Actor => ({
  ...atCommandLine(context),
  tenantId,
});

/** The same where it is not known yet for which tenant. */
export const atCommandLine = ({ author }: Pick<CommandContext, "author">): Omit<Actor, "tenantId"> => ({
  kind: "command-line",
  id: null,
  name: author,
  accountId: null,
  permissions: new Set(PERMISSIONS),
  address: null,
  impersonator: null,
});
