import { expect } from "vitest";
import type { Source } from "../../src/server/mediation/source.ts";
import { sqlPuller } from "../../src/server/pulls/sql-puller.ts";
import type { SqlPull } from "../../src/server/pulls/sql-settings.ts";
import type { Operator } from "./operator.ts";
import { pullRun } from "./pull-run.ts";

/** What pulls have stored. `balanced`: every row has come to one fate. */
export const storedRows = (operator: Operator) =>
  operator.figures<{ calls: number; first: string; files: number; rows: number; duplicate: number; balanced: boolean }>(
    `select (select count(*)::int from usage_events) as calls,
       (select to_char(min(started_at) at time zone 'UTC', 'HH24:MI:SS') from usage_events) as first,
       (select count(*)::int from source_files) as files, (select sum(rows)::int from source_files) as rows,
       (select sum(duplicate)::int from source_files) as duplicate,
       (select bool_and(rows = stored + duplicate + non_billable + quarantined + open) from source_files) as balanced`,
  );

/**
 * Reads a table of `rows` rows in pages of 200 from a server that is killed after the second one, and again when it is
 * back: the first read fails and says that the server is gone, the second goes on, and every row is stored once.
 */
export async function expectReadOnAfterKill(args: {
  readonly operator: Operator;
  readonly source: Source;
  readonly settings: SqlPull;
  readonly rows: number;
  readonly server: { kill(): Promise<void>; start(): Promise<void> };
}): Promise<void> {
  const { operator, source, settings, rows, server } = args;
  const read = async () => await sqlPuller.run(await pullRun(operator, source, { ...settings, pageRows: 200 }));
  const failing = read().catch((error: unknown) => error);
  for (let calls = 0; calls < 400; ) calls = (await storedRows(operator)).calls;
  await server.kill();
  expect(await failing).toMatchObject({ code: "sql-unreachable" });
  expect((await storedRows(operator)).calls).toBeLessThan(rows);
  await server.start();
  await read();
  expect(await storedRows(operator)).toMatchObject({ calls: rows, rows, duplicate: 0, balanced: true });
}
