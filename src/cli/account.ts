import { type Nanos, nanos, nanosToSql } from "../core/money/nanos.ts";
import { type AccountWithBalances, listAccountBalances } from "../server/ledger/account-balances.ts";
import { topUp } from "../server/ledger/top-up.ts";
import { accountAllowancesCommand } from "./account-allowances.ts";
import { accountJson } from "./account-json.ts";
import { accountMoveCommand } from "./account-move.ts";
import { accountReplayCommand } from "./account-replay.ts";
import { accountShowCommand } from "./account-show.ts";
import { asTree } from "./account-tree.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, dryRun, requiredOption } from "./input.ts";
import { amountText, moneyText } from "./money-text.ts";
import { readAmount } from "./read-input.ts";

const CODE = "the account's code";

const list = defineCommand({
  name: "list",
  summary: "list accounts as a tree, with what they hold or owe",
  examples: [
    { command: "tollwright account list", does: "Lists the accounts of the only tenant." },
    { command: "tollwright account list --json | jq '.accounts[].code'", does: "Prints their codes." },
  ],
  async run(context) {
    const { id } = await context.tenant();
    const accounts = asTree(await listAccountBalances(await context.db(), id));
    return {
      json: { accounts: accounts.map(({ account, depth }) => ({ ...accountJson(account), depth })) },
      human: [
        {
          columns: [
            ...["CODE", "NAME", "KIND", "PAYMENT", "PARENT"].map((title) => ({ title })),
            { title: "BALANCE", align: "right" },
            { title: "" },
          ],
          rows: accounts.map(({ account, depth }) => [
            ...[
              "  ".repeat(depth) + account.code,
              account.name,
              account.kind,
              account.payment,
              account.parentCode ?? "",
            ],
            ...headline(account),
          ]),
        },
      ],
    };
  },
});

const topup = defineCommand({
  name: "topup",
  summary: "credit a payment to a prepaid wallet",
  about:
    "An overrun is paid off first. The reference is the payment's own (a bank's, a card processor's): the same one " +
    "is never credited twice, so a command that may not have ended can be run again.",
  arguments: {
    code: argument("CODE", CODE),
    amount: argument("AMOUNT", "in the account's currency, such as 25.00", readAmount),
  },
  options: { reference: requiredOption("--reference TEXT", "the payment's reference"), dryRun },
  examples: [
    { command: "tollwright account topup callshop 25.00 --reference PAY-1042", does: "Credits 25.00." },
    {
      command: "tollwright account topup callshop 25.00 --reference PAY-1042 --dry-run",
      does: "Shows what it would do.",
    },
  ],
  async run(context, { code, amount }, options) {
    const { id: tenantId } = await context.tenant();
    const { now } = context;
    const actor = commandLineActor(context, tenantId);
    const payment = { tenantId, accountCode: code, amount, reference: options.reference, now, actor };
    const report = await topUp(await context.db(), { ...payment, dryRun: options.dryRun });
    const { booked, currency } = report;
    const [credited, overrunPaid, balance] = [amount, report.overrunPaid, report.balance].map(nanosToSql);
    const money = (value: Nanos) => moneyText(value, currency);
    return {
      json: { account: code, booked, currency, amount: credited, overrunPaid, balance, dryRun: options.dryRun },
      human: [
        booked
          ? `${money(amount)} ${options.dryRun ? "would be credited" : "credited"} to ${code}.`
          : `The payment ${options.reference} was booked before; nothing was changed.`,
        ...(report.overrunPaid > 0n ? [`${money(report.overrunPaid)} of it paid off the overrun.`] : []),
        `The wallet ${options.dryRun ? "would hold" : "holds"} ${money(report.balance)}.`,
      ],
    };
  },
});

/** `tollwright account …` */
export const accountCommands: CommandGroup = {
  name: "account",
  summary: "customers, resellers and vendors",
  commands: [list, accountShowCommand, topup, accountMoveCommand, accountAllowancesCommand, accountReplayCommand],
};

/** The one balance that says how an account stands: the wallet, what is owed, or what is to be paid to it. */
function headline({ kind, payment, currency, balances }: AccountWithBalances): [string, string] {
  const total = (...kinds: string[]): string => {
    const own = balances.filter((balance) => balance.currency === currency && kinds.includes(balance.kind));
    return amountText(nanos(own.reduce((sum, { amount }) => sum + amount, 0n)), currency);
  };
  if (kind === "vendor") return [total("payable"), `${currency} to pay`];
  return payment === "prepaid"
    ? [total("wallet"), `${currency} in the wallet`]
    : [total("unbilled", "receivable"), `${currency} owed`];
}
