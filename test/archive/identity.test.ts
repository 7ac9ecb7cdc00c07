import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { archiveMonth } from "../../src/server/archive/archive-month.ts";
import { readMonth } from "../../src/server/archive/month.ts";
import { restoreMonth } from "../../src/server/archive/restore-month.ts";
import { ensurePartitions } from "../../src/server/db/partitions.ts";
import { testerOf } from "../support/actor.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { Operator } from "../support/operator.ts";

let db: TestDatabase;
let folder: string;

beforeAll(async () => {
  db = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), "tollwright-archive-laws-"));
});
afterAll(async () => {
  await db?.drop();
  await rm(folder, { recursive: true });
});

/** Whatever text may hold but NUL, which PostgreSQL has no place for; with what CSV makes trouble of. */
const anyText = fc.oneof(
  fc.constantFrom("", "\\N", "\\.", '"', ",", "\n", "\r\n", "\r", " ", "null", "'", "\\", "\u001e", "\u001f"),
  fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll("\0", "")),
);
const anyMicros = fc.integer({ min: 0, max: 86_400_000_000 - 1 });
const anyAmount = fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n });
const anyRow = fc.record({
  micros: anyMicros,
  text: anyText,
  note: fc.option(anyText),
  cause: fc.option(fc.integer({ min: -32_768, max: 32_767 })),
  amount: anyAmount,
  rate: fc.option(fc.integer().map((units) => `${units / 1_024}`)),
  parts: fc.option(fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes("\\u0000"))),
  revised: fc.boolean(),
});

/** What else is in the partitions of the month: then rows are deleted one by one. */
const anyMonth = fc.record({
  rows: fc.array(anyRow, { minLength: 1, maxLength: 12 }),
  beside: fc.constantFrom("nothing", "another tenant's call", "an earlier call's charge"),
});

/** Adds what is no part of the month; answers its rows, as text. */
async function addOthers(tenantId: string, beside: string): Promise<unknown> {
  return await db.transaction("owner", {}, async (tx) => {
    const row = {
      "another tenant's call": `insert into usage_events as t (tenant_id, book_id, started_at, id, account_id, source_id,
          batch_id, line, call_key, leg, direction, calling, called, ended_at, talked_ms, talked_s)
        values ($1, $1, '2026-01-07', $1, $1, $1, 1, 1, 'k', '', 'originating', '1', '2', '2026-01-07', 0, 0)`,
      "an earlier call's charge": `insert into charges as t (tenant_id, book_id, answered_at, usage_id, entry_no,
          account_id, side, batch_id, amount, currency, tariff_id, tariff_epoch, prefix, destination, billed_s)
        values ($1, $1, '2026-01-01', $1, 0, $1, 'customer', 1, 1, 'EUR', $1, 1, '', '', 1)`,
    }[beside];
    if (row === undefined) return [];
    return (await tx.query(`${row} returning t::text`, [tenantId])).rows;
  });
}

const amountText = (nanos: bigint): string => {
  const digits = String(nanos < 0n ? -nanos : nanos).padStart(10, "0");
  return `${nanos < 0n ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}`;
};

async function allRows(): Promise<unknown> {
  return await db.transaction("owner", {}, async (tx) => {
    const { rows } = await tx.query(
      `select t::text from (select u::text as t from usage_events u union all select c::text from charges c
         union all select h::text from usage_history h) all_rows order by t collate "C"`,
    );
    return rows;
  });
}

/** A partition whose every row went is emptied at a stroke, and holds no page: a deleted row would keep its place. */
async function isTruncated(): Promise<boolean> {
  return await db.transaction("owner", {}, async (tx) => {
    const { rows } = await tx.query<{ bytes: string }>(
      "select pg_relation_size('usage_events_2026_01') + pg_relation_size('charges_2026_01') as bytes",
    );
    return rows[0]?.bytes === "0";
  });
}

test("archive and restore are identity on the rows, whatever is in them", { timeout: 120_000 }, async () => {
  const { tenantId } = await Operator.create(db);
  const { tenantId: otherId } = await Operator.create(db);
  const month = readMonth("2026-01");
  const order = { tenantId, month, archiveDir: folder, actor: testerOf(tenantId) };
  const range = { fromDate: Temporal.PlainDate.from("2026-01-01"), untilDate: Temporal.PlainDate.from("2026-03-01") };
  await db.transaction("owner", {}, async (tx) => {
    await ensurePartitions(tx, "usage_events", range);
    await ensurePartitions(tx, "charges", range);
    await tx.query("insert into books (tenant_id, id) values ($1, $1)", [tenantId]);
  });
  await fc.assert(
    fc.asyncProperty(anyMonth, async ({ rows, beside }) => {
      await db.transaction("owner", {}, async (tx) => {
        for (const table of ["usage_events", "charges", "usage_history"]) await tx.query(`delete from ${table}`);
        for (const row of rows) {
          const at = `timestamptz '2026-01-31' + ${row.micros} * interval '1 microsecond'`;
          const answeredAt = `${at} + interval '12 hours'`; // half of them in February
          const { rows: made } = await tx.query<{ id: string }>(
            `insert into usage_events (tenant_id, book_id, started_at, id, account_id, source_id, batch_id, line,
               revision, call_key, leg, call_id, direction, calling, called, answered_at, ended_at, talked_ms,
               talked_s, cause_text, q850)
             values ($1, $1, ${at}, gen_random_uuid(), $1, $1, 1, 1, $2, $3, '', $4, 'originating', $3, '1',
               ${answeredAt}, ${at}, 1, 1,
               $4, $5) returning id`,
            [tenantId, row.revised ? 1 : 0, row.text, row.note, row.cause],
          );
          await tx.query(
            `insert into charges (tenant_id, book_id, answered_at, usage_id, entry_no, account_id, side, batch_id,
               amount, currency, tariff_id, tariff_epoch, prefix, destination, rate, billed_s, parts)
             values ($1, $1, ${answeredAt}, $2, 0, $1, 'customer', 1, $3, 'EUR', $1, 1, '', $4, $5, 1, $6)`,
            [
              tenantId,
              made[0]?.id,
              amountText(row.amount),
              row.text,
              row.rate,
              row.parts === null ? null : JSON.stringify(row.parts),
            ],
          );
          if (row.revised)
            await tx.query(
              `insert into usage_history (tenant_id, book_id, id, revision, batch_id, event)
               select tenant_id, book_id, id, 0, 1, to_jsonb(u) from usage_events u where id = $1`,
              [made[0]?.id],
            );
        }
      });
      const stays = await addOthers(otherId, beside);
      const before = await allRows();
      expect(await archiveMonth(db, order)).toMatchObject({ kind: "archived", calls: rows.length });
      expect(await allRows()).toEqual(stays);
      expect(await isTruncated()).toBe(beside === "nothing");
      expect(await restoreMonth(db, order)).toMatchObject({ calls: rows.length });
      expect(await allRows()).toEqual(before);
    }),
    { numRuns: 15, seed: 11 },
  );
});
