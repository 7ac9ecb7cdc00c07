import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { epochMs } from "../src/core/time/epoch.ts";
import { archiveMonth } from "../src/server/archive/archive-month.ts";
import { ArchivedRows } from "../src/server/archive/archived-rows.ts";
import { giveBackSpace } from "../src/server/archive/empty-partitions.ts";
import { readMonth } from "../src/server/archive/month.ts";
import { restoreMonth } from "../src/server/archive/restore-month.ts";
import { searchCalls } from "../src/server/search/search-calls.ts";
import { testerOf } from "../test/support/actor.ts";
import { Operator } from "../test/support/operator.ts";
import { bench } from "./bench.ts";
import { calledOf, FILLED_MONTH, fillMonth } from "./filled-month.ts";
import { withDatabase } from "./own-database.ts";

const SEARCHES = 3;

/** A month of calls to Parquet and back, and whole numbers looked for in it there. */
bench("archive: a month of calls", { smoke: 4_000, full: 200_000, unit: "calls" }, (n) =>
  withDatabase(async (db) => {
    const folder = await mkdtemp(join(tmpdir(), "tollwright-archive-bench-"));
    const archive = new ArchivedRows(folder);
    try {
      const { tenantId } = await Operator.create(db);
      await db.session((client) => fillMonth(client, tenantId, n));
      const month = readMonth(FILLED_MONTH.start.slice(0, 7));
      const order = { tenantId, month, archiveDir: folder, actor: testerOf(tenantId) };
      const archived = await timed(async () => {
        const part = await archiveMonth(db, order);
        await giveBackSpace(db);
        return part;
      });
      if (archived.value.kind !== "archived") throw new Error("nobody else changes calls here");
      const bytes = archived.value.files.reduce((sum, file) => sum + file.bytes, 0);
      const searched = await timed(async () => {
        let found = 0;
        for (let i = 0; i < SEARCHES; i += 1) {
          const called = await db.session(async (client) => {
            const { rows } = await client.query<{ called: string }>(`select ${calledOf(String(i * 97))} as called`);
            return rows[0]?.called ?? "";
          });
          const filter = { from: epochMs(month.startAt), until: epochMs(month.endAt), called: exact(called) };
          const page = { order: "newest", after: null, limit: 100 } as const;
          found += (await searchCalls(db, { tenantId, filter, page, archive })).calls.length;
        }
        return found;
      });
      const restored = await timed(() => restoreMonth(db, order));
      return {
        checksum: BigInt(archived.value.calls + restored.value.calls + searched.value),
        figures: [
          { name: "archived", value: n / archived.seconds, unit: "calls/s" },
          { name: "Parquet", value: bytes / n, unit: "bytes a call with its charges" },
          { name: "a number found", value: (searched.seconds * 1_000) / SEARCHES, unit: "ms" },
          { name: "restored", value: n / restored.seconds, unit: "calls/s" },
        ],
      };
    } finally {
      await archive.close();
      await rm(folder, { recursive: true });
    }
  }),
);

const exact = (called: string) => ({ kind: "exact", texts: [called, `=${called}`] }) as const;

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const began = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - began) / 1_000 };
}
