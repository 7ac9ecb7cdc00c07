import { Readable } from "node:stream";
import { type Static, Type } from "typebox";
import { now } from "../../clock.ts";
import { nanosFromSql } from "../../core/money/nanos.ts";
import { epochMs, toInstant } from "../../core/time/epoch.ts";
import { NAMED_PERIODS } from "../../core/time/named-period.ts";
import { SERVICES } from "../../core/usage/service-units.ts";
import { type ApiRoute, apiRoute, fileAnswer, Reply } from "../api/api-route.ts";
import { keyAfter, listOf, PageQuery } from "../api/page.ts";
import { cursorInvalid } from "../api/problems.ts";
import { amount, closed, code, count, currency, id, instant, orNull, signedAmount, text } from "../api/schemas.ts";
import type { ArchivedRows } from "../archive/archived-rows.ts";
import type { Database } from "../db/database.ts";
import type { CallPosition } from "./call-filter.ts";
import { callSight } from "./call-sight.ts";
import { CALL_EXPORT_FORMATS, callsText } from "./export-calls.ts";
import { eachCall, searchCalls } from "./search-calls.ts";
import type { SearchRequest } from "./search-request.ts";
import { showCall } from "./show-call.ts";
import { callJson } from "./stored-call.ts";

const TAG = "Calls";
const NUMBER = 'whole, its beginning ("4420*") or a part of it ("*7946*")';
const SECONDS_MAX = 999_999_999;
const BUDGET_MS = 10_000;
const LIMIT_DEFAULT = 50;

const Filter = {
  number: Type.Optional(text(40, `calling or called: ${NUMBER}`)),
  calling: Type.Optional(text(40, `the calling number: ${NUMBER}`)),
  called: Type.Optional(text(40, `the called number: ${NUMBER}`)),
  account: Type.Optional(code("calls that it or one under it pays, or that this vendor carried")),
  source: Type.Optional(code("calls of this switch")),
  trunk: Type.Optional(text(200, "calls that came or left through it; for the operator's own people")),
  cause: Type.Optional(text(64, "Q.850 cause, SIP status, or the switch's own word")),
  answered: Type.Optional(Type.Boolean()),
  service: Type.Optional(Type.Enum([...SERVICES])),
  period: Type.Optional(Type.Enum([...NAMED_PERIODS], { description: "instead of times" })),
  from: Type.Optional(text(40, "calls that started at this time or later; 31 days before `to` when not given")),
  to: Type.Optional(text(40, "calls that started before this time; now when not given")),
  minSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: SECONDS_MAX })),
  maxSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: SECONDS_MAX })),
  minCost: Type.Optional(amount("what the account that pays is charged, at least")),
  maxCost: Type.Optional(amount("what the account that pays is charged, at most")),
};
const Charge = Type.Object(
  {
    side: Type.Enum(["customer", "reseller", "cost", "agent"]),
    account: code(),
    amount: signedAmount(),
    currency: currency(),
    billedS: count("billed seconds, or units of another service"),
    destination: Type.String({ maxLength: 200 }),
    prefix: Type.String({ maxLength: 32 }),
  },
  closed,
);
const raw = Type.String({ maxLength: 1_024 });
const Call = Type.Object(
  {
    id: id(),
    source: code(),
    key: { ...raw, description: "the switch's own" },
    leg: raw,
    callId: orNull(raw),
    direction: text(20),
    from: raw,
    to: { ...raw, description: 'E.164 digits, or "=" and anything else' },
    routingNumber: orNull(raw),
    startedAt: instant(),
    answeredAt: orNull(instant()),
    endedAt: instant(),
    talkedS: count(),
    service: Type.Optional(text(20)),
    quantity: Type.Optional(count()),
    account: code(),
    vendor: orNull(code(), "who carried it; null: nobody, or not for you"),
    ingressTrunk: orNull(raw),
    egressTrunk: orNull(raw),
    q850: orNull(Type.Integer({ minimum: 0, maximum: 127 })),
    sip: orNull(Type.Integer({ minimum: 0, maximum: 999 })),
    causeText: orNull(raw),
    file: orNull(raw),
    line: count(),
    charges: Type.Array(Charge, { maxItems: 100, description: "what each side that you see pays or is owed" }),
  },
  { ...closed, description: "A stored call" },
);
const Found = Type.Object(
  {
    ...listOf(Call).properties,
    searchedTo: instant("all of the time on the near side of this was looked through"),
  },
  closed,
);
const SEARCH_PROBLEMS = ["search-invalid", "account-unknown", "source-unknown"] as const;

type Asked = Omit<SearchRequest, "minCost" | "maxCost"> & { readonly minCost?: string; readonly maxCost?: string };

/** Stored calls: search, show, export. */
export const callRoutes = (db: Database, archive: ArchivedRows | null): readonly ApiRoute[] => [
  apiRoute({
    ...{ method: "GET", url: "/v1/calls", operation: "searchCalls", tag: TAG, summary: "Search stored calls" },
    about:
      "Whole numbers, beginnings of numbers and accounts are found at once in any time; anything else is looked " +
      "through by time. A page may be short, or empty, and have a next one: the search says how far it came.",
    admits: "calls:read",
    query: Type.Object({ ...PageQuery, ...Filter, sort: Type.Optional(Type.Enum(["newest", "oldest"])) }, closed),
    answer: Found,
    problems: SEARCH_PROBLEMS,
    async handle({ actor, db: seen, tenantDb, query }) {
      const { limit = LIMIT_DEFAULT, after: _after, sort: order = "newest", ...asked } = query;
      const sight = await callSight(seen, actor);
      const filter = await sight.filter(requestOf(asked), now());
      const page = { order, limit, after: positionAfter(query, order) };
      const { calls, next, searchedTo } = await searchCalls(tenantDb, {
        ...{ tenantId: actor.tenantId, filter, page, archive, budgetMs: BUDGET_MS },
      });
      return {
        items: calls.map((call) => callJson(sight.shown(call)) as Static<typeof Call>),
        hasMore: next !== null,
        nextCursor: next === null ? null : cursorOf(order, next),
        searchedTo: toInstant(searchedTo).toString(),
      };
    },
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/calls/{call}", operation: "getCall", tag: TAG, summary: "Show a stored call" },
    admits: "calls:read",
    params: Type.Object({ call: id("of the call") }, closed),
    answer: Call,
    problems: ["call-unknown"],
    async handle({ actor, db: seen, params }) {
      const sight = await callSight(seen, actor);
      const { call } = await showCall(db, actor.tenantId, { id: params.call }, archive);
      return callJson(sight.shown(sight.required(call))) as Static<typeof Call>;
    },
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/calls/export", operation: "exportCalls", tag: TAG, summary: "Export stored calls" },
    about: "Oldest first, as many as there are, as they are read: a slow reader makes the search wait.",
    admits: "calls:export",
    query: Type.Object({ ...Filter, format: Type.Optional(Type.Enum([...CALL_EXPORT_FORMATS])) }, closed),
    answer: fileAnswer("text/csv", "application/x-ndjson"),
    problems: SEARCH_PROBLEMS,
    async handle({ actor, db: seen, tenantDb, query }) {
      const { format = "csv", ...asked } = query;
      const sight = await callSight(seen, actor);
      const filter = await sight.filter(requestOf(asked), now());
      async function* seenCalls() {
        for await (const call of eachCall(tenantDb, { tenantId: actor.tenantId, filter, archive }))
          yield sight.shown(call);
      }
      return new Reply(Readable.from(callsText(format, seenCalls(), filter), { objectMode: false }), {
        "content-type": format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson",
        "content-disposition": `attachment; filename="calls.${format}"`,
      });
    },
  }),
];

const requestOf = ({ minCost, maxCost, ...asked }: Asked): SearchRequest => ({
  ...asked,
  ...(minCost !== undefined && { minCost: nanosFromSql(minCost) }),
  ...(maxCost !== undefined && { maxCost: nanosFromSql(maxCost) }),
});

const cursorOf = (order: string, { startedAt, id: call }: CallPosition): string =>
  Buffer.from(JSON.stringify([order, String(startedAt), call])).toString("base64url");

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

function positionAfter(query: { readonly after?: string }, order: string): CallPosition | null {
  const key = keyAfter(query, order, 2);
  if (key === null) return null;
  const [startedAt = "", call = ""] = key;
  if (!/^\d{1,15}$/.test(startedAt) || !UUID.test(call)) throw cursorInvalid();
  return { startedAt: epochMs(Number(startedAt)), id: call };
}
