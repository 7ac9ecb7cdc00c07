import { epochMs } from "../src/core/time/epoch.ts";
import type { Authorise } from "../src/server/charging/charging-request.ts";
import type { Database } from "../src/server/db/database.ts";
import type { Source } from "../src/server/mediation/source.ts";
import { anyRate, Operator } from "../test/support/operator.ts";

/** When the calls begin. */
export const STARTED = Date.UTC(2026, 1, 1);

/** A switch whose calls are charged, and who pays for them. */
export interface Prepaid {
  readonly operator: Operator;
  readonly source: Source;
  readonly accounts: number;
}

/**
 * Prepaid accounts with money for 40,000 minutes each, a price for every number, and a switch that names them by
 * account code or SIP user.
 */
export async function setUpPrepaid(
  db: Database,
  accounts: number,
  { format = "freeswitch-csv", settings = {} }: { readonly format?: string; readonly settings?: unknown } = {},
): Promise<Prepaid> {
  const operator = await Operator.create(db);
  const { tenantId } = operator;
  const first = await operator.account("acct0", { payment: "prepaid" });
  await operator.tariff("retail", [anyRate("", "0.06")], [first]);
  const source = await operator.source("switch", format, settings);
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
    await tx.query(
      `insert into account_rules (tenant_id, id, account_id, account_code, sip_user)
       select tenant_id, gen_random_uuid(), id, code, null from accounts where tenant_id = $1
       union all select tenant_id, gen_random_uuid(), id, null, code from accounts where tenant_id = $1`,
      [tenantId],
    );
  });
  return { operator, source, accounts };
}

/** What a switch says of a call. */
export interface CallNames {
  readonly key: string;
  readonly calling: string;
  readonly called: string;
  /** The code of the account that pays. */
  readonly account: string;
}

/** Call `call`; accounts take turns. */
export const callNames = (call: number, accounts: number): CallNames => ({
  key: `call-${call}`,
  calling: "442071234567",
  called: `49${String((call * 7_919) % 10_000_000).padStart(7, "0")}`,
  account: `acct${(call * 31) % accounts}`,
});

/** The authorisation of call `call`, for a minute. */
export const authorise = ({ source, accounts }: Prepaid, call: number): Authorise => {
  const { key, calling, called, account } = callNames(call, accounts);
  return {
    kind: "authorise",
    sourceId: source.id,
    requestKey: "authorise",
    wantedS: 60,
    attempt: {
      ...{ key, leg: "", callId: null, direction: "originating", calling, called, startedAt: epochMs(STARTED) },
      ...{ accountCode: account, sipUser: null, sourceAddress: null },
      ...{ ingressTrunk: null, egressTrunk: null },
    },
  };
};
