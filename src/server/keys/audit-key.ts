import type { Actor } from "../access/actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { Tx } from "../db/tx.ts";
import type { ApiKey } from "./api-key.ts";
import { keyJson } from "./key-json.ts";

/** Writes down what became of a key; null: it was not there before. */
export const auditKey = (
  tx: Tx,
  actor: Actor,
  action: "key.created" | "key.changed" | "key.revoked",
  { before, after }: { readonly before: ApiKey | null; readonly after: ApiKey },
): Promise<void> =>
  recordAudit(tx, actor, [
    {
      action,
      object: { kind: "key", id: after.id, name: after.name },
      before: before === null ? null : keyJson(before),
      after: keyJson(after),
      reason: null,
      isSecurity: true,
      accountId: after.accountId,
    },
  ]);
