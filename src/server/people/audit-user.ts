import type { Json } from "../../core/canonical-json.ts";
import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Tx } from "../db/tx.ts";
import type { User } from "./user.ts";

/** Writes down what became of a user: all of it belongs into the log of security events. */
export const auditUser = (
  tx: Tx,
  actor: Actor,
  action: `user.${string}`,
  { user, before = null, after = null, reason = null }: UserChange,
): Promise<void> =>
  recordAudit(tx, actor, [
    {
      ...{ action, before, after, reason, isSecurity: true, accountId: user.accountId },
      object: { kind: "user", id: user.id, name: user.email },
    },
  ]);

interface UserChange {
  readonly user: Pick<User, "id" | "email" | "accountId">;
  readonly before?: Json | null;
  readonly after?: Json | null;
  readonly reason?: string | null;
}
