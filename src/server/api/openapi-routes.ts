import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyPluginAsync, FastifySchema } from "fastify";
import packageJson from "../../../package.json" with { type: "json" };
import { ProblemBody, problemAnswers } from "./openapi-schema.ts";
import { SOURCE_ROUTES } from "./source-routes-told.ts";

const ABOUT =
  "Tollwright's API: everything that its screens and its command line can do. Amounts are decimal text beside their " +
  "currency, times are RFC 3339 in UTC, lists are paged by cursors, failures are RFC 9457 problems with stable codes. " +
  "Conventions: docs/reference/api.md.";

const SECURITY = {
  apiKey: { type: "http", scheme: "bearer", description: "An API key" },
  session: { type: "apiKey", in: "cookie", name: "__Host-tollwright", description: "A signed-in user's session" },
  sourceToken: { type: "http", scheme: "bearer", description: "The token of one source: `tollwright source token`" },
} as const;

/**
 * GET /v1/openapi.json — the OpenAPI 3.1 document of every route that is registered after it, of whichever room;
 * GET /v1/reference — the same to read. The document is made when it is first asked for.
 */
export const openApiRoutes: FastifyPluginAsync = async (app) => {
  app.addSchema(ProblemBody);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Tollwright", version: packageJson.version, description: ABOUT, license: { name: "Apache-2.0" } },
      components: { securitySchemes: SECURITY },
    },
    refResolver: { buildLocalReference: ({ $id }, _base, _fragment, index) => String($id ?? `schema-${index}`) },
    hideUntagged: true,
    transform: ({ schema, url, route: { method } }) => ({ schema: told(schema ?? {}, String(method), url), url }),
  });
  await app.register(swaggerUi, { routePrefix: "/v1/reference", staticCSP: true, logLevel: "silent" });
  let document: string | undefined;
  app.get("/v1/openapi.json", { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(app.swagger());
    return reply.type("application/json").send(document);
  });
};
/** What the document says of a route: its schemas, and each answer that is a problem. */
function told(schema: FastifySchema, method: string, url: string): FastifySchema {
  const ofSource = SOURCE_ROUTES[`${method} ${url.replace("/v1/sources/:source/", "")}`];
  const { problems = ofSource?.problems ?? [], response, ...known } = schema;
  const file = ofSource?.answers && { 200: { description: "Answered.", content: { [ofSource.answers]: TEXT } } };
  const answers = { ...file, ...(response as object | undefined), ...problemAnswers(problems) };
  if (ofSource === undefined || known.hide === true) return { ...known, response: answers };
  const { operationId, summary } = ofSource;
  return { ...known, operationId, summary, tags: ["Switches"], security: [{ sourceToken: [] }], response: answers };
}

const TEXT = { schema: { type: "string" } };

// It sees the routes of the whole server, not those of its own.
Object.assign(openApiRoutes, { [Symbol.for("skip-override")]: true });
