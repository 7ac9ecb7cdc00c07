import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { asSuperuser, withDatabase } from "./database-url.ts";

/** A database of one test file: migrated, empty, its own. */
export interface TestDatabase extends Database {
  /** Closes the pools and drops the database. */
  drop(): Promise<void>;
}

declare module "vitest" {
  interface ProvidedContext {
    /** Connection string of the superuser to the server under test; its database is the migrated template's host. */
    readonly databaseUrl: string;
    /** Name of the migrated database that test databases are copied from. */
    readonly databaseTemplate: string;
  }
}

/**
 * A fresh copy of the migrated schema on the server under test (about 20 ms). Call it in `beforeAll` and `drop` it in
 * `afterAll`; tests of one file share it, files never do.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const { url, drop } = await createDatabase(inject("databaseTemplate"));
  const db = await openDatabase({ url });
  return {
    ...db,
    drop: async () => {
      await db.close();
      await drop();
    },
  };
}

/**
 * An empty, unmigrated database (or a copy of `template`) on the server under test: for tests of the database layer.
 */
export async function createDatabase(template = "template0"): Promise<{ url: string; drop(): Promise<void> }> {
  const server = inject("databaseUrl");
  const name = `t_${randomBytes(8).toString("hex")}`;
  await asSuperuser(server, `create database ${name} template ${template}`);
  return {
    url: withDatabase(server, name),
    drop: () => asSuperuser(server, `drop database if exists ${name} with (force)`),
  };
}
