import { writeFile } from "node:fs/promises";
import { nanosToSql } from "../core/money/nanos.ts";
import { MARGIN_BY, type MarginSums } from "../core/reports/margin-rows.ts";
import { replaceFile } from "../server/files/replace-file.ts";
import { readPeriod } from "../server/invoicing/billing-scope.ts";
import { marginCsv } from "../server/reports/margin-csv.ts";
import { type MarginReport, marginReport } from "../server/reports/margin-report.ts";
import { findAccount } from "../server/tenancy/find-account.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { option, optionalArgument } from "./input.ts";
import { readChoice } from "./read-input.ts";
import type { Table } from "./table.ts";

const margin = defineCommand({
  name: "margin",
  summary: "revenue, cost and margin of usage",
  about:
    "As the operator sees it, or as a reseller does (--account): what its customers were charged, what it was " +
    "charged for the same calls, and nothing of who is above it. By level every reseller below is a row of its own.",
  arguments: { period: optionalArgument("MONTH", "such as 2026-03; if left out, the latest that is over") },
  options: {
    by: option("--by WHAT", `one of ${MARGIN_BY.join(", ")}; account if left out`, readChoice(...MARGIN_BY)),
    account: option("--account CODE", "as this reseller sees it"),
    from: option("--from DATE", "the first day, in place of a month"),
    to: option("--to DATE", "the first day that no longer counts"),
    csv: option("--csv FILE", "write it to a file, as CSV"),
  },
  examples: [
    { command: "tollwright report margin 2026-03 --by level", does: "What each reseller, and you, earned in March." },
    {
      command: "tollwright report margin --account second",
      does: "What the reseller earned on each of its customers.",
    },
  ],
  async run(context, { period: month }, { by = "account", account, from, to, csv }) {
    const period = readPeriod({ month, from, to });
    const { id: tenantId } = await context.tenant();
    const db = await context.db();
    const viewer =
      account === undefined
        ? null
        : await db.transaction("app", { tenantId }, (tx) => findAccount(tx, tenantId, account));
    const actor = { ...commandLineActor(context, tenantId), accountId: viewer?.id ?? null };
    const report = await marginReport(db, { actor, by, period, now: context.now });
    if (csv !== undefined) await replaceFile(csv, (path) => writeFile(path, marginCsv(report)));
    return {
      json: reportJson(report),
      human:
        csv === undefined
          ? [reportTable(report), ...missingText(report)]
          : [`Written to ${csv}.`, ...missingText(report)],
    };
  },
});

const missingText = ({ monthsMissing }: MarginReport): readonly string[] =>
  monthsMissing.length === 0 ? [] : [`Calls of ${monthsMissing.join(", ")} are in the archive and not counted.`];

function reportJson({ by, period, currency, rows, total, monthsMissing }: MarginReport) {
  return {
    ...{ by, fromDate: period.startDate.toString(), toDate: period.endDate.toString(), currency },
    rows: rows.map(({ key, ...sums }) => ({ key, ...sumsJson(sums) })),
    total: sumsJson(total),
    monthsMissing,
  };
}

const sumsJson = ({ calls, revenue, cost, margin: earned, marginPercent }: MarginSums) => ({
  ...{ calls, revenue: nanosToSql(revenue), cost: nanosToSql(cost), margin: nanosToSql(earned), marginPercent },
});

function reportTable({ by, currency, rows, total }: MarginReport): Table {
  const line = (name: string, { calls, revenue, cost, margin: earned, marginPercent }: MarginSums) => [
    ...[name, String(calls), nanosToSql(revenue), nanosToSql(cost), nanosToSql(earned), marginPercent ?? ""],
  ];
  return {
    columns: [
      { title: by.toUpperCase() },
      ...["CALLS", `REVENUE ${currency}`, "COST", "MARGIN", "%"].map((title) => ({ title, align: "right" as const })),
    ],
    rows: [...rows.map(({ key, ...sums }) => line(key === "" ? "(operator)" : key, sums)), line("total", total)],
  };
}

/** `tollwright report …` */
export const reportCommands: CommandGroup = {
  name: "report",
  summary: "what usage brought and cost",
  commands: [margin],
};
