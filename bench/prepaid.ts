import { epochMs } from "../src/core/time/epoch.ts";
import type { Authorise } from "../src/server/charging/charging-request.ts";
import type { Database } from "../src/server/db/database.ts";
import type { Source } from "../src/server/mediation/source.ts";
import { anyRate, Operator } from "../test/support/operator.ts";

const STARTED = Date.UTC(2026, 1, 1);

/** A switch whose calls are charged, and who pays for them. */
export interface Prepaid {
  readonly operator: Operator;
  readonly source: Source;
  readonly accounts: number;
}

/** Prepaid accounts with money for 40,000 calls each, a price for every number, and a switch that names them. */
export async function setUpPrepaid(db: Database, accounts: number): Promise<Prepaid> {
  const operator = await Operator.create(db);
  const { tenantId } = operator;
  const first = await operator.account("acct0", { payment: "prepaid" });
  await operator.tariff("retail", [anyRate("", "0.06")], [first]);
  const source = await operator.source("switch", "freeswitch-csv");
  // As `account` and `tariff` store them, in one statement each: thousands of transactions are not what is measured.
  await db.bulk("owner", {}, async (tx) => {
    await tx.query(
      `insert into books (tenant_id, id) select $1, md5('book' || i)::uuid from generate_series(1, $2::integer - 1) i`,
      [tenantId, accounts],
    );
    await tx.query(
      `insert into accounts (tenant_id, id, book_id, code, name, kind, payment, currency, time_zone)
       select $1, md5('account' || i)::uuid, md5('book' || i)::uuid, 'acct' || i, 'Account ' || i, 'customer', 'prepaid',
         'EUR', 'UTC' from generate_series(1, $2::integer - 1) i`,
      [tenantId, accounts],
    );
    await tx.query(
      `insert into account_tariffs (tenant_id, account_id, tariff_id, effective_from)
       select $1, md5('account' || i)::uuid, t.tariff_id, t.effective_from
       from generate_series(1, $2::integer - 1) i, account_tariffs t where t.account_id = $3`,
      [tenantId, accounts, first.id],
    );
    await tx.query(
      `insert into balances (tenant_id, book_id, account_id, kind, currency, amount)
       select tenant_id, book_id, id, 'wallet', 'EUR', -2400 from accounts where tenant_id = $1`,
      [tenantId],
    );
  });
  const ids = await db.transaction("app", { tenantId }, (tx) =>
    tx.query<{ id: string; code: string }>("select id, code from accounts"),
  );
  await operator.rules(ids.rows.map(({ id, code }) => [{ ...first, id }, { match: { accountCode: code } }]));
  return { operator, source, accounts };
}

/** The authorisation of call `call`, for a minute; accounts take turns. */
export const authorise = ({ source, accounts }: Prepaid, call: number): Authorise => {
  const key = `call-${call}`;
  return {
    kind: "authorise",
    sourceId: source.id,
    requestKey: "authorise",
    wantedS: 60,
    attempt: {
      ...{ key, leg: "", callId: null, direction: "originating", calling: "442071234567" },
      ...{ called: `49${String((call * 7_919) % 10_000_000).padStart(7, "0")}`, startedAt: epochMs(STARTED) },
      ...{ accountCode: `acct${(call * 31) % accounts}`, sipUser: null, sourceAddress: null },
      ...{ ingressTrunk: null, egressTrunk: null },
    },
  };
};
