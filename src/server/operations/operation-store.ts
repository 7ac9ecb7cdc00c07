import type { ProblemDocument } from "../../core/problem-document.ts";
import type { Tx } from "../db/tx.ts";
import type { Operation } from "./operation.ts";

/** The same for the process that works on it. */
export interface TakenOperation {
  readonly id: string;
  readonly tenantId: string;
  readonly kind: string;
  readonly input: unknown;
  /** How many processes took it, this one included. */
  readonly tries: number;
}

const SHOWN = `id, kind, state, rows_done::float8 as "rowsDone", rows_total::float8 as "rowsTotal", result, problem,
  begun_by as "begunBy", begun_at as "begunAt", ended_at as "endedAt"`;

export async function insertOperation(
  tx: Tx,
  operation: {
    readonly id: string;
    readonly tenantId: string;
    readonly kind: string;
    readonly input: unknown;
    readonly begunBy: string;
  },
): Promise<void> {
  const { id, tenantId, kind, input, begunBy } = operation;
  await tx.query("insert into operations (id, tenant_id, kind, input, begun_by) values ($1, $2, $3, $4, $5)", [
    ...[id, tenantId, kind, JSON.stringify(input), begunBy],
  ]);
}

/** Operations that the transaction sees, the newest first, or the one of `id`. */
export async function listOperations(
  tx: Tx,
  { id = null, before = null, limit }: { id?: string | null; before?: string | null; limit: number },
): Promise<readonly Operation[]> {
  const { rows } = await tx.query<Operation>(
    `select ${SHOWN} from operations where ($1::uuid is null or id = $1) and ($2::uuid is null or id < $2)
     order by id desc limit $3`, // ids ascend as operations are begun
    [id, before, limit],
  );
  return rows;
}

/** Takes the oldest operation that nobody works on, or whose process has shown no sign of life. */
export async function takeOperation(tx: Tx, holdS: number): Promise<TakenOperation | undefined> {
  const { rows } = await tx.query<TakenOperation>(
    `update operations set state = 'running', tries = tries + 1, held_until = clock_timestamp() + make_interval(secs => $1)
     where id = (
       select id from operations where state in ('waiting', 'running') and (held_until is null or held_until < now())
       order by begun_at, id limit 1 for update skip locked)
     returning id, tenant_id as "tenantId", kind, input, tries`,
    [holdS],
  );
  return rows[0];
}

/** A sign of life, and how far it is. */
export async function noteProgress(
  tx: Tx,
  id: string,
  { done, total, holdS }: { readonly done: number; readonly total: number | null; readonly holdS: number },
): Promise<void> {
  await tx.query(
    `update operations set rows_done = $2, rows_total = $3, held_until = clock_timestamp() + make_interval(secs => $4)
     where id = $1 and state = 'running'`,
    [id, done, total, holdS],
  );
}

export async function endOperation(
  tx: Tx,
  id: string,
  outcome: { readonly result: unknown } | { readonly problem: ProblemDocument },
): Promise<void> {
  const isDone = "result" in outcome;
  await tx.query(
    `update operations set state = $2, result = $3, problem = $4, ended_at = clock_timestamp(), held_until = null
     where id = $1 and state = 'running'`,
    [
      ...[id, isDone ? "done" : "failed"],
      ...[isDone ? JSON.stringify(outcome.result) : null, isDone ? null : JSON.stringify(outcome.problem)],
    ],
  );
}
