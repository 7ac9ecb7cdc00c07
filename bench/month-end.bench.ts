import { NO_NANOS } from "../src/core/money/nanos.ts";
import type { BulkTx } from "../src/server/db/tx.ts";
import { readPeriod } from "../src/server/invoicing/billing-scope.ts";
import { runBill } from "../src/server/invoicing/run-bill.ts";
import { testerOf } from "../test/support/actor.ts";
import { Operator } from "../test/support/operator.ts";
import { bench } from "./bench.ts";
import { withDatabase } from "./own-database.ts";

const CALLS_PER_ACCOUNT = 500;
const CALLS_PER_BATCH = 50_000;
const DESTINATIONS = 40;
/** What each call costs: billed at 0.06 a minute for 30 s. */
const CALL = "0.03";

/**
 * Accounts in books of their own and a month of their charges, as imports would have left them: in order of answer, the
 * accounts mixed, a usage journal for each batch and book.
 */
async function fill(tx: BulkTx, tenantId: string, accounts: number): Promise<void> {
  const calls = accounts * CALLS_PER_ACCOUNT;
  const id = (kind: number, number: string) => `(lpad('${kind}', 8, '0') || lpad(to_hex(${number}), 24, '0'))::uuid`;
  await tx.query("select ensure_partition('charges', '2026-03-01')");
  await tx.query(
    `insert into books (tenant_id, id) select '${tenantId}', ${id(1, "n")} from generate_series(1, ${accounts}) n`,
  );
  await tx.query(
    `insert into accounts (tenant_id, id, book_id, code, name, kind, payment, currency, time_zone)
     select '${tenantId}', ${id(2, "n")}, ${id(1, "n")}, 'c' || lpad(n::text, 7, '0'), 'Customer ' || n, 'customer',
       'postpaid', 'EUR', 'Europe/Vienna' from generate_series(1, ${accounts}) n`,
  );
  await tx.query(
    `insert into charges (tenant_id, book_id, answered_at, usage_id, entry_no, account_id, side, batch_id, amount,
       currency, tariff_id, tariff_epoch, prefix, destination, rate, billed_s)
     select '${tenantId}', ${id(1, `1 + n % ${accounts}`)},
       timestamptz '2026-03-01 01:00Z' + n * (interval '30 days' / ${calls}), ${id(3, "n")}, 0,
       ${id(2, `1 + n % ${accounts}`)}, 'customer', 1 + n / ${CALLS_PER_BATCH}, ${CALL}, 'EUR', ${id(4, "1")}, 1, '49',
       'Destination ' || n / 7 % ${DESTINATIONS}, 0.06, 30
     from generate_series(0, ${calls} - 1) n`,
  );
  await tx.query(
    `insert into journals (tenant_id, book_id, number, kind, idempotency_key, input_hash, batch_id, first_answered_at,
       effective_date, booked_by)
     select '${tenantId}', book_id, row_number() over (partition by book_id order by batch_id), 'usage',
       'usage/' || batch_id, '', batch_id, min(answered_at), '2026-03-31', 'bench'
     from charges group by book_id, batch_id`,
  );
  await tx.query("update books b set last_journal_number = (select count(*) from journals j where j.book_id = b.id)");
}

/** Floor: 5 M charges of 10,000 accounts in 90 s; goal: in 30 s. Without PDFs, which print at their own pace. */
bench(
  "month end: charges to numbered, posted invoices",
  { smoke: 10, full: 10_000, unit: "invoices", floor: 111, goal: 333 },
  (n, meter) =>
    withDatabase(async (db, pid) => {
      const { tenantId } = await Operator.create(db);
      await db.bulk("owner", {}, (tx) => fill(tx, tenantId, n));
      await db.session((client) => client.query("vacuum analyze"));
      const scope = {
        tenantId,
        accountCodes: [],
        now: Temporal.Instant.from("2026-04-02T00:00:00Z"),
        actor: testerOf(tenantId),
      };
      const period = readPeriod({ month: "2026-03", from: undefined, to: undefined });
      meter.watch(pid);
      meter.start();
      const { billed, parked } = await runBill(db, { ...scope, period });
      meter.stop();
      const total = billed.reduce((sum, { invoice }) => sum + invoice.total, NO_NANOS as bigint);
      const expected = BigInt(n * CALLS_PER_ACCOUNT) * 30_000_000n;
      if (billed.length !== n || parked.length > 0 || total !== expected)
        throw new Error(
          `${billed.length} invoices of ${total}, ${parked.length} accounts parked, expected ${n} of ${expected}`,
        );
      return { checksum: total, verified: { invoices: billed.length, calls: n * CALLS_PER_ACCOUNT } };
    }),
);
