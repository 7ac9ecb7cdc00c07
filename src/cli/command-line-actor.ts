import { PERMISSIONS } from "../core/access/permission.ts";
import type { Actor } from "../server/access/actor.ts";
import type { CommandContext } from "./command.ts";

/** Who works at the command line: with the database at hand they may do everything, in the whole tenant. */
export const commandLineActor = ({ author }: Pick<CommandContext, "author">, tenantId: string): Actor => ({
  kind: "command-line",
  id: null,
  name: author,
  tenantId,
  accountId: null,
  permissions: new Set(PERMISSIONS),
  address: null,
  impersonator: null,
});
