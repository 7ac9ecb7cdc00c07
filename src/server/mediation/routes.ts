import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { invariant } from "../../core/invariant.ts";
import type { Database } from "../db/database.ts";
import { decodedBody } from "../http/decoded-body.ts";
import { isGzip } from "./gzip.ts";
import { authorisePush, type PushedSource } from "./push-token.ts";
import type { PushReceiver } from "./receive-push.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The source that a push is for, and the content type that it named. */
    push: { readonly source: PushedSource; readonly contentType: string | undefined } | null;
  }
}

const count = (description: string) => Type.Integer({ minimum: 0, description });

const Answer = Type.Object({
  rows: count("records in the body; the sum of the others, `corrected` excepted"),
  stored: count("stored and priced"),
  duplicate: count("stored before, by this way or another"),
  corrected: count("of the duplicates, those that today's settings read differently"),
  nonBillable: count("records that are no call to be paid"),
  quarantined: count("kept as they came, with a reason and a fix: `tollwright cdr quarantine list`"),
  open: count("parts of calls whose other part has not come yet"),
  records: Type.Optional(
    Type.Array(
      Type.Object({
        line: Type.Integer({ minimum: 1, description: "the line of the body on which the record begins" }),
        fate: Type.String({ description: "stored, duplicate, corrected, non-billable, quarantined or open" }),
        reason: Type.Optional(Type.Object({ code: Type.String(), what: Type.String(), fix: Type.String() })),
      }),
      { description: "one a record, in the order of the body, where `?records=true` asks for them" },
    ),
  ),
  otherFormat: Type.Optional(
    Type.Object(
      { formats: Type.Array(Type.String()), what: Type.String(), fix: Type.String() },
      { description: "the source can use none of the records, and they look like these formats" },
    ),
  ),
});

const Query = Type.Object({
  records: Type.Optional(Type.Boolean({ description: "whether to tell what became of each record" })),
});

const Params = Type.Object({ source: Type.String({ minLength: 1, maxLength: 64 }) });

/**
 * POST /v1/sources/{source}/cdrs — call records as the switch writes them, in the source's format, packed by gzip or
 * not; FreeSWITCH's json_cdr in any of its encodings. Answers 200 once they are committed: duplicates and records that
 * wait in quarantine are safe too.
 */
export const mediationRoutes =
  (db: Database, receiver: PushReceiver): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    app.decorateRequest("push", null);
    app.post(
      "/v1/sources/:source/cdrs",
      {
        schema: { params: Params, querystring: Query, response: { 200: Answer } },
        // Before the body is read: who may not push may not make us wait for a megabyte either.
        onRequest: async (request) => {
          const { source } = request.params as { readonly source: string };
          const { authorization, "content-type": contentType } = request.headers;
          request.push = { source: await authorisePush(db, { source, authorization }), contentType };
          // Switches name all kinds of content types, none, or a broken one; the source's format says what the body is.
          request.headers["content-type"] = "application/octet-stream";
        },
      },
      async (request) => {
        const sent = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        // A packed file that is sent as it is says so itself.
        const encoding = request.headers["content-encoding"] ?? (isGzip(sent) ? "gzip" : undefined);
        const body = await decodedBody(sent, encoding, request.routeOptions.bodyLimit);
        invariant(request.push, "a request that was let in has a source");
        const { source, contentType } = request.push;
        return await receiver.receive(source, { contentType, body, wantsRecords: request.query.records ?? false });
      },
    );
  };
