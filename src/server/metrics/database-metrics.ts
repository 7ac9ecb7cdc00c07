import { Gauge, Histogram, type Registry } from "prom-client";
import type { Database, PoolName } from "../db/database.ts";

const TRANSACTION_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];
const S_PER_MS = 1 / 1_000;

/** The same database: its pools are shown as they are, its transactions timed with the wait for a connection. */
export function measuredDatabase(registry: Registry, db: Database): Database {
  const registers = [registry];
  const seconds = new Histogram({
    ...{ name: "tollwright_database_transaction_seconds", help: "Transactions, from the wait for a connection" },
    ...{ labelNames: ["pool"], buckets: TRANSACTION_S, registers },
  });
  showPools(registry, db);
  const timed = (pool: PoolName) => {
    const child = seconds.labels(pool);
    return async <T>(work: () => Promise<T>): Promise<T> => {
      const begunMs = performance.now();
      try {
        return await work();
      } finally {
        child.observe((performance.now() - begunMs) * S_PER_MS);
      }
    };
  };
  const [oltp, bulk, charging] = [timed("oltp"), timed("bulk"), timed("charging")];
  return {
    url: db.url,
    get pools() {
      return db.pools;
    },
    transaction: (role, scope, work) => oltp(() => db.transaction(role, scope, work)),
    bulk: (role, scope, work) => bulk(() => db.bulk(role, scope, work)),
    urgent: (role, scope, work) => charging(() => db.urgent(role, scope, work)),
    session: (work) => db.session(work),
    close: () => db.close(),
  };
}

function showPools(registry: Registry, db: Database): void {
  const registers = [registry];
  new Gauge({
    ...{ name: "tollwright_database_connections", help: "Connections to the database", registers },
    labelNames: ["pool", "state"],
    collect() {
      for (const { name, inUse, idle } of db.pools) {
        this.set({ pool: name, state: "in-use" }, inUse);
        this.set({ pool: name, state: "idle" }, idle);
      }
    },
  });
  new Gauge({
    ...{ name: "tollwright_database_connections_max", help: "Connections that a pool may have", registers },
    labelNames: ["pool"],
    collect() {
      for (const { name, max } of db.pools) this.set({ pool: name }, max);
    },
  });
  new Gauge({
    ...{ name: "tollwright_database_waiting", help: "Transactions that wait for a connection", registers },
    labelNames: ["pool"],
    collect() {
      for (const { name, waiting } of db.pools) this.set({ pool: name }, waiting);
    },
  });
}
