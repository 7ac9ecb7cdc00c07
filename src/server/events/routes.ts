import { Type } from "typebox";
import { fromInstant } from "../../core/time/epoch.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { idAfter } from "../api/id-after.ts";
import { listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, code, id, instant, orNull, text } from "../api/schemas.ts";
import { EVENT_KINDS, type TenantEvent } from "./event.ts";
import { EVENTS } from "./event-catalogue.ts";
import { eventJson, findEvents } from "./find-events.ts";

const ORDER = "events";

const Event = Type.Object(
  {
    id: id(),
    kind: Type.Enum([...EVENT_KINDS]),
    account: orNull(code(), "null: it is of none"),
    object: Type.Object({ kind: text(40), id: text(100) }, { ...closed, description: "what it is about" }),
    happenedAt: instant(),
    data: Type.Unsafe<TenantEvent["data"]>(
      Type.Union(
        Object.values(EVENTS).map(({ data }) => data),
        { description: "by the kind: docs/reference/events.md" },
      ),
    ),
  },
  closed,
);

/** What has happened that somebody should hear of. */
export const eventRoutes = (): readonly ApiRoute[] => [
  apiRoute({
    method: "GET",
    url: "/v1/events",
    operation: "listEvents",
    tag: "Events",
    summary: "List events, the latest first",
    admits: "webhooks:read",
    query: Type.Object(
      {
        ...PageQuery,
        account: Type.Optional(code("only those of this account")),
        kind: Type.Optional(Type.Enum([...EVENT_KINDS])),
        since: Type.Optional(instant("only those that happened then or later")),
      },
      closed,
    ),
    answer: listOf(Event),
    problems: ["cursor-invalid"],
    async handle({ db, actor, query }) {
      const { account, kind } = query;
      const since = query.since === undefined ? undefined : fromInstant(Temporal.Instant.from(query.since));
      const behind = idAfter(query, ORDER) ?? undefined;
      const search = { tenantId: actor.tenantId, account, kind, since, behind, limit: rowsOf(query) };
      const rows = await findEvents(db, search);
      return pageOf(query, rows, { order: ORDER, keyOf: (row) => [row.id], shown: eventJson });
    },
  }),
];
