import type { Permission } from "./permission.ts";

/** Which of the wanted permissions somebody does not have, and therefore may not give: in their order, each once. */
export const missingPermissions = (
  wanted: readonly Permission[],
  held: ReadonlySet<Permission>,
): readonly Permission[] => [...new Set(wanted)].filter((permission) => !held.has(permission));
