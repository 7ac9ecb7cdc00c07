import { Readable } from "node:stream";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import { invariant } from "../../core/invariant.ts";
import { SERVICES } from "../../core/usage/service-units.ts";
import { sourceActor } from "../access/system-actor.ts";
import { KnownTokens } from "../charging/known-tokens.ts";
import { LiveSessions, liveSessionJson, type SessionChange } from "../charging/live-sessions.ts";
import type { Database } from "../db/database.ts";
import { authorisePush, type PushedSource } from "../mediation/push-token.ts";
import { hangUp } from "./hang-up.ts";
import { sessionStreamsTooMany } from "./problems.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The source whose calls are looked at. */
    watched: PushedSource | null;
  }
}

const closed = { additionalProperties: false } as const;
const text = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 128, description }));
const FILTERS = {
  account: text("only those that this account pays"),
  called: text("only those to numbers that begin so, as the switch writes them"),
  trunk: text("only those through this trunk"),
};
const SESSIONS_MAX = 1_000;
const Filter = Type.Object(FILTERS, closed);
const Query = Type.Object(
  { ...FILTERS, limit: Type.Integer({ minimum: 1, maximum: SESSIONS_MAX, default: 100 }) },
  closed,
);
const HangUpBody = Type.Object(
  {
    ...FILTERS,
    sessions: Type.Array(Type.String({ minLength: 1, maxLength: 512 }), {
      ...{ maxItems: SESSIONS_MAX, default: [] },
      description: "keys of calls, or ids of sessions",
    }),
    why: Type.String({ minLength: 1, maxLength: 500, description: "why, for the record" }),
    confirmed: Type.Boolean({ default: false, description: "more than one call is meant" }),
    dryRun: Type.Boolean({ default: false, description: "only say which calls would be ended" }),
  },
  closed,
);
const orNull = Type.Union([Type.String(), Type.Null()]);
const LiveSession = Type.Object({
  ...{ id: Type.String(), source: Type.String(), key: Type.String(), calling: Type.String(), called: Type.String() },
  ...{ trunk: orNull, account: orNull, openedAt: Type.String(), answeredAt: orNull, expiresAt: Type.String() },
  service: Type.Enum([...SERVICES], { description: "what its units are: seconds of voice, messages, octets" }),
  ...{ cutAt: orNull, usedS: Type.Integer(), grantedS: Type.Integer(), talkedS: Type.Integer() },
  ...{ held: Type.String(), cost: orNull, currency: orNull },
});
const Params = Type.Object({ source: Type.String({ minLength: 1, maxLength: 64 }) });
const HungUp = Type.Object({
  sessions: Type.Array(Type.Object({ id: Type.String(), key: Type.String() })),
  asked: Type.Integer({ description: "of them, those that did not wait for their end already" }),
});

const STREAM_MS = 1_000;
/** At once, in this process. */
const STREAMS_MAX = 50;

/**
 * Calls of a source that are up, with the source's token: GET /v1/sources/{source}/sessions, the same as a stream of
 * changes under …/sessions/changes, and POST …/sessions/hang-up.
 */
export const cutRoutes =
  (db: Database): FastifyPluginAsyncTypebox =>
  async (app) => {
    const tokens = new KnownTokens((token) => authorisePush(db, token));
    const live = new LiveSessions(db);
    const closing = new AbortController();
    let streams = 0;
    app.addHook("preClose", async () => closing.abort());
    app.decorateRequest("watched", null);
    app.addHook("onRequest", async (request) => {
      const { source } = request.params as { readonly source: string };
      request.watched = await tokens.source({ source, authorization: request.headers.authorization });
    });
    const filterOf = (
      watched: PushedSource | null,
      source: string,
      { account, called, trunk }: Static<typeof Filter>,
    ) => ({ tenantId: tenantOf(watched), source, account, called, trunk });

    app.get(
      "/v1/sources/:source/sessions",
      {
        schema: {
          ...{ params: Params, querystring: Query },
          response: { 200: Type.Object({ sessions: Type.Array(LiveSession) }) },
        },
      },
      async ({ params, query, watched }) => {
        const filter = filterOf(watched, params.source, query);
        return { sessions: (await live.find({ ...filter, limit: query.limit })).map(liveSessionJson) };
      },
    );
    app.get(
      "/v1/sources/:source/sessions/changes",
      { schema: { params: Params, querystring: Filter } },
      async ({ params, query, watched }, reply) => {
        if (streams >= STREAMS_MAX) throw sessionStreamsTooMany();
        streams += 1;
        const gone = new AbortController();
        reply.raw.once("close", () => {
          streams -= 1;
          gone.abort();
        });
        const signal = AbortSignal.any([gone.signal, closing.signal]);
        const filter = { ...filterOf(watched, params.source, query), limit: SESSIONS_MAX };
        const lines = Readable.from(linesOf(live.watch(filter, { everyMs: STREAM_MS, signal })));
        return await reply.type("application/x-ndjson").send(lines);
      },
    );
    app.post(
      "/v1/sources/:source/sessions/hang-up",
      { schema: { params: Params, body: HangUpBody, response: { 200: HungUp } } },
      async ({ params, body, watched }) => {
        const { sessions: named, why, confirmed: isConfirmed, dryRun } = body;
        const filter = { ...filterOf(watched, params.source, body), sessions: named };
        const actor = sourceActor(params.source, filter.tenantId);
        const { sessions, asked } = await hangUp(db, { filter, why, actor, isConfirmed, dryRun });
        return { sessions: sessions.map(({ id, key }) => ({ id, key })), asked: asked.length };
      },
    );
  };

function tenantOf(watched: PushedSource | null): string {
  invariant(watched, "a request that was let in has a source");
  return watched.tenantId;
}

async function* linesOf(changes: AsyncGenerator<SessionChange>): AsyncGenerator<string> {
  for await (const { event, session } of changes)
    yield `${JSON.stringify({ event, session: liveSessionJson(session) })}\n`;
}
