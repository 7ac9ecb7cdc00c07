import { now } from "../../src/clock.ts";
import type { Currency } from "../../src/core/money/currency.ts";
import { parseDecimal, ZERO } from "../../src/core/money/decimal.ts";
import { fromInstant } from "../../src/core/time/epoch.ts";
import { ChargingLane } from "../../src/server/charging/charging-lane.ts";
import type { Authorise, Stop } from "../../src/server/charging/charging-request.ts";
import { DEFAULT_POLICY } from "../../src/server/charging/charging-work.ts";
import type { Database } from "../../src/server/db/database.ts";
import type { Source } from "../../src/server/mediation/source.ts";
import { saveExchangeRate } from "../../src/server/rating/exchange-store.ts";
import type { StoredAccount } from "../../src/server/tenancy/party.ts";
import { anyRate, EUR, Operator } from "../support/operator.ts";
import { authorisation, ending } from "../support/session-requests.ts";

/** A party of a chain and the price a minute at which it buys. */
export interface ChainLevel {
  readonly code: string;
  readonly perMinute: string;
  /** "60/60": the first and the next increment. */
  readonly increments: string;
  readonly fields?: Partial<StoredAccount>;
}

const COLUMNS = [
  ...["caller_id_number", "destination_number", "start_stamp", "answer_stamp", "end_stamp", "duration", "billsec"],
  ...["uuid", "accountcode", "sip_gateway_name"],
];

/** An operator that buys of a vendor and sells down a chain of resellers, to a customer at its end. */
export class SellingChain {
  readonly operator: Operator;
  readonly source: Source;
  readonly lane: ChargingLane;
  /** From the party directly under the operator down to the customer. */
  readonly levels: readonly StoredAccount[];

  private constructor(operator: Operator, source: Source, levels: readonly StoredAccount[]) {
    this.operator = operator;
    this.source = source;
    this.levels = levels;
    this.lane = new ChargingLane(operator.db, operator.tenantId, DEFAULT_POLICY);
  }

  /** `levels` from the top down; the last of them is the customer. */
  static async create(db: Database, vendor: ChainLevel, levels: readonly ChainLevel[]): Promise<SellingChain> {
    const operator = await Operator.create(db);
    const carrier = await operator.account(vendor.code, { kind: "vendor", ...vendor.fields });
    await price(operator, vendor, carrier);
    await operator.trunk("carrier", carrier, "egress");
    const accounts: StoredAccount[] = [];
    for (const [index, level] of levels.entries()) {
      const above = accounts.at(-1);
      const kind = index === levels.length - 1 ? "customer" : "reseller";
      const place = above === undefined ? {} : { parentId: above.id, bookId: above.bookId };
      const account = await operator.account(level.code, { kind, ...place, ...level.fields });
      await price(operator, level, account);
      accounts.push(account);
    }
    const customer = accounts.at(-1) as StoredAccount;
    await operator.rule(customer, { match: { accountCode: customer.code } });
    const source = await operator.source("switch", "freeswitch-csv", { mapping: { columns: COLUMNS } });
    return new SellingChain(operator, source, accounts);
  }

  get customer(): StoredAccount {
    return this.levels.at(-1) as StoredAccount;
  }

  /** `rate` units of `quote` for one of `base`, since two days ago. */
  async exchangeRate(base: Currency, quote: Currency, rate: string): Promise<void> {
    const { db, tenantId } = this.operator;
    const effectiveDate = now().toZonedDateTimeISO("UTC").toPlainDate().subtract({ days: 2 }).toString();
    const published = { base, quote, effectiveDate, rate: parseDecimal(rate) ?? ZERO };
    await db.transaction("app", { tenantId }, (tx) => saveExchangeRate(tx, tenantId, published));
  }

  /** A call of the customer to Germany, as its switch asks for it. */
  authorise(key: string, fields: Partial<Authorise> = {}): Authorise {
    const request = authorisation(this.source.id, key, fields);
    return { ...request, attempt: { ...request.attempt, accountCode: this.customer.code, egressTrunk: "carrier" } };
  }

  stop(key: string, talkedS: number, fields: Partial<Stop> = {}): Stop {
    return ending(this.source.id, key, talkedS, fields);
  }

  /** The record of a call of the customer to Germany that ended a moment ago, in a file. */
  async importCall(key: string, talkedS: number): Promise<void> {
    const endMs = fromInstant(now()) - 60_000;
    const text = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace("T", " ");
    const answered = text(endMs - talkedS * 1_000);
    const cells = ["442071234567", "4930123456", answered, answered, text(endMs), talkedS, talkedS];
    const row = [...cells, key, this.customer.code, "carrier"].map((cell) => `"${cell}"`).join(",");
    const { counts } = await this.operator.importText(this.source, `${key}.csv`, `${row}\n`);
    if (counts.stored !== 1) throw new Error(`the call was not stored: ${JSON.stringify(counts)}`);
  }

  /** What each account was charged, or is owed, by its code, in plain currency. */
  async charges(): Promise<Readonly<Record<string, number>>> {
    const { rows } = await this.operator.db.transaction("app", { tenantId: this.operator.tenantId }, (tx) =>
      tx.query<{ code: string; amount: number }>(
        `select a.code, sum(c.amount)::float8 as amount from charges c join accounts a on a.id = c.account_id
         group by a.code`,
      ),
    );
    return Object.fromEntries(rows.map(({ code, amount }) => [code, amount]));
  }

  /** Ledger accounts of a party by kind and currency, debits above zero. */
  async ledgerOf(code: string): Promise<Readonly<Record<string, number>>> {
    const { rows } = await this.operator.db.transaction("app", { tenantId: this.operator.tenantId }, (tx) =>
      tx.query<{ kind: string; currency: string; amount: number }>(
        `select b.kind, b.currency, b.amount::float8 from balances b join accounts a on a.id = b.account_id
         where a.code = $1 and b.amount <> 0`,
        [code],
      ),
    );
    return Object.fromEntries(rows.map(({ kind, currency, amount }) => [`${kind} ${currency}`, amount]));
  }
}

/** The tariff at which a level buys, in its own currency. */
async function price(operator: Operator, level: ChainLevel, account: StoredAccount): Promise<void> {
  const [firstS = 1, nextS = 1] = level.increments.split("/").map(Number);
  const rates = [anyRate("49", level.perMinute, { increments: { firstS, nextS } })];
  await operator.tariff(`of ${level.code}`, rates, [account], { currency: level.fields?.currency ?? EUR });
}
