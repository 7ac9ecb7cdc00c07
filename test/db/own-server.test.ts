import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Problem } from "../../src/core/problem.ts";
import { type Database, openDatabase } from "../../src/server/db/database.ts";
import { migrate } from "../../src/server/db/migrate.ts";
import { testedServers } from "../support/database-server.ts";
import { asSuperuser } from "../support/database-url.ts";
import { throwAwayServer } from "../support/throw-away-server.ts";

/** DATABASE_URL with logins such as a managed server gives: each test begins on a server without Tollwright's roles. */
describe.each(testedServers())("a login without superuser rights, on PostgreSQL $version", ({ version, binaries }) => {
  let server: Awaited<ReturnType<typeof throwAwayServer>>;
  beforeAll(async () => {
    server = await throwAwayServer({ binaries });
  });
  afterAll(() => server.stop());

  /** A database and a login for it. */
  async function account(name: string, attributes: string, owner: boolean): Promise<{ url: string; admin: string }> {
    await asSuperuser(server.url, `create role ${name} login password 'secret' ${attributes}`);
    await asSuperuser(server.url, `create database ${name} template template0 ${owner ? `owner ${name}` : ""}`);
    const admin = server.url.replace("/tollwright?", `/${name}?`);
    return { admin, url: admin.replace(/\/\/[^@]*@/, `//${name}:secret@`) };
  }

  async function using<T>(url: string, work: (db: Database) => Promise<T>): Promise<T> {
    const db = await openDatabase({ url });
    return await work(db).finally(() => db.close());
  }

  const works = async (db: Database) => {
    await migrate(db);
    const { rows } = await db.transaction("ingest", {}, (tx) => tx.query("select current_user::text as role"));
    expect(rows).toEqual([{ role: "tollwright_ingest" }]);
  };

  test("that may not make roles is told the SQL an administrator has to run, and that SQL is enough", async () => {
    const { url, admin } = await account("plain", "nocreaterole", false);
    const problem = await using(url, migrate).catch((error: unknown) => error);
    expect(problem).toMatchObject({ code: "database-roles-missing", what: expect.stringContaining('login "plain"') });
    await asSuperuser(admin, (problem as Problem).fix.replace(/^.*?: /, ""));
    await using(url, works);
  });

  test("that owns its database and may make roles needs nobody, on a server of its own", async () => {
    const own = await throwAwayServer({ binaries });
    try {
      await asSuperuser(own.url, "create role billing login password 'secret' createrole");
      await asSuperuser(own.url, "create database billing template template0 owner billing");
      await using(own.url.replace("/tollwright?", "/billing?").replace(/\/\/[^@]*@/, "//billing:secret@"), works);
    } finally {
      await own.stop();
    }
  });

  test("meets the roles of another database: from 16 on an administrator hands them over", async () => {
    const { url, admin } = await account("second", "createrole", true);
    if (version >= 16) {
      const problem = await using(url, migrate).catch((error: unknown) => error);
      expect(problem).toMatchObject({ what: expect.stringContaining("not a member of tollwright_owner") });
      await asSuperuser(admin, (problem as Problem).fix.replace(/^.*?: /, ""));
    }
    await using(url, works);
  });

  test("with a wrong password, or no server at all, is told so without the password", async () => {
    const wrong = server.url.replace(/\/\/[^@]*@/, "//tollwright:guess@");
    const refused = await openDatabase({ url: wrong }).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: "database-unreachable",
      what: expect.stringContaining("authentication failed"),
    });
    expect(String(refused)).not.toContain("guess");
    const nobody = openDatabase({ url: "postgresql://me:secret@127.0.0.1:1/tollwright" });
    await expect(nobody).rejects.toThrow("me:***@127.0.0.1:1/tollwright: connect ECONNREFUSED");
  });

  test("with an address that no program can read is told so, without the password", async () => {
    const refused = await openDatabase({ url: "postgresql://me:se/cret@127.0.0.1/toll" }).catch((error) => error);
    expect(refused).toMatchObject({ code: "database-unreachable", fix: expect.stringContaining("%2F") });
    expect(refused.what).toContain("me:***@127.0.0.1/toll: Invalid URL");
  });

  test("that takes no more clients is told why", async () => {
    const { url } = await account("one_client", "connection limit 1", true);
    await using(url, async () => {
      const refused = await openDatabase({ url }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "database-failed", fix: expect.stringContaining("connections") });
    });
  });
});
