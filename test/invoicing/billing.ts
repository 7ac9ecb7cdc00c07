import type { BillingPeriod } from "../../src/core/invoicing/billing-period.ts";
import type { Currency } from "../../src/core/money/currency.ts";
import { parseDecimal, ZERO } from "../../src/core/money/decimal.ts";
import { nanosToSql } from "../../src/core/money/nanos.ts";
import { readPeriod } from "../../src/server/invoicing/billing-scope.ts";
import { showInvoice } from "../../src/server/invoicing/export-invoice.ts";
import { itemisedCalls } from "../../src/server/invoicing/itemised-calls.ts";
import type { ItemisedCall } from "../../src/server/invoicing/itemised-csv.ts";
import { type BillReport, runBill } from "../../src/server/invoicing/run-bill.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { saveExchangeRate } from "../../src/server/rating/exchange-store.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import { testerOf } from "../support/actor.ts";
import type { TestDatabase } from "../support/database.ts";
import { anyRate, EUR, Operator } from "../support/operator.ts";

/** The columns of {@link callRows}, for a source's mapping. */
export const COLUMNS = [
  "caller_id_number",
  "destination_number",
  "start_stamp",
  "answer_stamp",
  "end_stamp",
  "billsec",
  "uuid",
  "accountcode",
  "sip_gateway_name",
];

/** EUR in other currencies, and from when on. */
const EXCHANGE_RATES: readonly (readonly [quote: string, effectiveDate: string, rate: string])[] = [
  ["JPY", "2026-01-01", "161.37"],
  ["JPY", "2026-03-15", "163.01"],
  ["KWD", "2026-01-01", "0.333333"],
];

/**
 * Who is called, when it was answered (UTC), for how long and whom, and under which key; one row of a switch's file.
 */
export interface TestCall {
  readonly code: string;
  readonly answered: string;
  readonly talkedS: number;
  readonly called?: string;
  readonly key?: string;
}

/** Calls as a FreeSWITCH writes them. */
export function callRows(calls: readonly TestCall[]): string {
  return calls
    .map(({ code, answered, talkedS, called = "4930123456", key = `${code}-${answered}-${called}` }) => {
      const at = Temporal.PlainDateTime.from(answered);
      const stamp = (time: Temporal.PlainDateTime) => time.toString({ smallestUnit: "second" }).replace("T", " ");
      const end = at.add({ seconds: talkedS });
      const start = at.subtract({ seconds: 4 });
      const fields = ["442079460018", called, stamp(start), stamp(at), stamp(end), talkedS, key, code, "carrier"];
      return `${fields.map((field) => `"${field}"`).join(",")}\n`;
    })
    .join("");
}

/**
 * An operator with one carrier for all calls, whose customers are told apart by their account codes, at 0.06 a minute
 * to +49 and 0.1 elsewhere.
 */
export class BillingOperator {
  readonly operator: Operator;
  readonly accounts: readonly StoredAccount[];
  source: Source;

  private constructor(operator: Operator, accounts: readonly StoredAccount[], source: Source) {
    this.operator = operator;
    this.accounts = accounts;
    this.source = source;
  }

  static async create(
    db: TestDatabase,
    accounts: Readonly<Record<string, Partial<StoredAccount>>>,
  ): Promise<BillingOperator> {
    const operator = await Operator.create(db);
    const stored = [];
    for (const [code, fields] of Object.entries(accounts)) stored.push(await operator.account(code, fields));
    const buyers = stored.filter(({ kind }) => kind !== "vendor");
    await operator.tariff("retail", [anyRate("49", "0.06"), anyRate("", "0.1")], buyers);
    await operator.rules(buyers.map((account) => [account, { match: { accountCode: account.code } }]));
    const vendors = stored.filter(({ kind }) => kind === "vendor");
    await operator.tariff("cost", [anyRate("", "0.0133")], vendors);
    for (const vendor of vendors) await operator.trunk("carrier", vendor, "egress");
    const { tenantId } = operator;
    await db.transaction("app", { tenantId }, async (tx) => {
      for (const [quote, effectiveDate, rate] of EXCHANGE_RATES)
        await saveExchangeRate(tx, tenantId, {
          base: EUR,
          quote: quote as Currency,
          effectiveDate,
          rate: parseDecimal(rate) ?? ZERO,
        });
    });
    return new BillingOperator(operator, stored, await BillingOperator.sourceOf(operator, "UTC"));
  }

  private static sourceOf(operator: Operator, timeZone: string): Promise<Source> {
    return operator.source("switch", "freeswitch-csv", { timeZone, mapping: { columns: COLUMNS } });
  }

  /** From now on the switch's clock is read in another zone. */
  async correctZone(timeZone: string): Promise<void> {
    this.source = await BillingOperator.sourceOf(this.operator, timeZone);
  }

  async import(calls: readonly TestCall[], name = "calls.csv"): Promise<void> {
    await this.operator.importText(this.source, name, callRows(calls));
  }

  bill(period: string | BillingPeriod | null, now: string, accountCodes: readonly string[] = []): Promise<BillReport> {
    const { tenantId, db } = this.operator;
    return runBill(db, {
      tenantId,
      accountCodes,
      period: typeof period === "string" ? readPeriod({ month: period, from: undefined, to: undefined }) : period,
      now: Temporal.Instant.from(now),
      actor: testerOf(tenantId),
    });
  }
}

/** Numbers, accounts and amounts of a run, for comparing. */
export const summary = ({ billed }: BillReport): string[] =>
  billed.map(({ number, account, invoice }) => {
    const { kind, total, exactTotal } = invoice;
    return `${number} ${account.code} ${kind} ${nanosToSql(total)} of ${nanosToSql(exactTotal)}`;
  });

/**
 * Ledger accounts that are not what charges and invoices say, of accounts that were only billed: must be none.
 * charges = invoiced + unbilled, and receivable + rounding = invoiced, to the nano.
 */
const UNTIED = `
  select a.code, e.kind, e.expected, coalesce(b.amount, 0) as amount
  from accounts a
  cross join lateral (
    select coalesce(sum(exact_total), 0) as exact, coalesce(sum(due), 0) as due,
      coalesce(sum(case when kind = 'statement' then overrun - due else rounding end), 0) as rounding
    from invoices where account_id = a.id
  ) i
  cross join lateral (
    select coalesce(sum(amount), 0) as sold from charges where account_id = a.id and side <> 'cost'
  ) c
  cross join lateral (values
    ('receivable', i.due),
    ('rounding', i.rounding),
    ('unbilled', case when a.payment = 'prepaid' then 0 else c.sold - i.exact end)
  ) as e(kind, expected)
  left join balances b on b.account_id = a.id and b.kind = e.kind and b.currency = a.currency
  where coalesce(b.amount, 0) <> e.expected`;

export async function untied({ operator: { db, tenantId } }: BillingOperator): Promise<readonly object[]> {
  return (await db.transaction("app", { tenantId }, (tx) => tx.query(UNTIED))).rows;
}

/** The calls behind an invoice, as its itemised bill has them. */
export async function callsOf(
  { operator: { db, tenantId } }: BillingOperator,
  number: string,
): Promise<ItemisedCall[]> {
  const invoice = await showInvoice(db, tenantId, number);
  return await db.bulk("ingest", {}, (tx) => Array.fromAsync(itemisedCalls(tx, invoice)));
}
