import pg from "pg";
import { databaseFailure } from "./database-failure.ts";
import { databaseTooOld, databaseUnreachable } from "./database-problems.ts";
import { sqlTypes } from "./sql-types.ts";
import { runTransaction } from "./transaction.ts";
import type { BulkTx, Role, Scopes, Tx } from "./tx.ts";

export interface DatabaseOptions {
  /** `postgresql://login:password@host:port/database`, a direct connection or a pooler in session mode. */
  readonly url: string;
  /** Connections for short transactions; 10 when not given. */
  readonly connectionsMax?: number;
  /** Connections for COPY and migrations; 8 when not given: an import may hold three, and others go on beside it. */
  readonly bulkConnectionsMax?: number;
}

/** What connections are for: {@link Database.transaction}, {@link Database.bulk}, {@link Database.urgent}. */
export type PoolName = "oltp" | "bulk" | "charging";

/** Connections of one kind. */
export interface PoolState {
  readonly name: PoolName;
  readonly max: number;
  readonly inUse: number;
  readonly idle: number;
  /** Who waits for one. */
  readonly waiting: number;
}

/** A pool of connections to one Tollwright database. */
export interface Database {
  readonly url: string;
  /** Its connections as they are now. */
  readonly pools: readonly PoolState[];

  /**
   * Runs `work` in one transaction as `role`, commits when it resolves and rolls back when it throws.
   * Nothing is tried again: the caller knows whether a second try is right.
   *
   * @throws what `work` throws; pg.DatabaseError; Problem `database-unreachable`.
   */
  transaction<R extends Role, T>(role: R, scope: Scopes[R], work: (tx: Tx) => Promise<T>): Promise<T>;

  /** The same on a connection that can COPY and has no statement timeout: for bulk load and long maintenance. */
  bulk<R extends Role, T>(role: R, scope: Scopes[R], work: (tx: BulkTx) => Promise<T>): Promise<T>;

  /**
   * As `transaction`, for what a switch waits for: on connections that nothing else takes, and that wait for no lock
   * for long.
   */
  urgent<R extends Role, T>(role: R, scope: Scopes[R], work: (tx: Tx) => Promise<T>): Promise<T>;

  /**
   * Lends a plain session as the login itself, outside any transaction: for migrations and administration only.
   * When `work` throws, the connection is closed, so whatever it was in the middle of is rolled back.
   */
  session<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;

  /** Waits for running transactions and closes every connection. */
  close(): Promise<void>;
}

const SERVER_MAJOR_MIN = 15;
const CONNECT_MS_MAX = 10_000;

/** A request that takes longer is stuck or wrong; lock waits end sooner, so that they name the statement that waits. */
const OLTP_TIMEOUTS = { statement_timeout: 60_000, lock_timeout: 15_000, idle_in_transaction_session_timeout: 60_000 };
/** A transaction of charging that is stuck is given up, so that the next may go on: its switches wait no more. */
const URGENT_TIMEOUTS = {
  statement_timeout: 30_000,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 30_000,
};
const URGENT_CONNECTIONS = 4;
const BULK_TIMEOUTS = { lock_timeout: 60_000, idle_in_transaction_session_timeout: 600_000 };

/** pg_temp last: a temporary table may not take the place of a real one (CVE-2018-1058 and its kin). */
const SESSION = "-c search_path=tollwright,pg_temp -c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601";
/**
 * Charging looks everything up by its key. A plan is kept for as long as its connection: one that was made while a
 * table was small must not read all of it once it is large.
 */
const URGENT_SESSION = `${SESSION} -c enable_seqscan=off -c plan_cache_mode=force_generic_plan`;
/** A staged batch stays in memory: with the server's 8 MB most of it would be written to a file and read again. */
const BULK_SESSION = `${SESSION} -c temp_buffers=64MB`;

/**
 * Opens the pools and checks the server's version. Connections are made as they are needed.
 *
 * @throws Problem `database-unreachable`, `database-too-old`.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url } = options;
  const shared = { connectionString: url, options: SESSION, types: sqlTypes, connectionTimeoutMillis: CONNECT_MS_MAX };
  const oltp = new pg.Pool({
    ...shared,
    ...OLTP_TIMEOUTS,
    pipeline: true,
    max: options.connectionsMax ?? 10,
    application_name: "tollwright",
  });
  const bulk = new pg.Pool({
    ...shared,
    ...BULK_TIMEOUTS,
    options: BULK_SESSION,
    max: options.bulkConnectionsMax ?? 8,
    application_name: "tollwright bulk",
  });
  const urgent = new pg.Pool({
    ...shared,
    ...URGENT_TIMEOUTS,
    options: URGENT_SESSION,
    pipeline: true,
    max: URGENT_CONNECTIONS,
    application_name: "tollwright charging",
  });
  const pools = [oltp, bulk, urgent];
  for (const pool of pools) pool.on("error", () => undefined); // an idle connection died: the next use reconnects
  const close = async () => {
    await Promise.all(pools.map((pool) => pool.end()));
  };
  try {
    await checkVersion(url, oltp);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url,
    get pools() {
      return [stateOf("oltp", oltp), stateOf("bulk", bulk), stateOf("charging", urgent)];
    },
    close,
    transaction: (role, scope, work) => withClient(url, oltp, (client) => runTransaction(client, role, scope, work)),
    bulk: (role, scope, work) =>
      withClient(url, bulk, (client) => runTransaction(client, role, scope, (tx) => work({ ...tx, client }))),
    urgent: (role, scope, work) => withClient(url, urgent, (client) => runTransaction(client, role, scope, work)),
    session: (work) => withClient(url, bulk, work, { closeOnError: true }),
  };
}

const stateOf = (name: PoolName, { options, totalCount, idleCount, waitingCount }: pg.Pool): PoolState => ({
  ...{ name, max: options.max, inUse: totalCount - idleCount, idle: idleCount, waiting: waitingCount },
});

/** Lends a client of `pool`; one whose connection broke meanwhile is closed, never lent again. */
async function withClient<T>(
  url: string,
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  { closeOnError = false } = {},
): Promise<T> {
  const client = await lend(pool).catch((cause: unknown) => {
    const isServers = cause instanceof pg.DatabaseError; // it is there, but starts, stops or has too many clients
    throw (isServers ? databaseFailure(cause) : null) ?? databaseUnreachable({ url, reason: reasonOf(cause), cause });
  });
  let broken = false;
  const onError = () => {
    broken = true;
  };
  client.on("error", onError);
  try {
    return await work(client);
  } catch (error) {
    broken ||= closeOnError;
    throw error;
  } finally {
    client.off("error", onError);
    client.release(broken);
  }
}

/** Async, because pg throws at once for a connection string that it can't read. */
const lend = async (pool: pg.Pool): Promise<pg.PoolClient> => await pool.connect();

/** Several addresses refused make an AggregateError without a message of its own. */
const reasonOf = (cause: unknown): string => (cause instanceof Error && cause.message) || String(cause);

async function checkVersion(url: string, pool: pg.Pool): Promise<void> {
  const found = await withClient(url, pool, async (client) => {
    const { rows } = await client.query<{ number: number; text: string }>(
      "select current_setting('server_version_num')::int as number, current_setting('server_version') as text",
    );
    return rows[0];
  });
  if (!found || found.number < SERVER_MAJOR_MIN * 10_000) throw databaseTooOld({ found: found?.text ?? "unknown" });
}
