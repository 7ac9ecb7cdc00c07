import type { FastifyReply, FastifyRequest } from "fastify";
import { invariant } from "../../core/invariant.ts";
import type { Database } from "../db/database.ts";
import { requestInvalid } from "../http/problems.ts";
import { unstorablePlaces } from "../tenancy/unstorable-json.ts";
import { databaseOf, joined, wholeTenantOf } from "./actor-database.ts";
import { answerOnce } from "./answer-once.ts";
import { type ApiRequest, type ApiRoute, Reply } from "./api-route.ts";
import type { RequestFacts } from "./authenticate.ts";
import { isKnownVersion, versionIn } from "./entity-tag.ts";
import { idempotencyKeyMissing } from "./problems.ts";

type Asked = ApiRequest<unknown, unknown, unknown>;

/** Answers a request that was let in and whose parts passed their schemas. */
export async function answerRequest(
  db: Database,
  route: ApiRoute,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  reply.code(statusOf(route));
  const result = await handle(db, route, request, reply);
  const { body, headers } = result instanceof Reply ? result : new Reply(result);
  for (const [name, value] of Object.entries(headers)) reply.header(name, value);
  const { etag } = headers;
  if (route.method === "GET" && typeof etag === "string" && isKnownVersion(etag, request.headers["if-none-match"]))
    return reply.code(304).send();
  return body ?? reply.send();
}

/** What is known of a request before its body is read. */
export const factsOf = ({ method, url, ip, headers }: FastifyRequest): RequestFacts => ({
  method,
  path: url.split("?", 1)[0] ?? url,
  address: ip,
  headers,
});

const statusOf = ({ status, answer }: ApiRoute): number => status ?? (answer === null ? 204 : 200);

async function handle(db: Database, route: ApiRoute, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { actor, params, query, id: requestId } = request;
  const body = request.body ?? {};
  requireStorable({ params, query, body });
  const parts = { params, query, body, requestId, facts: factsOf(request), signal: signalOf(reply) };
  if (route.admits === "public") return route.handle(parts as unknown as Asked);
  invariant(actor, "a request that was let in has an actor");
  const ifMatch = route.needsIfMatch ? versionIn(request.headers["if-match"]) : null;
  const asked = { ...parts, actor, ifMatch, db: databaseOf(db, actor), tenantDb: wholeTenantOf(db, actor) };
  const key = keyOf(route, request);
  if (key === null) return route.handle(asked);
  const identity = { key, request: [route.operation, params, query, body] };
  const kept = await answerOnce(asked.tenantDb, actor, identity, async (tx) => {
    const tenantDb = joined(asked.tenantDb, tx);
    const result = await route.handle({ ...asked, tenantDb, db: actor.accountId === null ? tenantDb : asked.db });
    return { status: statusOf(route), body: result instanceof Reply ? result.body : result };
  });
  reply.code(kept.status);
  if (kept.isReplay) reply.header("idempotency-replayed", "true");
  return kept.body;
}

/** What JSON and addresses can spell and no table can hold. Errors: Problem `request-invalid`. */
function requireStorable(parts: object): void {
  const [place] = unstorablePlaces(parts);
  if (place !== undefined)
    throw requestInvalid({ reason: `${place.pointer} holds what is no text, or nests too deep` });
}

const KEY = /^[!-~]{1,255}$/;

/** Null: the request need not be kept. A dry run changes nothing. Errors: Problem `idempotency-key-missing`. */
function keyOf({ idempotency }: ApiRoute, { headers, body }: FastifyRequest): string | null {
  if (idempotency === undefined || (body as { dryRun?: unknown } | undefined)?.dryRun === true) return null;
  const key = headers["idempotency-key"];
  if (typeof key === "string" && KEY.test(key)) return key;
  if (key === undefined && idempotency === "optional") return null;
  throw idempotencyKeyMissing();
}

function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  return gone.signal;
}
