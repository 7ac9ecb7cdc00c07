import { type Static, Type } from "typebox";
import { toInstant } from "../../core/time/epoch.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { idAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, count, id, instant, orNull, text } from "../api/schemas.ts";
import { OPERATION_STATES, type Operation } from "./operation.ts";
import { findOperation, findOperations } from "./operations.ts";

const JSON_CHARS_MAX = 100_000_000;
export const OperationShown = Type.Object(
  {
    id: id(),
    kind: text(64),
    state: Type.Enum([...OPERATION_STATES]),
    rowsDone: count(),
    rowsTotal: orNull(count(), "null: not known yet"),
    result: orNull(Type.String({ maxLength: JSON_CHARS_MAX }), "what it did, as JSON text, once it is done"),
    problem: orNull(
      Type.Object({ code: text(64), detail: text(4_000), fix: text(4_000) }, closed),
      "once it has failed",
    ),
    begunBy: text(300),
    begunAt: instant(),
    endedAt: orNull(instant()),
  },
  { ...closed, description: "Work that goes on after its answer" },
);
const TAG = "Operations";
const ORDER = "operations, newest first";

/** What became of work that requests began: list, show. */
export const operationRoutes: readonly ApiRoute[] = [
  apiRoute({
    ...{ method: "GET", url: "/v1/operations", operation: "listOperations", tag: TAG, summary: "List operations" },
    about: "The newest first.",
    admits: "signed-in",
    isOperatorOnly: true,
    query: Type.Object({ ...PageQuery }, closed),
    answer: listOf(OperationShown),
    async handle({ actor, db, query }) {
      const before = idAfter(query, ORDER);
      const operations = await findOperations(db, actor.tenantId, { before, limit: rowsOf(query) });
      return pageOf(query, operations, { order: ORDER, keyOf: (one) => [one.id], shown: operationShown });
    },
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/operations/{operation}", operation: "getOperation", tag: TAG },
    summary: "Show an operation",
    admits: "signed-in",
    isOperatorOnly: true,
    params: Type.Object({ operation: id() }, closed),
    answer: OperationShown,
    problems: ["operation-unknown"],
    handle: async ({ actor, db, params }) => operationShown(await findOperation(db, actor.tenantId, params.operation)),
  }),
];

/** An operation as the API shows it. */
export const operationShown = ({
  result,
  problem,
  begunAt,
  endedAt,
  ...operation
}: Operation): Static<typeof OperationShown> => ({
  ...operation,
  result: result === null ? null : JSON.stringify(result),
  problem: problem && { code: problem.code, detail: problem.detail, fix: problem.fix },
  begunAt: toInstant(begunAt).toString(),
  endedAt: endedAt === null ? null : toInstant(endedAt).toString(),
});
