import { Problem } from "../../core/problem.ts";

export const commissionPeriodClosed = (args: { readonly period: string; readonly latest: string }) =>
  new Problem("commission-period-closed", {
    what: `Commissions of ${args.latest} are booked already; ${args.period} is before it.`,
    fix: `Run ${args.latest} or a later month: what came late for earlier months is on its statement.`,
  });

export const commissionPeriodInvalid = (args: { readonly given: string; readonly why: string }) =>
  new Problem("commission-period-invalid", {
    what: `"${args.given}" is no month of commissions: ${args.why}.`,
    fix: "Name a month that is over, such as 2026-03.",
  });

export const agentUnknown = (args: { readonly code: string }) =>
  new Problem("agent-unknown", {
    what: `There is no account "${args.code}" that could be an agent.`,
    fix: "Look for its code with `tollwright account list`; an agent is an account of that kind.",
  });

export const commissionCallsArchived = (args: { readonly number: string; readonly months: readonly string[] }) =>
  new Problem("commission-calls-archived", {
    what: `The calls of invoice ${args.number} are not in the database any more: ${args.months.join(", ")}.`,
    fix: "Bring these months back with `tollwright archive restore`, and run the commissions again.",
  });
