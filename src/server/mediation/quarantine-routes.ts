import { type Static, Type } from "typebox";
import { toInstant } from "../../core/time/epoch.ts";
import type { Actor } from "../access/actor.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { idAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, code, count, id, instant, orNull, text } from "../api/schemas.ts";
import type { Database } from "../db/database.ts";
import { dismissQuarantined, editQuarantined } from "./decide-quarantined.ts";
import { findWaiting, type WaitingRow } from "./find-imports.ts";
import { findSourceNamed } from "./find-source.ts";
import { quarantinedUnknown } from "./problems.ts";
import { retryQuarantine } from "./retry-quarantine.ts";

const TAG = "Quarantine";
const RAW_CHARS_MAX = 1_000_000;
const RETRY_ROWS_MAX = 100_000;
const raw = Type.String({ maxLength: RAW_CHARS_MAX });
const Row = Type.Object(
  {
    id: id(),
    source: code(),
    file: Type.String({ maxLength: 4_096 }),
    line: count(),
    code: text(64, "the reject: docs/reference/rejects.md"),
    what: text(10_000, "why it waits"),
    fix: text(10_000, "what to do"),
    raw,
    correctedRaw: orNull(raw, "what was made of it; null: nothing"),
    header: raw,
    attempts: count(),
    createdAt: instant(),
  },
  { ...closed, description: "A row that could not be used, as it came" },
);
const Which = {
  source: Type.Optional(code("rows of this switch")),
  code: Type.Optional(text(64, "rows of one reason")),
  contains: Type.Optional(text(200, "rows whose text contains this")),
};
const Params = Type.Object({ row: id() }, closed);
const fate = count();
const Retried = Type.Object(
  {
    tried: count(),
    fates: Type.Object(
      {
        ...{ stored: fate, duplicate: fate, corrected: fate, "non-billable": fate, quarantined: fate, open: fate },
      },
      { ...closed, description: "rows by what became of them; quarantined: they wait on" },
    ),
  },
  closed,
);
const ORDER = "quarantine, oldest first";
const operators = { isOperatorOnly: true } as const;

/** Rows that could not be used: list, show, correct, dismiss, retry. */
export const quarantineRoutes: readonly ApiRoute[] = [
  apiRoute({
    ...{ method: "GET", url: "/v1/quarantine", operation: "listQuarantine", tag: TAG, summary: "List waiting rows" },
    about: "The oldest first.",
    ...{ admits: "quarantine:read", ...operators },
    query: Type.Object({ ...PageQuery, ...Which }, closed),
    answer: listOf(Row),
    problems: ["source-unknown"],
    async handle({ actor, db, query: { limit, after, ...filter } }) {
      const page = { ...(limit !== undefined && { limit }), ...(after !== undefined && { after }) };
      const behindId = idAfter(page, ORDER);
      const rows = await findWaiting(db, { tenantId: actor.tenantId, ...filter, behindId, limit: rowsOf(page) });
      return pageOf(page, rows, { order: ORDER, keyOf: (row) => [row.id], shown: rowShown });
    },
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/quarantine/{row}", operation: "getQuarantined", tag: TAG, summary: "Show a row" },
    ...{ admits: "quarantine:read", ...operators },
    params: Params,
    answer: Row,
    problems: ["quarantined-unknown"],
    handle: async ({ actor, db, params }) => rowShown(await waitingRow(db, actor, params.row)),
  }),
  apiRoute({
    ...{
      method: "PATCH",
      url: "/v1/quarantine/{row}",
      operation: "editQuarantined",
      tag: TAG,
      summary: "Correct a row",
    },
    about: "The text as it came is kept, and its identity stays that of it. It still waits: retry it.",
    ...{ admits: "quarantine:write", ...operators },
    params: Params,
    body: Type.Object({ raw: Type.String({ minLength: 1, maxLength: RAW_CHARS_MAX }) }, closed),
    answer: Row,
    problems: ["quarantined-unknown"],
    async handle({ actor, db, params, body }) {
      await editQuarantined(db, { id: params.row, raw: body.raw, actor });
      return rowShown(await waitingRow(db, actor, params.row));
    },
  }),
  apiRoute({
    ...{ method: "POST", url: "/v1/quarantine/{row}/dismissal", operation: "dismissQuarantined", tag: TAG },
    summary: "Say that a row is no call to be charged",
    about: "It counts as non-billable from now on, also when its file is imported again.",
    ...{ admits: "quarantine:write", ...operators },
    params: Params,
    answer: null,
    problems: ["quarantined-unknown"],
    handle: ({ actor, db, params }) => dismissQuarantined(db, { id: params.row, actor }),
  }),
  apiRoute({
    ...{ method: "POST", url: "/v1/quarantine/retries", operation: "retryQuarantine", tag: TAG },
    summary: "Read waiting rows again under today's settings",
    about: "What can be used now is stored and priced; the rest waits on with its newest reason.",
    ...{ admits: "quarantine:write", ...operators },
    body: Type.Object(
      { ...Which, ids: Type.Optional(Type.Array(id(), { minItems: 1, maxItems: 1_000 })) },
      { ...closed, examples: [{ code: "account-unknown" }] },
    ),
    answer: Retried,
    problems: ["source-unknown"],
    async handle({ actor, db, body: { source, ...filter } }) {
      const { tenantId } = actor;
      const sourceId = source === undefined ? undefined : (await findSourceNamed(db, tenantId, source)).id;
      return await retryQuarantine(db, { tenantId, ...filter, sourceId, limit: RETRY_ROWS_MAX }, actor);
    },
  }),
];

/** Errors: Problem `quarantined-unknown`. */
async function waitingRow(db: Database, { tenantId }: Actor, row: string): Promise<WaitingRow> {
  const [found] = await findWaiting(db, { tenantId, ids: [row], limit: 1 });
  if (found === undefined) throw quarantinedUnknown({ id: row });
  return found;
}

const rowShown = (row: WaitingRow): Static<typeof Row> => ({
  ...{ id: row.id, source: row.source, file: row.file, line: row.line, code: row.code, what: row.what, fix: row.fix },
  ...{ raw: row.raw, correctedRaw: row.correctedRaw, header: row.preamble, attempts: row.attempts },
  createdAt: toInstant(row.createdAt).toString(),
});
