import { type Static, Type } from "typebox";
import { type EpochMs, toInstant } from "../../core/time/epoch.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { keyAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, count, id, instant, orNull, text } from "../api/schemas.ts";
import type { Archive } from "./archive.ts";
import { findArchives } from "./find-archives.ts";

const ORDER = "archived months by month and part";
const Shown = Type.Object(
  {
    id: id(),
    month: Type.String({ pattern: "^\\d{4}-\\d{2}$", description: "of the calls' answer, in UTC" }),
    part: count(),
    state: Type.Enum(["archived", "restored", "deleted"]),
    calls: count(),
    bytes: count("of its files"),
    archivedAt: instant(),
    archivedBy: text(200),
    endedAt: orNull(instant(), "when it was restored or deleted"),
    endedBy: orNull(text(200)),
  },
  { ...closed, description: "A part of a month whose calls left the database" },
);

/** Months in the archive: list. */
export const archiveRoutes: readonly ApiRoute[] = [
  apiRoute({
    ...{ method: "GET", url: "/v1/archived-months", operation: "listArchivedMonths", tag: "Archive" },
    summary: "List months that were archived",
    about: "Those that were restored or deleted since included. Their calls are found as others are.",
    ...{ admits: "calls:read", isOperatorOnly: true },
    query: Type.Object({ ...PageQuery }, closed),
    answer: listOf(Shown),
    async handle({ actor, db, query }) {
      const behind = keyAfter(query, ORDER, 1)?.[0] ?? "";
      const keyed = (await findArchives(db, actor.tenantId)).map((archive) => ({ archive, key: keyOf(archive) }));
      const rows = keyed.filter(({ key }) => key > behind).toSorted((a, b) => (a.key < b.key ? -1 : 1));
      const page = rows.slice(0, rowsOf(query));
      return pageOf(query, page, { order: ORDER, keyOf: ({ key }) => [key], shown: ({ archive }) => shown(archive) });
    },
  }),
];

const keyOf = ({ month, part, id: of }: Archive): string => `${month} ${String(part).padStart(6, "0")} ${of}`;

const time = (at: EpochMs): string => toInstant(at).toString();

const shown = (archive: Archive): Static<typeof Shown> => ({
  ...{ id: archive.id, month: archive.month, part: archive.part, state: archive.state, calls: archive.calls },
  bytes: archive.files.reduce((sum, { bytes }) => sum + bytes, 0),
  ...{ archivedAt: time(archive.archivedAt), archivedBy: archive.archivedBy },
  ...{ endedAt: archive.endedAt === null ? null : time(archive.endedAt), endedBy: archive.endedBy },
});
