import { createHash } from "node:crypto";
import type { TestDatabase } from "../support/database.ts";
import { loadTableShapes } from "../support/table-shapes.ts";
import type { Row, Rows } from "./ties.ts";

/** Every row of every table, as the superuser sees it. */
export async function loadRows(db: TestDatabase): Promise<Rows> {
  const shapes = await loadTableShapes(db);
  return await db.session(async (client) => {
    const found = new Map<string, readonly Row[]>();
    for (const { name } of shapes) {
      const { rows } = await client.query<{ row: Row }>(`select to_jsonb(t) as row from ${name} t`);
      found.set(
        name,
        rows.map(({ row }) => row),
      );
    }
    return found;
  });
}

/** Of which tables a request of somebody else leaves rows: what it was, not what it was about. */
const OF_CALLERS = new Set(["audit_entries", "idempotent_requests", "changed_settings", "log_in_failures"]);

/** A digest of each table's rows that are wanted: equal ones say that nothing was added, changed or taken away. */
export async function rowsDigest(
  db: TestDatabase,
  isWanted: (table: string, row: Row, rows: Rows) => boolean,
): Promise<Readonly<Record<string, string>>> {
  const rows = await loadRows(db);
  return Object.fromEntries(
    [...rows]
      .filter(([table]) => !OF_CALLERS.has(table))
      .map(([table, found]) => {
        const texts = found.filter((row) => isWanted(table, row, rows)).map((row) => JSON.stringify(row));
        return [table, `${texts.length} ${createHash("sha256").update(texts.toSorted().join("\n")).digest("hex")}`];
      }),
  );
}
