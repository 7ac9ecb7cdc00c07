import { NAMED_PERIODS } from "../core/time/named-period.ts";
import { SERVICES } from "../core/usage/service-units.ts";
import type { CallFilter } from "../server/search/call-filter.ts";
import { findSearch } from "../server/search/saved-searches.ts";
import { resolveSearch, type SearchRequest } from "../server/search/search-request.ts";
import type { CommandContext } from "./command.ts";
import { commandLineInvalid } from "./failure.ts";
import { flag, option, type Values } from "./input.ts";
import { readAmountOrNone, readChoice, readWhole } from "./read-input.ts";

const SECONDS_MAX = 999_999_999;

/** The options by which calls are looked for. */
export const callOptions = {
  number: option("--number NUMBER", 'calling or called: whole, its beginning ("4420*") or a part of it ("*7946*")'),
  calling: option("--calling NUMBER", "the same, of the calling number alone"),
  called: option("--called NUMBER", "the same, of the called number alone"),
  account: option("--account CODE", "calls that this account or one under it pays, or that this vendor carried"),
  source: option("--source NAME", "calls of this switch"),
  trunk: option("--trunk NAME", "calls that came or left through this trunk"),
  cause: option("--cause CAUSE", "Q.850 cause, SIP status, or the switch's own word"),
  answered: flag("--answered", "answered calls only"),
  unanswered: flag("--unanswered", "calls that nobody answered only"),
  service: option("--service SERVICE", `usage of one of ${SERVICES.join(", ")}`, readChoice(...SERVICES)),
  from: option("--from TIME", "calls that started at this time or later; 31 days before --to if left out"),
  to: option("--to TIME", "calls that started before this time; now if left out"),
  period: option(
    "--period PERIOD",
    `instead of times: one of ${NAMED_PERIODS.join(", ")}`,
    readChoice(...NAMED_PERIODS),
  ),
  minSeconds: option("--min-seconds N", "calls of at least so many seconds", readWhole(0, SECONDS_MAX)),
  maxSeconds: option("--max-seconds N", "calls of at most so many seconds", readWhole(0, SECONDS_MAX)),
  minCost: option("--min-cost AMOUNT", "calls that cost the account that pays at least this", readAmountOrNone),
  maxCost: option("--max-cost AMOUNT", "calls that cost the account that pays at most this", readAmountOrNone),
  saved: option("--saved NAME", "as the search saved under this name says; other options go before it"),
};

/** What was asked for, and what that means now. */
export interface AskedCalls {
  readonly request: SearchRequest;
  readonly filter: CallFilter;
}

/**
 * The search that the options of `command` say, those of a saved one included.
 *
 * @throws Problem `command-line-invalid`, `search-invalid`, `search-unknown`, `account-unknown`, `source-unknown`.
 */
export async function askedCalls(
  context: CommandContext,
  { saved, answered, unanswered, ...options }: Values<typeof callOptions>,
  command: string,
): Promise<AskedCalls> {
  if (answered && unanswered) throw commandLineInvalid({ what: "Give --answered or --unanswered, not both.", command });
  const tenant = await context.tenant();
  const db = await context.db();
  const kept = saved === undefined ? {} : (await findSearch(db, tenant.id, saved)).request;
  const request = withTimeOf(kept, {
    ...given(options),
    ...(answered ? { answered: true } : {}),
    ...(unanswered ? { answered: false } : {}),
  });
  return { request, filter: await resolveSearch(db, tenant, request, context.now) };
}

/** A time that is typed takes the place of a saved period, and the other way round. */
function withTimeOf(kept: SearchRequest, typed: SearchRequest): SearchRequest {
  const { period, from, to, ...rest } = kept;
  const time = given({ period, from, to });
  const isTimed = typed.period !== undefined || typed.from !== undefined || typed.to !== undefined;
  return { ...rest, ...(isTimed ? {} : time), ...typed };
}

/** What is not undefined. */
const given = <Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
