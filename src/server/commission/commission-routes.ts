import { type Static, Type } from "typebox";
import { now } from "../../clock.ts";
import { COMMISSION_ENTRY_KINDS } from "../../core/commission/commission-entry.ts";
import { COMMISSION_OF } from "../../core/commission/commission-rule.ts";
import { nanosToSql } from "../../core/money/nanos.ts";
import { type ApiRoute, apiRoute, fileAnswer, Reply } from "../api/api-route.ts";
import { keyAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, code, count, currency, decimal, signedAmount, text } from "../api/schemas.ts";
import { findMonthsOfAgents, findStatement } from "./find-statement.ts";
import { type AgentOutcome, runCommissions } from "./run-commissions.ts";
import type { StatementEntry } from "./statement.ts";
import { statementCsv } from "./statement-csv.ts";

const TAG = "Commissions";
const month = (description = "") => Type.String({ pattern: "^2[01]\\d{2}-(0[1-9]|1[0-2])$", description });
const Month = Type.Object(
  {
    account: code("the agent"),
    month: month(),
    entries: count(),
    earned: signedAmount(),
    corrections: signedAmount(),
    clawbacks: signedAmount(),
    amount: signedAmount("all of them"),
    currency: currency(),
  },
  { ...closed, description: "What an agent's month comes to" },
);
const Entry = Type.Object(
  {
    number: Type.String({ pattern: "^\\d{1,19}$", description: "counts from 1 with the agent" }),
    kind: Type.Enum([...COMMISSION_ENTRY_KINDS]),
    customer: code(),
    invoice: text(64),
    rule: text(100),
    of: Type.Enum([...COMMISSION_OF]),
    percent: decimal(),
    base: signedAmount("what the percentage is of"),
    counted: signedAmount("how much of it is invoiced, or collected"),
    amount: signedAmount(),
    currency: currency(),
  },
  { ...closed, description: "An entry of a statement" },
);
const ENTRIES_MAX = 1_000_000;
const Statement = Type.Object(
  { account: code(), month: month(), currency: currency(), entries: Type.Array(Entry, { maxItems: ENTRIES_MAX }) },
  { ...closed, description: "An agent's month, entry by entry" },
);
const Report = Type.Object(
  {
    month: month(),
    agents: Type.Array(
      Type.Object(
        {
          account: code(),
          outcome: Type.Enum(["booked", "nothing", "parked"]),
          entries: count(),
          amount: signedAmount(),
          currency: currency(),
          why: Type.String({ maxLength: 2_000, description: "of one that is parked: what is missing" }),
        },
        closed,
      ),
      { maxItems: 1_000_000 },
    ),
  },
  { ...closed, description: "What became of each agent" },
);
const OfAgent = Type.Object({ account: code("the agent"), month: month("2026-03") }, closed);
const ORDER = "agents' months, newest first";
const UNKNOWN = ["agent-unknown", "commission-period-invalid"] as const;

const runRoute = apiRoute({
  ...{ method: "POST", url: "/v1/commissions/runs", operation: "runCommissions", tag: TAG },
  summary: "Book what agents earned until the end of a month",
  about: "What should be booked less what was booked: a second run books nothing.",
  admits: "commissions:write",
  isOperatorOnly: true,
  idempotency: "optional",
  body: Type.Object(
    { month: Type.Optional(month("the latest that is over when not given")), dryRun: Type.Optional(Type.Boolean()) },
    closed,
  ),
  answer: Report,
  problems: ["commission-period-invalid", "commission-period-closed"],
  async handle({ actor, db, body }) {
    const run = { actor, month: body.month ?? null, now: now(), dryRun: body.dryRun ?? false };
    const { period, agents } = await runCommissions(db, run);
    return { month: period.toString(), agents: agents.map(outcomeShown) };
  },
});

/** Commissions: what agents earned, on what, and booking it. */
export const commissionRoutes = (): readonly ApiRoute[] => [
  apiRoute({
    ...{ method: "GET", url: "/v1/commissions", operation: "listCommissions", tag: TAG },
    summary: "What agents earned, month by month",
    admits: "commissions:read",
    query: Type.Object(
      { ...PageQuery, account: Type.Optional(code("only of this agent")), month: Type.Optional(month()) },
      closed,
    ),
    answer: listOf(Month),
    problems: ["commission-period-invalid"],
    async handle({ actor, db, query }) {
      const key = keyAfter(query, ORDER, 2);
      const [afterMonth = "", agentCode = ""] = key ?? [];
      const months = await findMonthsOfAgents(db, actor, {
        ...{ agentCode: query.account, month: query.month, limit: rowsOf(query) },
        after: key === null ? null : { month: afterMonth, agentCode },
      });
      return pageOf(query, months, {
        order: ORDER,
        keyOf: (one) => [one.month, one.agentCode],
        shown: ({ agentCode: account, agentName: _name, ...rest }) => ({ account, ...rest }),
      });
    },
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/commissions/statement", operation: "getCommissionStatement", tag: TAG },
    summary: "An agent's month, entry by entry",
    admits: "commissions:read",
    query: OfAgent,
    answer: Statement,
    problems: UNKNOWN,
    async handle({ actor, db, query }) {
      const { agent, entries } = await findStatement(db, actor, { agentCode: query.account, month: query.month });
      const { code: account, currency: ofAgent } = agent;
      return { account, month: query.month, currency: ofAgent, entries: entries.map(entryShown) };
    },
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/commissions/statement.csv", operation: "getCommissionStatementCsv", tag: TAG },
    summary: "The same as CSV",
    admits: "commissions:read",
    query: OfAgent,
    answer: fileAnswer("text/csv"),
    problems: UNKNOWN,
    async handle({ actor, db, query }) {
      const csv = statementCsv(await findStatement(db, actor, { agentCode: query.account, month: query.month }));
      return new Reply(csv, { "content-type": "text/csv; charset=utf-8" });
    },
  }),
  runRoute,
];

const outcomeShown = (one: AgentOutcome): Static<typeof Report>["agents"][number] => ({
  ...{ account: one.agent.code, outcome: one.kind, currency: one.agent.currency },
  entries: one.kind === "booked" ? one.entries : 0,
  amount: one.kind === "booked" ? nanosToSql(one.amount) : "0",
  why: one.kind === "parked" ? one.what : "",
});

const entryShown = ({
  payerCode: customer,
  payerName: _name,
  invoiceNumber: invoice,
  ...entry
}: StatementEntry): Static<typeof Entry> => ({ ...entry, customer, invoice });
