import type { FastifyInstance, FastifyPluginAsync, FastifyReply } from "fastify";
import type { Actor } from "../access/actor.ts";
import type { Database } from "../db/database.ts";
import { answerRequest, factsOf } from "./answer-request.ts";
import type { ApiRoute } from "./api-route.ts";
import { type Authenticator, authenticate, requireAdmission } from "./authenticate.ts";
import { compileSerializer, compileValidator } from "./compile-routes.ts";
import { fastifySchema } from "./openapi-schema.ts";
import { requestsTooMany } from "./problems.ts";
import { limitHeaders, RequestLimit } from "./request-limit.ts";

/** What the API is made of. */
export interface Api {
  readonly db: Database;
  /** Asked in their order. */
  readonly authenticators: readonly Authenticator[];
  readonly routes: readonly ApiRoute[];
  /** Requests a minute that one key or user may send. */
  readonly requestsPerMinute: number;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; null on public routes. */
    actor: Actor | null;
  }
}

/** Of one address, before it is known who asks: logging in, and credentials that do not hold. */
const UNKNOWN_PER_MINUTE = 300;
const MINUTE_S = 60;

/** The routes of the API, with everything that they have in common. Its hooks are its own: other routes meet none. */
export const apiRoutes =
  ({ db, authenticators, routes, requestsPerMinute }: Api): FastifyPluginAsync =>
  async (app) => {
    const known = new RequestLimit({ name: "caller", requestsMax: requestsPerMinute, windowS: MINUTE_S });
    const unknown = new RequestLimit({ name: "address", requestsMax: UNKNOWN_PER_MINUTE, windowS: MINUTE_S });
    app.setValidatorCompiler(compileValidator);
    app.setSerializerCompiler(compileSerializer);
    app.decorateRequest("actor", null);
    app.addHook("onRequest", async (request, reply) => {
      reply.headers({ "x-request-id": request.id, "cache-control": "no-store" });
    });
    for (const route of routes) register(app, route, { db, authenticators, known, unknown });
  };

interface Surroundings {
  readonly db: Database;
  readonly authenticators: readonly Authenticator[];
  readonly known: RequestLimit;
  readonly unknown: RequestLimit;
}

function register(app: FastifyInstance, route: ApiRoute, { db, authenticators, known, unknown }: Surroundings): void {
  const { admits } = route;
  app.route({
    method: route.method,
    url: route.url.replaceAll(/\{(\w+)\}/g, ":$1"),
    schema: fastifySchema(route),
    ...(route.bodyBytesMax !== undefined && { bodyLimit: route.bodyBytesMax }),
    // Before the body is read, and before anything is said of it.
    async onRequest(request, reply) {
      if (admits === "public") {
        countIn(unknown, request.ip, reply);
        return;
      }
      try {
        request.actor = await authenticate(authenticators, factsOf(request));
      } catch (error) {
        countIn(unknown, request.ip, reply);
        throw error;
      }
      countIn(known, callerOf(request.actor), reply);
      requireAdmission(request.actor, { admits, isOperatorOnly: route.isOperatorOnly ?? false });
    },
    handler: (request, reply) => answerRequest(db, route, request, reply),
  });
}

/** Errors: Problem `requests-too-many`. */
function countIn(limit: RequestLimit, caller: string, reply: FastifyReply): void {
  const state = limit.count(caller, performance.now());
  reply.headers(limitHeaders(limit.policy, state));
  if (state.isWithin) return;
  reply.header("retry-after", state.resetS);
  throw requestsTooMany({ requestsMax: limit.policy.requestsMax, resetS: state.resetS });
}

const callerOf = ({ tenantId, kind, id, name }: Actor): string => `${tenantId} ${kind} ${id ?? name}`;
