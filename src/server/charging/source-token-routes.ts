import type { FastifyInstance } from "fastify";
import { invariant } from "../../core/invariant.ts";
import type { Database } from "../db/database.ts";
import { authorisePush, type PushedSource } from "../mediation/push-token.ts";
import { KnownTokens } from "./known-tokens.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The source whose calls and accounts it is about. */
    charged: PushedSource | null;
  }
}

/** Lets requests under `/v1/sources/{source}` in by the source's token. */
export function letSourcesIn(app: FastifyInstance, db: Database): void {
  const tokens = new KnownTokens((token) => authorisePush(db, token));
  app.decorateRequest("charged", null);
  app.addHook("onRequest", async (request) => {
    const { source } = request.params as { readonly source: string };
    request.charged = await tokens.source({ source, authorization: request.headers.authorization });
  });
}

/** The source of a request that was let in. */
export function sourceOf(charged: PushedSource | null): PushedSource {
  invariant(charged, "a request that was let in has a source");
  return charged;
}
