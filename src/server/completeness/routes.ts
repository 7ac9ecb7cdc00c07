import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { invariant } from "../../core/invariant.ts";
import { sourceActor } from "../access/system-actor.ts";
import type { Database } from "../db/database.ts";
import { decodedBody } from "../http/decoded-body.ts";
import { authorisePush, type PushedSource } from "../mediation/push-token.ts";
import { COUNTED_BY } from "./counted-by.ts";
import { importTotals } from "./import-totals.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The source whose totals are stated. */
    counting: PushedSource | null;
  }
}

const Params = Type.Object({ source: Type.String({ minLength: 1, maxLength: 64 }) });
const Query = Type.Object(
  { countedBy: Type.Optional(Type.Union(COUNTED_BY.map((moment) => Type.Literal(moment)))) },
  { additionalProperties: false },
);
const Taken = Type.Object({ totals: Type.Integer({ minimum: 1, description: "totals that were taken in" }) });

/**
 * POST /v1/sources/{source}/totals — what a switch says it has counted, as CSV or JSON, with the same token as its call
 * records. Sending it again changes nothing.
 */
export const totalsRoutes =
  (db: Database): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    app.decorateRequest("counting", null);
    app.post(
      "/v1/sources/:source/totals",
      {
        schema: { params: Params, querystring: Query, response: { 200: Taken } },
        onRequest: async (request) => {
          const { source } = request.params as { readonly source: string };
          request.counting = await authorisePush(db, { source, authorization: request.headers.authorization });
          request.headers["content-type"] = "application/octet-stream"; // the text itself says whether it is JSON
        },
      },
      async (request) => {
        invariant(request.counting, "a request that was let in has a source");
        const sent = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const body = await decodedBody(sent, request.headers["content-encoding"], request.routeOptions.bodyLimit);
        const totals = await importTotals(db, {
          tenantId: request.counting.tenantId,
          source: request.params.source,
          text: body.toString("utf8"),
          countedBy: request.query.countedBy ?? "start",
          actor: sourceActor(request.params.source, request.counting.tenantId),
        });
        return { totals: totals.length };
      },
    );
  };
