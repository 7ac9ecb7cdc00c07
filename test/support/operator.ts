import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { now, uuidv7 } from "../../src/clock.ts";
import type { Currency } from "../../src/core/money/currency.ts";
import { parseDecimal, ZERO } from "../../src/core/money/decimal.ts";
import { NO_NANOS } from "../../src/core/money/nanos.ts";
import { EMERGENCY_NUMBERS } from "../../src/core/numbering/emergency.ts";
import type { Rate } from "../../src/core/tariff/rate.ts";
import type { TariffTerms } from "../../src/core/tariff/tariff.ts";
import type { AccountRule } from "../../src/core/tenancy/account-rule.ts";
import { NO_ACCOUNT_LIMITS, NO_SESSION_LIMITS, type SessionLimits } from "../../src/core/tenancy/session-limits.ts";
import { type EpochMs, epochMs, fromInstant } from "../../src/core/time/epoch.ts";
import type { Database } from "../../src/server/db/database.ts";
import { type ImportedFile, importFile } from "../../src/server/mediation/import-file.ts";
import { readSourceConfig, type Source } from "../../src/server/mediation/source.ts";
import { saveSource } from "../../src/server/mediation/source-store.ts";
import { insertTariff, insertVersion, lockEpoch } from "../../src/server/tariff/store.ts";
import type { StoredAccount, StoredTenant } from "../../src/server/tenancy/party.ts";
import * as tenancy from "../../src/server/tenancy/store.ts";

export const EUR = "EUR" as Currency;

const PLAIN_TERMS: TariffTerms = {
  currency: EUR,
  timeZone: "UTC",
  incrementBase: "after-initial",
  decimals: 9,
  rounding: "half-up",
  windowCrossing: "split",
  reprice: "at-answer",
  windows: [],
};

/** A rate a minute with one-second steps, in force since 2000; `rest` changes what a test is about. */
export function anyRate(prefix: string, perMinute: string, rest: Partial<Rate> = {}): Rate {
  const ratePerUnit = parseDecimal(perMinute);
  if (ratePerUnit === undefined) throw new Error(`no decimal: ${perMinute}`);
  return {
    prefix,
    destination: `Destination ${prefix}`,
    blocked: false,
    ratePerUnit,
    unitS: 60,
    increments: { firstS: 1, nextS: 1 },
    slots: [],
    connectFee: ZERO,
    minimumS: 0,
    freeS: 0,
    minimumCost: null,
    maximumCost: null,
    window: null,
    effectiveFrom: epochMs(Date.UTC(2000, 0, 1)),
    effectiveTo: null,
    ...rest,
  };
}

/** An operator of a test: a tenant with what the test gives it, in a real database. */
export class Operator {
  readonly db: Database;
  readonly tenantId = uuidv7();

  constructor(db: Database) {
    this.db = db;
  }

  static async create(db: Database, fields: Partial<StoredTenant> = {}): Promise<Operator> {
    const operator = new Operator(db);
    const tenant = {
      id: operator.tenantId,
      name: `Tenant ${operator.tenantId}`,
      currency: EUR,
      timeZone: "UTC",
      letterhead: {},
      emergencyNumbers: EMERGENCY_NUMBERS,
      destinationGroups: [],
      lowBalance: [],
      ...fields,
    };
    await db.transaction("owner", {}, (tx) => tenancy.saveTenant(tx, tenant));
    return operator;
  }

  /** An account in a book of its own, or in its parent's. */
  async account(code: string, fields: Partial<StoredAccount> = {}): Promise<StoredAccount> {
    const account: StoredAccount = {
      id: uuidv7(),
      tenantId: this.tenantId,
      bookId: uuidv7(),
      code,
      name: `Account ${code}`,
      kind: "customer",
      payment: "postpaid",
      parentId: null,
      currency: EUR,
      timeZone: "UTC",
      creditLimit: NO_NANOS,
      limits: NO_ACCOUNT_LIMITS,
      lowBalance: null,
      whenMoneyEnds: null,
      whenCreditEnds: "end-calls",
      letterhead: {},
      brand: {},
      customerSince: null,
      commission: null,
      ...fields,
    };
    await this.db.transaction("app", { tenantId: this.tenantId }, async (tx) => {
      if (account.parentId === null) await tenancy.insertBook(tx, { id: account.bookId, tenantId: this.tenantId });
      await tenancy.insertAccount(tx, account);
    });
    return account;
  }

  /** A published tariff; accounts buy at it from 2000 on. */
  async tariff(
    name: string,
    rates: readonly Rate[],
    accounts: readonly StoredAccount[],
    terms: Partial<TariffTerms> = {},
  ): Promise<string> {
    const tariffId = uuidv7();
    const { tenantId } = this;
    await this.db.bulk("app", { tenantId }, async (tx) => {
      await insertTariff(tx, { tenantId, id: tariffId, name, accountId: null });
      const publication = {
        tenantId,
        tariffId,
        terms: { ...PLAIN_TERMS, ...terms },
        derivation: null,
        closings: [],
        rates,
        deckId: null,
        publishedBy: "test",
      };
      await insertVersion(tx, publication, await lockEpoch(tx, tenantId));
      for (const { id } of accounts)
        await tenancy.saveTariffAssignment(tx, tenantId, {
          accountId: id,
          service: terms.service ?? "voice",
          tariffId,
          effectiveFrom: epochMs(Date.UTC(2000, 0, 1)),
        });
    });
    return tariffId;
  }

  /** Adds one account rule to those there are. */
  rule(account: StoredAccount, rule: Partial<AccountRule>): Promise<void> {
    return this.rules([[account, rule]]);
  }

  async rules(added: readonly [StoredAccount, Partial<AccountRule>][]): Promise<void> {
    await this.db.transaction("app", { tenantId: this.tenantId }, async (tx) => {
      const before = await tenancy.listRules(tx, this.tenantId);
      const rules = added.map(([{ id: accountId }, rule]) => ({
        id: uuidv7(),
        sourceId: null,
        match: {},
        priority: 0,
        trunkId: null,
        ...rule,
        accountId,
      }));
      await tenancy.replaceRules(tx, this.tenantId, [...before, ...rules]);
    });
  }

  async trunk(
    name: string,
    account: StoredAccount,
    direction: "ingress" | "egress",
    limits: Partial<SessionLimits> = {},
  ): Promise<void> {
    const trunk = {
      id: uuidv7(),
      sourceId: null,
      name,
      accountId: account.id,
      direction,
      numbers: null,
      whenDatabaseAway: null,
      limits: { ...NO_SESSION_LIMITS, ...limits },
    };
    await this.db.transaction("app", { tenantId: this.tenantId }, (tx) => tenancy.saveTrunk(tx, this.tenantId, trunk));
  }

  /** A source, or new settings for the one of that name. */
  async source(name: string, format: string, settings: unknown = {}): Promise<Source> {
    const source = { id: uuidv7(), tenantId: this.tenantId, name, format, config: readSourceConfig(name, settings) };
    const id = await this.db.transaction("app", { tenantId: this.tenantId }, (tx) => saveSource(tx, source));
    return { ...source, id };
  }

  /**
   * A customer at one flat price for every number, to whom all of a source's calls belong: enough to store anything.
   */
  async flatRate(source: Source, perMinute: string): Promise<StoredAccount> {
    const account = await this.account(`customer-of-${source.name}`);
    await this.tariff(`flat for ${source.name}`, [anyRate("", perMinute), anyRate("=", perMinute)], [account]);
    await this.rule(account, { sourceId: source.id });
    return account;
  }

  importPath(source: Source, path: string, receivedAt: EpochMs = fromInstant(now())): Promise<ImportedFile> {
    return importFile(this.db, { source, path, receivedAt });
  }

  /** Imports text as a file. */
  async importText(source: Source, name: string, text: string, receivedAt?: EpochMs): Promise<ImportedFile> {
    const path = join(tmpdir(), `${uuidv7()}-${name}`);
    await writeFile(path, text);
    try {
      return await this.importPath(source, path, receivedAt);
    } finally {
      await rm(path);
    }
  }

  /** One row of figures over the tenant's data. */
  async figures<Row extends object>(sql: string): Promise<Row> {
    const { rows } = await this.db.transaction("app", { tenantId: this.tenantId }, (tx) => tx.query<Row>(sql));
    return rows[0] as Row;
  }
}
