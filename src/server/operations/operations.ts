import { setTimeout as sleep } from "node:timers/promises";
import { uuidv7 } from "../../clock.ts";
import type { Permission } from "../../core/access/permission.ts";
import { Problem } from "../../core/problem.ts";
import { problemDocument } from "../../core/problem-document.ts";
import type { Actor } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import type { Operation } from "./operation.ts";
import {
  endOperation,
  insertOperation,
  listOperations,
  noteProgress,
  type TakenOperation,
  takeOperation,
} from "./operation-store.ts";
import { operationBrokenOff, operationUnknown } from "./problems.ts";

/**
 * Work of one kind. It may be begun again by another process after the first has died, so what it did already it must
 * find done. It answers what it did, as JSON.
 */
export type OperationWork = (
  db: Database,
  input: unknown,
  about: { readonly actor: Actor; onProgress(done: number, total: number): void },
) => Promise<object>;

/** A process that shows no sign of life for so long is taken for dead. */
const HOLD_S = 60;
const BEAT_MS = 15_000;
const LOOK_MS = 1_000;
const TRIES_MAX = 3;

type StoredActor = Omit<Actor, "permissions"> & { readonly permissions: readonly Permission[] };
interface StoredInput {
  readonly actor: StoredActor;
  readonly asked: unknown;
}

/** Begins work that goes on after its answer, in the transaction of the request; some process takes it up. */
export async function beginOperation(db: Database, actor: Actor, kind: string, asked: object): Promise<Operation> {
  const { tenantId } = actor;
  const id = uuidv7();
  const input: StoredInput = { actor: { ...actor, permissions: [...actor.permissions] }, asked };
  return await db.transaction("app", { tenantId }, async (tx) => {
    await insertOperation(tx, { id, tenantId, kind, input, begunBy: actor.name });
    const [operation] = await listOperations(tx, { id, limit: 1 });
    if (operation === undefined) throw operationUnknown({ id });
    return operation;
  });
}

/** Errors: Problem `operation-unknown`. */
export async function findOperation(db: Database, tenantId: string, id: string): Promise<Operation> {
  const [found] = await db.transaction("app", { tenantId }, (tx) => listOperations(tx, { id, limit: 1 }));
  if (found === undefined) throw operationUnknown({ id });
  return found;
}

/** The next operations, the newest first. */
export const findOperations = (
  db: Database,
  tenantId: string,
  page: { readonly before: string | undefined; readonly limit: number },
): Promise<readonly Operation[]> =>
  db.transaction("app", { tenantId }, (tx) => listOperations(tx, { before: page.before ?? null, limit: page.limit }));

/** Works on operations, one after the other, until `signal`; the one under way is finished first. */
export async function watchOperations(
  db: Database,
  kinds: Readonly<Record<string, OperationWork>>,
  { failed, signal }: { failed(error: unknown): void; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const worked = await workOnOperation(db, kinds).catch((error: unknown) => {
      failed(error);
      return false;
    });
    if (!worked) await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Works on one operation; false: none waits. */
export async function workOnOperation(db: Database, kinds: Readonly<Record<string, OperationWork>>): Promise<boolean> {
  const taken = await db.transaction("ingest", {}, (tx) => takeOperation(tx, HOLD_S));
  if (taken === undefined) return false;
  const outcome = await outcomeOf(db, kinds[taken.kind], taken);
  await db.transaction("ingest", {}, (tx) => endOperation(tx, taken.id, outcome));
  return true;
}

async function outcomeOf(db: Database, work: OperationWork | undefined, { id, input, tries }: TakenOperation) {
  if (work === undefined || tries > TRIES_MAX) return { problem: problemDocument(operationBrokenOff({ tries })) };
  const { actor, asked } = input as StoredInput;
  const progress = { done: 0, total: null as number | null };
  const beat = setInterval(() => {
    // A beat that is lost is no loss: the next one comes long before the hold is over.
    db.transaction("ingest", {}, (tx) => noteProgress(tx, id, { ...progress, holdS: HOLD_S })).catch(() => undefined);
  }, BEAT_MS);
  try {
    const onProgress = (done: number, total: number) => Object.assign(progress, { done, total });
    const result = await work(db, asked, { actor: { ...actor, permissions: new Set(actor.permissions) }, onProgress });
    await db.transaction("ingest", {}, (tx) => noteProgress(tx, id, { ...progress, holdS: HOLD_S }));
    return { result };
  } catch (error) {
    if (error instanceof Problem) return { problem: problemDocument(error) };
    throw error; // a fault of our own, or of the database: it is tried again once the hold is over
  } finally {
    clearInterval(beat);
  }
}
