import { hash } from "node:crypto";
import type { Actor } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import type { Tx } from "../db/tx.ts";
import { claimKey, findAnswered, type IdempotencyKey, keepAnswer } from "./idempotent-store.ts";
import { idempotencyInFlight, idempotencyKeyReused } from "./problems.ts";

/** An answer as it is sent, and kept. */
export interface KeptAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly isReplay: boolean;
}

/**
 * Answers a request at most once per key (draft-ietf-httpapi-idempotency-key-header-07). The answer is kept in the
 * transaction of the change: after a crash both are there or neither is. A request that failed has changed nothing,
 * keeps nothing, and may be sent again.
 *
 * `request` is whatever makes two requests the same. The transaction sees the whole tenant. Errors: Problems
 * `idempotency-in-flight`, `idempotency-key-reused`, and those of `work`.
 */
export async function answerOnce(
  db: Database,
  actor: Actor,
  { key, request }: { readonly key: string; readonly request: readonly unknown[] },
  work: (tx: Tx) => Promise<Omit<KeptAnswer, "isReplay">>,
): Promise<KeptAnswer> {
  const { tenantId } = actor;
  const idempotencyKey: IdempotencyKey = { tenantId, caller: `${actor.kind}:${actor.id ?? actor.name}`, key };
  const fingerprint = hash("sha256", JSON.stringify(request), "hex");
  return await db.transaction("app", { tenantId }, async (tx) => {
    if (!(await claimKey(tx, idempotencyKey))) throw idempotencyInFlight();
    const answered = await findAnswered(tx, idempotencyKey);
    if (answered !== undefined) {
      if (answered.fingerprint !== fingerprint) throw idempotencyKeyReused();
      return { status: answered.status, body: answered.body, isReplay: true };
    }
    const answer = await work(tx);
    await keepAnswer(tx, idempotencyKey, { fingerprint, ...answer });
    return { ...answer, isReplay: false };
  });
}
