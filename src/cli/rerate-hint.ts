import { countOpenChanges } from "../server/rerating/suggest-reratings.ts";
import type { CommandContext } from "./command.ts";

/** A line for whoever has just changed a setting that reaches into the past; none where nothing was charged yet. */
export async function rerateHint(context: CommandContext, tenantId: string): Promise<string[]> {
  const open = await countOpenChanges(await context.db(), tenantId);
  return open === 0
    ? []
    : ["This may change what was charged before: `tollwright cdr rerate --suggest` says what, and by how much."];
}
