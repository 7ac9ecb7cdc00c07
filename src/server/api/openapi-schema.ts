import type { FastifySchema } from "fastify";
import { type TSchema, Type } from "typebox";
import { PROBLEMS, type ProblemCode } from "../../core/problem.ts";
import type { ApiRoute, FileAnswer } from "./api-route.ts";
import { closed, text } from "./schemas.ts";

declare module "fastify" {
  interface FastifySchema {
    /** What the route may answer that is no success; the OpenAPI document tells each. */
    readonly problems?: readonly ProblemCode[];
  }
}

/** The body of every answer that is a problem; the OpenAPI document has it once. */
export const ProblemBody = Type.Object(
  {
    type: text(200, "a URI that ends in the code"),
    title: text(200),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    code: text(64, "stable: programs may depend on it"),
    detail: text(4_000, "what happened"),
    fix: text(4_000, "what to do"),
    requestId: Type.Optional(text(64, "as in X-Request-Id and in the log")),
    errors: Type.Optional(
      Type.Array(
        Type.Object(
          {
            pointer: text(300, "JSON Pointer into the request: /body/amount, /query/limit"),
            code: Type.Enum(["missing", "unknown-field", "wrong-type", "wrong-form", "out-of-bounds", "not-one-of"]),
            message: text(1_000),
          },
          closed,
        ),
        { maxItems: 100 },
      ),
    ),
  },
  { ...closed, $id: "Problem", description: "RFC 9457" },
);

/** Whatever a request is for, it may be answered so. */
const OF_EVERY_ROUTE: readonly ProblemCode[] = ["request-invalid", "requests-too-many", "database-unreachable"];
const OF_BODIES: readonly ProblemCode[] = ["request-too-large", "request-timed-out", "request-encoding-unknown"];

/** The problems that a route may answer: its own, and those of what it is. */
export function problemsOf(route: ApiRoute): readonly ProblemCode[] {
  return [
    ...OF_EVERY_ROUTE,
    ...(route.method === "GET" ? [] : OF_BODIES),
    ...(route.admits === "public" ? [] : (["not-signed-in", "permission-missing"] as const)),
    ...(route.isOperatorOnly ? (["operator-only"] as const) : []),
    ...("limit" in route.query.properties ? (["cursor-invalid"] as const) : []),
    ...(route.idempotency === undefined
      ? []
      : (["idempotency-key-missing", "idempotency-in-flight", "idempotency-key-reused"] as const)),
    ...(route.needsIfMatch ? (["if-match-missing", "version-changed"] as const) : []),
    ...(route.problems ?? []),
  ];
}

/** The answers that are problems, by status; each names the codes that come with it. */
export function problemAnswers(codes: readonly ProblemCode[]): Readonly<Record<number, object>> {
  const byStatus = Map.groupBy(new Set(codes), (code) => PROBLEMS[code] as number);
  return Object.fromEntries(
    [...byStatus].map(([status, found]) => [
      status,
      {
        description: found.map((code) => `\`${code}\``).join(", "),
        content: { "application/problem+json": { schema: { $ref: "Problem#" } } },
      },
    ]),
  );
}

/** A route as Fastify and the OpenAPI document take it. */
export function fastifySchema(route: ApiRoute): FastifySchema {
  const { operation, tag, summary, params, query, body } = route;
  const about = aboutOf(route);
  return {
    operationId: operation,
    tags: [tag],
    summary,
    ...(about !== "" && { description: about }),
    security: route.admits === "public" ? [] : [{ apiKey: [] }, { session: [] }],
    params,
    querystring: query,
    ...(body !== undefined && { body }),
    headers: headersOf(route),
    response: successOf(route),
    problems: problemsOf(route),
  };
}

/** Headers are checked by what uses them; the document names them. Others may always be there. */
function headersOf({ idempotency, needsIfMatch }: ApiRoute): TSchema {
  const key = Type.String({ minLength: 1, maxLength: 255, description: "the same for a repeat of this request" });
  return Type.Object({
    ...(idempotency !== undefined && { "idempotency-key": Type.Optional(key) }),
    ...(needsIfMatch && { "if-match": Type.Optional(Type.String({ maxLength: 130, description: "the ETag read" })) }),
  });
}

function aboutOf({ about = "", admits, idempotency, isOperatorOnly }: ApiRoute): string {
  const lines = [about];
  if (admits !== "public" && admits !== "signed-in") lines.push(`Needs the permission \`${admits}\`.`);
  if (isOperatorOnly) lines.push("For the operator's own people and keys.");
  if (idempotency === "required") lines.push("The header `Idempotency-Key` is required, but for a dry run.");
  return lines.filter((line) => line !== "").join(" ");
}

function successOf({ answer, status, method }: ApiRoute): Record<number, object> {
  if (answer === null) return { [status ?? 204]: Type.Null({ description: "Done." }) };
  if (isFile(answer))
    return {
      [status ?? 200]: {
        description: "The file.",
        content: Object.fromEntries(answer.contentTypes.map((type) => [type, { schema: FILE }])),
      },
    };
  const known =
    method === "GET" ? { 304: Type.Null({ description: "The version in If-None-Match is the newest." }) } : {};
  return { [status ?? 200]: answer, ...known };
}

const FILE = { type: "string", format: "binary", maxLength: Number.MAX_SAFE_INTEGER };

const isFile = (answer: TSchema | FileAnswer): answer is FileAnswer => "contentTypes" in answer;
