import { toInstant } from "../core/time/epoch.ts";
import { type AccountBalance, showAccount } from "../server/ledger/account-balances.ts";
import { type AccountTerms, accountTerms } from "../server/tenancy/account-terms.ts";
import { accountJson } from "./account-json.ts";
import { accountLimitsJson, accountLimitsShown } from "./account-limits.ts";
import { defineCommand } from "./command.ts";
import { argument } from "./input.ts";
import { amountText, moneyText } from "./money-text.ts";
import { type Table, tableOr } from "./table.ts";
import { dayOrTimeText } from "./time-text.ts";

/** `tollwright account show` */
export const accountShowCommand = defineCommand({
  name: "show",
  summary: "show an account with all its balances, its rules and its tariffs",
  arguments: { code: argument("CODE", "the account's code") },
  examples: [
    {
      command: "tollwright account show bakery",
      does: "Shows what the bakery holds, owes and has used, by what its calls are known, and at what it buys.",
    },
  ],
  async run(context, { code }) {
    const { id: tenantId } = await context.tenant();
    const db = await context.db();
    const account = await showAccount(db, tenantId, code);
    const { rules, tariffs } = await accountTerms(db, tenantId, account.id);
    const { name, kind, payment, parentCode, timeZone, currency, creditLimit, balances } = account;
    return {
      json: { ...accountJson(account), ...accountLimitsJson(account), rules, tariffs: tariffs.map(tariffJson) },
      human: [
        `${code}: ${name}, ${payment} ${kind}${parentCode === null ? "" : ` of ${parentCode}`}, ${timeZone}`,
        `Credit limit ${moneyText(creditLimit, currency)}.`,
        ...accountLimitsShown(account),
        tableOr(balanceTable(balances), "Nothing has been booked."),
        "",
        tableOr(ruleTable(rules), "No account rule leads to it: no call is its own."),
        "",
        tableOr(tariffTable(tariffs), "It has no tariff."),
      ],
    };
  },
});

const tariffJson = ({ tariff, service, effectiveFrom }: AccountTerms["tariffs"][number]): object => ({
  tariff,
  service,
  effectiveFrom: toInstant(effectiveFrom).toString(),
});

const balanceTable = (balances: readonly AccountBalance[]): Table => ({
  columns: [{ title: "BALANCE" }, { title: "AMOUNT", align: "right" }, { title: "" }],
  rows: balances.map(({ kind, amount, currency }) => [kind, amountText(amount, currency), currency]),
});

const ruleTable = (rules: AccountTerms["rules"]): Table => ({
  columns: ["CALLS WITH", "OF SOURCE", "THROUGH TRUNK", "PRIORITY"].map((title) => ({ title })),
  rows: rules.map(({ match, source, trunk, priority }) => [
    Object.entries(match)
      .map(([field, value]) => `${field} ${value}`)
      .join(", ") || "anything",
    source ?? "any",
    trunk ?? "-",
    String(priority),
  ]),
});

const tariffTable = (tariffs: AccountTerms["tariffs"]): Table => ({
  columns: ["TARIFF", "SERVICE", "FROM"].map((title) => ({ title })),
  rows: tariffs.map(({ tariff, service, effectiveFrom }) => [
    tariff,
    service,
    effectiveFrom <= 0 ? "the beginning" : dayOrTimeText(effectiveFrom),
  ]),
});
