import { type Static, Type } from "typebox";
import { now } from "../../clock.ts";
import { LEDGER_ACCOUNT_KINDS } from "../../core/ledger/ledger-account.ts";
import { nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import { ACCOUNT_KINDS, PAYMENT_MODES } from "../../core/tenancy/account.ts";
import { toInstant } from "../../core/time/epoch.ts";
import type { Actor } from "../access/actor.ts";
import { type ApiRoute, apiRoute, Reply } from "../api/api-route.ts";
import { etagOf } from "../api/entity-tag.ts";
import { keyAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import {
  amount,
  closed,
  code,
  currency,
  id,
  instant,
  orNull,
  positiveAmount,
  signedAmount,
  text,
} from "../api/schemas.ts";
import type { Database } from "../db/database.ts";
import { accountTerms } from "../tenancy/account-terms.ts";
import { accountVersion } from "../tenancy/account-version.ts";
import { changeAccount, createAccount } from "../tenancy/change-account.ts";
import { AccountSetup } from "../tenancy/setup-schema.ts";
import { type AccountWithBalances, findAccountBalances, showAccount } from "./account-balances.ts";
import { mayCredit } from "./may-credit.ts";
import { topUp } from "./top-up.ts";

const TAG = "Accounts";
const { name, payment, timeZone, creditLimit, limits, lowBalance, whenMoneyEnds, tariff, parent } =
  AccountSetup.properties;

const Balance = Type.Object(
  {
    kind: Type.Enum(Object.keys(LEDGER_ACCOUNT_KINDS), { description: "the ledger account" }),
    currency: currency(),
    amount: signedAmount("what is there is above zero, of assets and liabilities alike"),
  },
  closed,
);
const Account = Type.Object(
  {
    id: id(),
    code: code(),
    name: text(200),
    kind: Type.Enum([...ACCOUNT_KINDS]),
    payment: Type.Enum([...PAYMENT_MODES]),
    parent: orNull(code(), "code of the account it stands under; null: the operator, or nobody you see"),
    currency: currency(),
    timeZone: text(64),
    creditLimit: signedAmount("how far below zero a prepaid wallet may go"),
    balances: Type.Array(Balance, { maxItems: 200, description: "those at zero are left out" }),
  },
  { ...closed, description: "An account" },
);
const Terms = Type.Object(
  {
    ...Account.properties,
    lowBalance: orNull(Type.Array(amount(), { maxItems: 10 }), "null: as the operator has it"),
    tariffs: Type.Array(Type.Object({ tariff: text(200), service: text(20), effectiveFrom: instant() }, closed), {
      maxItems: 10_000,
      description: "what it buys at, and since when",
    }),
    rules: Type.Array(
      Type.Object(
        {
          source: orNull(code(), "null: every source"),
          trunk: orNull(text(200)),
          priority: Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 }),
          match: Type.Array(Type.Object({ field: text(40), value: text(512) }, closed), { maxItems: 10 }),
        },
        closed,
      ),
      { maxItems: 100_000, description: "by what its calls are known" },
    ),
  },
  { ...closed, description: "An account and what holds for it" },
);
const Changes = Type.Object(
  {
    name,
    timeZone,
    creditLimit,
    limits,
    lowBalance,
    whenMoneyEnds,
    tariff,
  },
  { ...closed, minProperties: 1, examples: [{ creditLimit: "250.00" }] },
);
const NewAccount = Type.Object(
  {
    ...Changes.properties,
    code: AccountSetup.properties.code,
    kind: AccountSetup.properties.kind,
    payment,
    currency: Type.Optional(currency()),
    parent,
  },
  {
    ...closed,
    examples: [{ code: "bakery", name: "Bakery", kind: "customer", payment: "prepaid", currency: "EUR" }],
  },
);
const TopUpBody = Type.Object(
  {
    amount: positiveAmount("in the account's currency"),
    currency: Type.Optional(currency("the account's, as a check")),
    reference: text(200, "the payment's own: the same one is never credited twice"),
    dryRun: Type.Optional(Type.Boolean({ description: "only says what would be booked" })),
  },
  { ...closed, examples: [{ amount: "25.00", currency: "EUR", reference: "PAY-1042" }] },
);
const Booked = Type.Object(
  {
    account: code(),
    booked: Type.Boolean({ description: "false: this reference was booked before, or it is a dry run" }),
    currency: currency(),
    amount: amount(),
    overrunPaid: amount("the part that paid off an overrun"),
    balance: signedAmount("what the wallet holds afterwards"),
    dryRun: Type.Boolean(),
  },
  closed,
);
const Params = Type.Object({ account: code("the account's code") }, closed);
const ORDER = "accounts by code";

const list = apiRoute({
  ...{ method: "GET", url: "/v1/accounts", operation: "listAccounts", tag: TAG, summary: "List accounts by code" },
  admits: "accounts:read",
  query: Type.Object(
    {
      ...PageQuery,
      kind: Type.Optional(Type.Enum([...ACCOUNT_KINDS])),
      payment: Type.Optional(Type.Enum([...PAYMENT_MODES])),
      currency: Type.Optional(currency()),
      parent: Type.Optional(code("of the account they stand directly under")),
      code: Type.Optional(code("first letters of the code")),
    },
    closed,
  ),
  answer: listOf(Account),
  async handle({ actor, db, query }) {
    const { limit: _limit, after: _after, ...filter } = query;
    const [after = null] = keyAfter(query, ORDER, 1) ?? [];
    const accounts = await findAccountBalances(db, actor.tenantId, filter, { after, rows: rowsOf(query) });
    return pageOf(query, accounts, { order: ORDER, keyOf: (account) => [account.code], shown: accountShown });
  },
});

const show = apiRoute({
  ...{ method: "GET", url: "/v1/accounts/{account}", operation: "getAccount", tag: TAG },
  summary: "Show an account with its balances, its rules and its tariffs",
  admits: "accounts:read",
  params: Params,
  answer: Terms,
  problems: ["account-unknown"],
  handle: ({ actor, db, params }) => shownWhole(db, actor, params.account),
});

const create = (db: Database) =>
  apiRoute({
    ...{ method: "POST", url: "/v1/accounts", operation: "createAccount", tag: TAG, summary: "Create an account" },
    about: "Who acts for a reseller creates accounts under it.",
    admits: "accounts:write",
    body: NewAccount,
    answer: Terms,
    status: 201,
    problems: ["account-exists", "account-unknown", "tariff-unknown", "setup-invalid"],
    async handle({ actor, db: seen, body }) {
      await createAccount({ db, seen }, actor, body);
      return await shownWhole(seen, actor, body.code);
    },
  });

const change = (db: Database) =>
  apiRoute({
    ...{ method: "PATCH", url: "/v1/accounts/{account}", operation: "changeAccount", tag: TAG },
    summary: "Change an account",
    about: "What is not given stays as it is.",
    admits: "accounts:write",
    needsIfMatch: true,
    params: Params,
    body: Changes,
    answer: Terms,
    problems: ["account-unknown", "account-own", "tariff-unknown", "setup-invalid", "account-fixed"],
    async handle({ actor, db: seen, params, ifMatch, body: changes }) {
      await changeAccount({ db, seen }, actor, { code: params.account, changes, ifMatch });
      return await shownWhole(seen, actor, params.account);
    },
  });

const addMoney = apiRoute({
  ...{ method: "POST", url: "/v1/accounts/{account}/top-ups", operation: "topUpAccount", tag: "Money" },
  summary: "Credit a payment to a prepaid wallet",
  about: "An overrun is paid off first. Nobody credits the account that they act for.",
  admits: "money:write",
  idempotency: "required",
  params: Params,
  body: TopUpBody,
  answer: Booked,
  status: 201,
  problems: ["account-unknown", "account-own", "account-not-prepaid", "currency-differs", "journal-key-reused"],
  async handle({ actor, db, tenantDb, params, body }) {
    await mayCredit(db, actor, params.account, body);
    const { dryRun = false, reference } = body;
    const {
      booked,
      overrunPaid,
      balance,
      currency: booking,
    } = await topUp(tenantDb, {
      ...{ tenantId: actor.tenantId, accountCode: params.account, amount: nanosFromSql(body.amount), reference },
      ...{ now: now(), actor, dryRun },
    });
    return {
      ...{ account: params.account, booked: booked && !dryRun, currency: booking, dryRun },
      ...{ amount: body.amount, overrunPaid: nanosToSql(overrunPaid), balance: nanosToSql(balance) },
    };
  },
});

/** Accounts and their money. `db` is the whole database: accounts are made by what applies setup files. */
export const accountRoutes = (db: Database): readonly ApiRoute[] => [list, show, create(db), change(db), addMoney];

async function shownWhole(db: Database, actor: Actor, account: string): Promise<Reply<Static<typeof Terms>>> {
  const found = await showAccount(db, actor.tenantId, account);
  const { rules, tariffs } = await accountTerms(db, actor.tenantId, found.id);
  const shown = {
    ...accountShown(found),
    lowBalance: found.lowBalance?.map(nanosToSql) ?? null,
    tariffs: tariffs.map(({ effectiveFrom, ...one }) => ({
      ...one,
      effectiveFrom: toInstant(effectiveFrom).toString(),
    })),
    rules: rules.map(({ match, source, trunk, priority }) => ({
      ...{ source, trunk, priority },
      match: Object.entries(match).map(([field, value]) => ({ field, value })),
    })),
  };
  return new Reply(shown, { etag: etagOf(accountVersion(found)) });
}

const accountShown = (account: AccountWithBalances): Static<typeof Account> => ({
  id: account.id,
  code: account.code,
  name: account.name,
  kind: account.kind,
  payment: account.payment,
  parent: account.parentCode,
  currency: account.currency,
  timeZone: account.timeZone,
  creditLimit: nanosToSql(account.creditLimit),
  balances: account.balances.map(({ kind, currency: of, amount: sum }) => ({
    ...{ kind, currency: of, amount: nanosToSql(sum) },
  })),
});
