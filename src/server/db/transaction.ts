import type pg from "pg";
import { invariant } from "../../core/invariant.ts";
import type { Role, Rows, Scopes, Tx } from "./tx.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * One transaction on `client`, as `role`, in `scope`.
 *
 * Role and scope are literals and not parameters: only a literal `SET LOCAL` reaches the workers of a Citus cluster,
 * and `SET` takes no parameters. Hence the strict test of the UUID. They travel in one message with BEGIN, so that a
 * refused role leaves an aborted transaction in which nothing runs, and on a pipelining connection the first statement
 * of `work` follows without waiting.
 */
export async function runTransaction<R extends Role, T>(
  client: pg.PoolClient,
  role: R,
  scope: Scopes[R],
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const begun = client.query(`begin; set local role ${roleIn(role, scope)}${scopeSql(scope)}`);
  const beginFailed = begun.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  let value: T;
  try {
    value = await work(txOn(client));
  } catch (error) {
    await client.query("rollback").catch(() => undefined); // the connection is gone, and the transaction with it
    throw (await beginFailed)?.error ?? error; // the first cause, not "current transaction is aborted"
  }
  const ended = await client.query("commit");
  const failed = await beginFailed;
  if (failed) throw failed.error;
  // COMMIT of an aborted transaction succeeds by rolling back: `work` must not have swallowed a statement's error.
  invariant(ended.command === "COMMIT", "a statement failed, its error was swallowed, and the transaction rolled back");
  return value;
}

/** What a reseller or a customer asks for runs as a role of its own: see docs/decisions/0009-isolation.md. */
const roleIn = (role: Role, { accountId }: Partial<Scopes["app"]>): string =>
  accountId == null ? `tollwright_${role}` : "tollwright_account";

function scopeSql({ tenantId, accountId }: Partial<Scopes["app"]>): string {
  return setLocal("app.tenant_id", tenantId) + setLocal("app.account_id", accountId);
}

function setLocal(name: string, id: string | null | undefined): string {
  if (id == null) return "";
  invariant(UUID.test(id), `${name} is a lower-case UUID, got ${id}`);
  return `; set local ${name} = '${id}'`;
}

function txOn(client: pg.PoolClient): Tx {
  const rowsOf = <Row extends object>(result: pg.QueryResult<Row>): Rows<Row> => ({
    rows: result.rows,
    rowCount: result.rowCount ?? 0,
  });
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      rowsOf(await client.query<Row>(text, [...values])),
    prepared: async <Row extends object>(name: string, text: string, values: readonly unknown[]) =>
      rowsOf(await client.query<Row>({ name, text, values: [...values] })),
  };
}
