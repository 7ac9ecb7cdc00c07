import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { openDatabase } from "../../src/server/db/database.ts";
import { migrate } from "../../src/server/db/migrate.ts";
import { binariesIn, type ServerBinaries } from "../../src/server/db/server-binaries.ts";
import { asSuperuser, withDatabase } from "./database-url.ts";
import { throwAwayServer } from "./throw-away-server.ts";

const TEMPLATE = "tollwright_test_template";
const DEBIAN_BIN = "/usr/lib/postgresql/15/bin";
const POSTGRES_15 = { version: 15, binaries: binariesIn(DEBIAN_BIN, 15) };

/**
 * Vitest global setup of the projects that need a database: one throw-away server without fsync, migrated once into a
 * template. The project's name says which server; TEST_DATABASE_URL replaces the built-in one of `postgres-18`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer(project.name);
  const template = server.shared ? `${TEMPLATE}_${process.pid}` : TEMPLATE;
  await asSuperuser(server.url, `create database ${template} template template0`);
  const db = await openDatabase({ url: withDatabase(server.url, template) });
  await migrate(db);
  await db.close();
  project.provide("databaseUrl", server.url);
  project.provide("databaseTemplate", template);
  return async () => {
    if (server.shared) await asSuperuser(server.url, `drop database ${template}`);
    await server.stop();
  };
}

async function startServer(project: string): Promise<{ url: string; shared: boolean; stop(): Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given && project === "postgres-18") return { url: given, shared: true, stop: async () => undefined };
  const binaries = project === "postgres-15" ? POSTGRES_15.binaries : undefined;
  return { shared: false, ...(await throwAwayServer({ binaries })) };
}

/** The servers that tests which need one of their own run on: the built-in one, and 15 where it is installed. */
export const testedServers = (): { version: number; binaries: ServerBinaries | undefined }[] => [
  { version: 18, binaries: undefined },
  ...(hasPostgres15() ? [POSTGRES_15] : []),
];

/** Whether Debian's PostgreSQL 15 is on this machine. */
export const hasPostgres15 = (): boolean => existsSync(join(DEBIAN_BIN, "postgres"));
