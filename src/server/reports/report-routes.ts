import { type Static, Type } from "typebox";
import { now } from "../../clock.ts";
import { nanosToSql } from "../../core/money/nanos.ts";
import { MARGIN_BY, type MarginSums } from "../../core/reports/margin-rows.ts";
import type { Actor } from "../access/actor.ts";
import { type ApiRoute, apiRoute, fileAnswer, Reply } from "../api/api-route.ts";
import { closed, count, currency, date, orNull, signedAmount } from "../api/schemas.ts";
import type { Database } from "../db/database.ts";
import { readPeriod } from "../invoicing/billing-scope.ts";
import { marginCsv } from "./margin-csv.ts";
import { type MarginReport, marginReport } from "./margin-report.ts";

const TAG = "Reports";
const ROWS_MAX = 100_000;
const sums = {
  calls: count("calls, messages and data sessions"),
  revenue: signedAmount("what those who buy from you were charged"),
  cost: orNull(signedAmount("what you were charged for the same"), "null: you may not see costs"),
  margin: orNull(signedAmount("revenue less cost"), "null: you may not see costs"),
  marginPercent: orNull(Type.String({ maxLength: 40 }), "of the revenue"),
};
const Margin = Type.Object(
  {
    by: Type.Enum([...MARGIN_BY]),
    fromDate: date(),
    toDate: date("the first day that no longer counts"),
    currency: currency("of all amounts: yours"),
    rows: Type.Array(
      Type.Object(
        { key: Type.String({ maxLength: 200, description: "of a level: its seller's code" }), ...sums },
        closed,
      ),
      { maxItems: ROWS_MAX },
    ),
    total: Type.Object(sums, closed),
    monthsMissing: Type.Array(Type.String({ maxLength: 7 }), { maxItems: 1_000, description: "in the archive" }),
  },
  { ...closed, description: "Revenue, cost and margin" },
);
const Query = Type.Object(
  {
    by: Type.Optional(Type.Enum([...MARGIN_BY], { description: "account when not given" })),
    month: Type.Optional(
      Type.String({ pattern: "^2[01]\\d{2}-(0[1-9]|1[0-2])$", description: "2026-03; the latest that is over" }),
    ),
    from: Type.Optional(date("the first day, in place of a month")),
    to: Type.Optional(date("the first day that no longer counts; at most 366 days later")),
  },
  closed,
);
const PROBLEMS = ["period-invalid", "exchange-rate-unknown"] as const;

/** Reports: margins. */
export const reportRoutes = (): readonly ApiRoute[] => [
  apiRoute({
    ...{ method: "GET", url: "/v1/reports/margin", operation: "reportMargin", tag: TAG },
    summary: "Revenue, cost and margin of usage",
    about: "As the operator sees it, or as the reseller for whom you act: nothing of who is above it.",
    admits: "reports:read",
    query: Query,
    answer: Margin,
    problems: PROBLEMS,
    handle: async ({ actor, db, query }) => shown(await asked(db, actor, query), actor),
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/reports/margin.csv", operation: "reportMarginCsv", tag: TAG },
    summary: "The same as CSV",
    admits: "costs:read",
    query: Query,
    answer: fileAnswer("text/csv"),
    problems: PROBLEMS,
    async handle({ actor, db, query }) {
      const csv = marginCsv(await asked(db, actor, query));
      return new Reply(csv, { "content-type": "text/csv; charset=utf-8" });
    },
  }),
];

const asked = (db: Database, actor: Actor, { by = "account", month, from, to }: Static<typeof Query>) =>
  marginReport(db, { actor, by, period: readPeriod({ month, from, to }), now: now() });

function shown({ period, rows, total, monthsMissing, ...report }: MarginReport, actor: Actor): Static<typeof Margin> {
  const isOpen = actor.permissions.has("costs:read");
  const shownSums = ({ calls, revenue, cost, margin, marginPercent }: MarginSums) => ({
    ...{ calls, revenue: nanosToSql(revenue) },
    cost: isOpen ? nanosToSql(cost) : null,
    margin: isOpen ? nanosToSql(margin) : null,
    marginPercent: isOpen ? marginPercent : null,
  });
  return {
    ...{ ...report, fromDate: period.startDate.toString(), toDate: period.endDate.toString() },
    rows: rows.slice(0, ROWS_MAX).map(({ key, ...rest }) => ({ key, ...shownSums(rest) })),
    total: shownSums(total),
    monthsMissing: [...monthsMissing],
  };
}
