import { Type } from "typebox";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { keyAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, code, id, text } from "../api/schemas.ts";
import { findSourceNamed } from "./find-source.ts";
import { findSources } from "./find-sources.ts";
import type { Source } from "./source.ts";

const TAG = "Sources";
const Shown = Type.Object(
  { id: id(), name: code(), format: text(64, "the switch format"), timeZone: text(64) },
  { ...closed, description: "A switch with all its ways in" },
);
const ORDER = "sources by name";

/** Switches that calls come from: list, show. Their settings are described in setup documents. */
export const sourceRoutes: readonly ApiRoute[] = [
  apiRoute({
    ...{ method: "GET", url: "/v1/sources", operation: "listSources", tag: TAG, summary: "List sources by name" },
    admits: "sources:read",
    isOperatorOnly: true,
    query: Type.Object({ ...PageQuery }, closed),
    answer: listOf(Shown),
    async handle({ actor, db, query }) {
      const [after = ""] = keyAfter(query, ORDER, 1) ?? [];
      const named = (await findSources(db, actor.tenantId)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const rows = named.filter(({ name }) => name > after).slice(0, rowsOf(query));
      return pageOf(query, rows, { order: ORDER, keyOf: ({ name }) => [name], shown: sourceShown });
    },
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/sources/{source}", operation: "getSource", tag: TAG, summary: "Show a source" },
    admits: "sources:read",
    isOperatorOnly: true,
    params: Type.Object({ source: code("its name") }, closed),
    answer: Shown,
    problems: ["source-unknown"],
    handle: async ({ actor, db, params }) => sourceShown(await findSourceNamed(db, actor.tenantId, params.source)),
  }),
];

const sourceShown = ({ id: source, name, format, config }: Source) => ({
  ...{ id: source, name, format, timeZone: config.timeZone },
});
