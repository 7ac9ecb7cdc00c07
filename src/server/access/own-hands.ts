import type { Actor } from "./actor.ts";
import { impersonationRefused } from "./problems.ts";

/**
 * Refuses somebody who acts in another's name: passwords, second factors and keys are for their owners alone, or an
 * hour's help would leave a door open for good. Errors: Problem `impersonation-refused`.
 */
export function requireOwnHands({ impersonator }: Pick<Actor, "impersonator">): void {
  if (impersonator !== null) throw impersonationRefused();
}
