import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import type { Charging } from "../charging/charging.ts";
import { letSourcesIn, sourceOf } from "../charging/source-token-routes.ts";
import type { Database } from "../db/database.ts";
import { ChargingOverXmlCurl } from "./over-xml-curl.ts";

const Params = Type.Object({ source: Type.String({ minLength: 1, maxLength: 64 }) });
const Query = Type.Object(
  {
    context: Type.Optional(
      Type.String({ pattern: "^[\\w.-]{1,80}$", description: "charge every call of this context, marked or not" }),
    ),
    gateway: Type.Optional(
      Type.String({ pattern: "^[\\w.-]{1,80}$", description: "the gateway to bridge calls to that may be made" }),
    ),
  },
  { additionalProperties: false },
);

/**
 * POST /v1/sources/{source}/xml-curl — answers FreeSWITCH's mod_xml_curl: whether a call may be made, for how long, and
 * with which status it is refused. With the source's token as the password of `gateway-credentials`.
 */
export const xmlCurlRoutes =
  (db: Database, charging: Charging): FastifyPluginAsyncTypebox =>
  async (app) => {
    letSourcesIn(app, db);
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
    app.post(
      "/v1/sources/:source/xml-curl",
      { schema: { params: Params, querystring: Query } },
      async ({ body, charged, query, log }, reply) => {
        const calls = new ChargingOverXmlCurl(charging, (error) => log.error({ err: error }, "a call was not decided"));
        const { context = null, gateway = null } = query;
        const document = await calls.answer(sourceOf(charged), typeof body === "string" ? body : "", {
          context,
          gateway,
        });
        return reply.type("text/xml; charset=utf-8").send(document);
      },
    );
  };
