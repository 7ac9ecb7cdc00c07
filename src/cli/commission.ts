import { join } from "node:path";
import { counted } from "../core/counted.ts";
import { nanosFromSql, nanosToSql } from "../core/money/nanos.ts";
import { exportStatement, STATEMENT_FORMATS } from "../server/commission/export-statement.ts";
import { findMonthsOfAgents, findStatement } from "../server/commission/find-statement.ts";
import { type AgentOutcome, runCommissions } from "../server/commission/run-commissions.ts";
import type { StatementEntry } from "../server/commission/statement.ts";
import { makeFolder } from "../server/files/make-folder.ts";
import { createPdfPrinter } from "../server/invoicing/render-pdf.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { argument, dryRun, option, optionalArgument } from "./input.ts";
import { moneyText } from "./money-text.ts";
import { readChoice, readWhole } from "./read-input.ts";
import { type Table, tableOr } from "./table.ts";

const LIMIT = 50;
const MONTH = "a month such as 2026-03";

const run = defineCommand({
  name: "run",
  summary: "book what agents earned until the end of a month",
  about:
    "What should be booked less what was booked: a second run books nothing, and what was paid, refunded, credited " +
    "or agreed on since stands on the next statement as lines of its own. Bill the month first. An agent whose amounts " +
    "cannot be told is listed and stops nobody else (exit status 1).",
  arguments: { month: optionalArgument("MONTH", `${MONTH}; if left out, the latest that is over`) },
  options: { dryRun },
  examples: [
    { command: "tollwright commission run", does: "Books last month's commissions." },
    { command: "tollwright commission run 2026-03 --dry-run", does: "Shows what would be booked for March." },
  ],
  async run(context, { month = null }, options) {
    const { id: tenantId } = await context.tenant();
    const actor = commandLineActor(context, tenantId);
    const order = { actor, month, now: context.now, dryRun: options.dryRun };
    const { period, agents } = await runCommissions(await context.db(), order);
    const booked = agents.filter((one) => one.kind === "booked");
    const parked = agents.filter((one) => one.kind === "parked");
    return {
      json: { month: period.toString(), agents: booked.map(bookedJson), dryRun: options.dryRun },
      human: [
        ...booked.map(
          ({ agent, amount, entries }) =>
            `${agent.code}: ${moneyText(amount, agent.currency)} in ${counted(entries, "entry", "entries")}.`,
        ),
        `${period}: ${counted(booked.length, "agent")} ${options.dryRun ? "would have" : "with"} new entries.`,
      ],
      rejects: {
        total: parked.length,
        listed: parked.map(({ agent, what, fix }) => {
          return { at: `agent ${agent.code}`, code: "commission-not-booked" as const, what, fix };
        }),
      },
    };
  },
});

const bookedJson = ({ agent, amount, entries }: Extract<AgentOutcome, { readonly kind: "booked" }>) => ({
  ...{ agent: agent.code, entries, amount: nanosToSql(amount), currency: agent.currency },
});

const list = defineCommand({
  name: "list",
  summary: "what agents earned, month by month",
  options: {
    agent: option("--agent CODE", "only of this agent"),
    month: option("--month MONTH", `only ${MONTH}`),
    limit: option("--limit N", `at most so many; ${LIMIT} if left out`, readWhole(1, 100_000)),
  },
  examples: [{ command: "tollwright commission list --agent anna", does: "Anna's months." }],
  async run(context, _args, { agent, month, limit = LIMIT }) {
    const { id: tenantId } = await context.tenant();
    const actor = commandLineActor(context, tenantId);
    const months = await findMonthsOfAgents(await context.db(), actor, { agentCode: agent, month, limit });
    const table: Table = {
      columns: [
        ...["MONTH", "AGENT"].map((title) => ({ title })),
        ...["EARNED", "CORRECTIONS", "TAKEN BACK", "TOTAL"].map((title) => ({ title, align: "right" as const })),
        { title: "" },
      ],
      rows: months.map((one) => [
        ...[one.month, one.agentCode, one.earned, one.corrections, one.clawbacks, one.amount, one.currency],
      ]),
    };
    return { json: { months }, human: [tableOr(table, "No commissions are booked.")] };
  },
});

const statement = defineCommand({
  name: "statement",
  summary: "an agent's month, entry by entry",
  about: "With --format it is written to a file named after the agent and the month.",
  arguments: { agent: argument("AGENT", "the agent's code"), month: argument("MONTH", MONTH) },
  options: {
    format: option("--format FORMAT", `one of ${STATEMENT_FORMATS.join(", ")}`, readChoice(...STATEMENT_FORMATS)),
    out: option("--out FOLDER", "the folder to write to, made if need be; this one if left out"),
  },
  examples: [
    { command: "tollwright commission statement anna 2026-03", does: "Shows on what Anna earned in March." },
    { command: "tollwright commission statement anna 2026-03 --format pdf", does: "Writes anna-2026-03.pdf." },
  ],
  async run(context, { agent: agentCode, month }, { format, out = "." }) {
    const { id: tenantId } = await context.tenant();
    const actor = commandLineActor(context, tenantId);
    const db = await context.db();
    if (format === undefined) {
      const { agent, period, entries } = await findStatement(db, actor, { agentCode, month });
      const json = { agent: agent.code, month: period.toString(), currency: agent.currency, entries };
      return { json, human: [tableOr(entryTable(entries), "Nothing is booked for that month.")] };
    }
    await makeFolder(out);
    const path = join(out, `${agentCode}-${month}.${format}`);
    const printer = createPdfPrinter({ threads: 1 });
    try {
      await exportStatement(db, { actor, agentCode, month, format, path, printer });
    } finally {
      await printer.close();
    }
    return { json: { format, path }, human: [`Written to ${path}.`] };
  },
});

const entryTable = (entries: readonly StatementEntry[]): Table => ({
  columns: [
    ...["KIND", "CUSTOMER", "INVOICE", "RULE"].map((title) => ({ title })),
    ...["SHARE", "OF", "COUNTED", "AMOUNT"].map((title) => ({ title, align: "right" as const })),
  ],
  rows: entries.map(({ kind, payerCode, invoiceNumber, rule, percent, base, counted: part, amount, currency }) => [
    ...[kind, payerCode, invoiceNumber, rule, `${percent} %`, base, part],
    moneyText(nanosFromSql(amount), currency),
  ]),
});

/** `tollwright commission …` */
export const commissionCommands: CommandGroup = {
  name: "commission",
  summary: "what agents earn",
  commands: [run, list, statement],
};
