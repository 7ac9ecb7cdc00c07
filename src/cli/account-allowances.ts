import { fromInstant, toInstant } from "../core/time/epoch.ts";
import { type AccountAllowances, findAllowances } from "../server/allowance/find-allowances.ts";
import { defineCommand } from "./command.ts";
import { argument, option } from "./input.ts";
import { readTime, TIME_FORM } from "./read-time.ts";
import type { Table } from "./table.ts";
import { timeText } from "./time-text.ts";

/** `tollwright account allowances` */
export const accountAllowancesCommand = defineCommand({
  name: "allowances",
  summary: "show what an account has left of its packages",
  about:
    "Free seconds, calls and money with what calls that are up hold of them and when they expire, and where the " +
    "account stands in its tiers. What is shared is what all who share have left together.",
  arguments: { code: argument("CODE", "the account's code") },
  options: { at: option("--at TIME", `at which time: ${TIME_FORM}; now if left out`) },
  examples: [
    { command: "tollwright account allowances bakery", does: "Shows what the bakery has left." },
    {
      command: "tollwright account allowances bakery --at 2026-03-31T22:00:00Z --json",
      does: "The same of another time.",
    },
  ],
  async run(context, { code }, { at }) {
    const { id: tenantId, timeZone } = await context.tenant();
    const time = at === undefined ? fromInstant(context.now) : readTime(at, timeZone, "tollwright account allowances");
    const found = await findAllowances(await context.db(), { tenantId, accountCode: code, at: time });
    return {
      json: {
        account: code,
        at: toInstant(time).toString(),
        ...found,
        allowances: found.allowances.map(allowanceJson),
      },
      human: allowancesText(code, found),
    };
  },
});

const allowanceJson = ({ expires, ...allowance }: AccountAllowances["allowances"][number]): object => ({
  ...allowance,
  expires: expires.map(({ at, left }) => ({ at: at === null ? null : toInstant(at).toString(), left })),
});

function allowancesText(
  code: string,
  { currency, allowances, tiers, provisional }: AccountAllowances,
): (string | Table)[] {
  if (allowances.length === 0 && tiers.length === 0) return [`${code} has no package in force.`];
  const unitText = (unit: string) => (unit === "amount" ? currency : unit === "seconds" ? "s" : unit);
  return [
    ...(allowances.length === 0
      ? []
      : [
          {
            columns: [
              { title: "ALLOWANCE" },
              { title: "LEFT", align: "right" as const },
              { title: "HELD", align: "right" as const },
              { title: "OF", align: "right" as const },
              ...["", "EVERY", "EXPIRES"].map((title) => ({ title })),
            ],
            rows: allowances.map(({ name, left, held, granted, unit, cycle, expires }) => [
              ...[name, left, held, granted, unitText(unit), cycle],
              expires.map(({ at, left: part }) => `${part} ${at === null ? "never" : timeText(at)}`).join(", "),
            ]),
          },
        ]),
    ...(tiers.length === 0
      ? []
      : [
          {
            columns: [
              ...[{ title: "TIERS" }, { title: "COUNTED", align: "right" as const }],
              ...["", "EVERY", "STEP", "PRICE"].map((title) => ({ title })),
            ],
            rows: tiers.map(({ name, counted, by, cycle, step, price, mode }) => [
              ...[name, counted, unitText(by), cycle],
              step === null ? "beyond the last" : `${step} (${mode})`,
              price ?? "the tariff's",
            ]),
          },
        ]),
    ...(provisional ? ["Calls came out of their turn: `tollwright account replay` settles these figures."] : []),
  ];
}
