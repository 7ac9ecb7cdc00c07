import { type Static, Type } from "typebox";
import { nanosToSql } from "../../core/money/nanos.ts";
import { toInstant } from "../../core/time/epoch.ts";
import { SERVICES } from "../../core/usage/service-units.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { amount, closed, code, count, currency, id, instant, orNull, text } from "../api/schemas.ts";
import { hangUp } from "../cuts/hang-up.ts";
import { findOpenSessions, type OpenSession } from "./find-sessions.ts";

const TAG = "Sessions";
const SESSIONS_MAX = 1_000;
const name = Type.String({ maxLength: 512 });
const Session = Type.Object(
  {
    ...{ id: id(), source: code(), key: name, calling: name, called: name, trunk: orNull(name) },
    account: orNull(code(), "who pays; null: an emergency call of nobody known"),
    openedAt: instant(),
    answeredAt: orNull(instant()),
    expiresAt: instant("when it is given up"),
    cutAt: orNull(instant(), "since when it is to end"),
    service: Type.Enum([...SERVICES]),
    usedS: count("seconds, or units of another service, reported so far"),
    grantedS: count(),
    held: amount(),
    currency: orNull(currency()),
  },
  { ...closed, description: "A call that is up, or a session of another service" },
);
const Filter = {
  source: Type.Optional(code()),
  account: Type.Optional(code("who pays")),
  called: Type.Optional(text(32, "first digits, as the switch wrote them")),
  trunk: Type.Optional(text(200)),
};
const HangUp = Type.Object(
  {
    ...Filter,
    sessions: Type.Optional(Type.Array(text(512, "an id, or the switch's key"), { minItems: 1, maxItems: 1_000 })),
    why: text(200, "for the record"),
    confirmed: Type.Optional(Type.Boolean({ description: "more than one call is meant" })),
    dryRun: Type.Optional(Type.Boolean({ description: "only shows which" })),
  },
  { ...closed, examples: [{ account: "bakery", why: "asked for by the customer", dryRun: true }] },
);
const HungUp = Type.Object(
  {
    sessions: Type.Array(Session, { maxItems: 10_000 }),
    asked: count("how many of them did not wait for their end already"),
  },
  closed,
);

/** Calls that are up: list, end. */
export const sessionRoutes: readonly ApiRoute[] = [
  apiRoute({
    ...{ method: "GET", url: "/v1/sessions", operation: "listSessions", tag: TAG, summary: "List calls that are up" },
    about: "The longest first; the list is short-lived and has no pages.",
    admits: "sessions:read",
    isOperatorOnly: true,
    query: Type.Object(
      { ...Filter, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: SESSIONS_MAX })) },
      closed,
    ),
    answer: Type.Object({ items: Type.Array(Session, { maxItems: SESSIONS_MAX }) }, closed),
    async handle({ actor, db, query: { limit = 100, ...filter } }) {
      const sessions = await findOpenSessions(db, { tenantId: actor.tenantId, ...filter, limit });
      return { items: sessions.map(sessionShown) };
    },
  }),
  apiRoute({
    ...{ method: "POST", url: "/v1/sessions/hang-up", operation: "hangUpSessions", tag: TAG, summary: "End calls" },
    about: "Asks their switches to end them; `cutAt` and the event `call-cut` tell what follows.",
    admits: "sessions:write",
    isOperatorOnly: true,
    body: HangUp,
    answer: HungUp,
    problems: ["hang-up-unconfirmed"],
    async handle({ actor, db, body: { why, confirmed = false, dryRun = false, ...filter } }) {
      const wanted = { filter: { tenantId: actor.tenantId, ...filter }, why, actor, isConfirmed: confirmed, dryRun };
      const { sessions, asked } = await hangUp(db, wanted);
      return { sessions: sessions.map(sessionShown), asked: asked.length };
    },
  }),
];

const sessionShown = (session: OpenSession): Static<typeof Session> => ({
  ...{ id: session.id, source: session.source, key: session.key, calling: session.calling, called: session.called },
  ...{ trunk: session.trunk, account: session.account, service: session.service, currency: session.currency },
  ...{ usedS: session.usedS, grantedS: session.grantedS, held: nanosToSql(session.held) },
  openedAt: toInstant(session.openedAt).toString(),
  answeredAt: session.answeredAt === null ? null : toInstant(session.answeredAt).toString(),
  expiresAt: toInstant(session.expiresAt).toString(),
  cutAt: session.cutAt === null ? null : toInstant(session.cutAt).toString(),
});
