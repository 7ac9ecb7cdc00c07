import { inject } from "vitest";
import type { Database } from "../../src/server/db/database.ts";
import { asSuperuser } from "./database-url.ts";

/** Takes one database away, as a server that was stopped would, and brings it back; others on the server go on. */
export class DatabaseOutage {
  readonly #name: string;
  readonly #server: string;

  constructor({ url }: Pick<Database, "url">, server = inject("databaseUrl")) {
    this.#server = server;
    this.#name = /\/([^/?]*)(?:\?|$)/.exec(url)?.[1] ?? ""; // the host may be the path of a socket
  }

  async begin(): Promise<void> {
    await asSuperuser(this.#server, `alter database ${this.#name} with allow_connections false`);
    await asSuperuser(
      this.#server,
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${this.#name}'`,
    );
  }

  async end(): Promise<void> {
    await asSuperuser(this.#server, `alter database ${this.#name} with allow_connections true`);
  }
}

/** Keeps everybody from the sessions until the answer is called: a database that hangs in the middle of its work. */
export async function hangSessions(db: Database): Promise<() => Promise<void>> {
  const locked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const held = db.session(async (client) => {
    await client.query("begin; lock table tollwright.sessions in access exclusive mode");
    locked.resolve();
    await release.promise;
    await client.query("commit");
  });
  await locked.promise;
  return async () => {
    release.resolve();
    await held;
  };
}
