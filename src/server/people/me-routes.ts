import { Type } from "typebox";
import { PERMISSIONS } from "../../core/access/permission.ts";
import { requireOwnHands } from "../access/own-hands.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { closed, id, orNull, text } from "../api/schemas.ts";
import { changeUser } from "./change-user.ts";
import { findUser } from "./find-users.ts";
import { requireSession } from "./known-session.ts";
import { replyWithCookies, whereaboutsOf } from "./logged-in-reply.ts";
import type { People } from "./people.ts";
import { language, password, personName, Session, User } from "./people-schemas.ts";
import { sessionJson } from "./session-json.ts";
import { endOwnSessions, findSessions } from "./sessions-of-user.ts";
import { changeOwnPassword } from "./set-password.ts";
import { userJson } from "./user.ts";

const TAG = "Me";
const OWN = ["log-in-needed", "log-in-over", "second-factor-due", "foreign-page", "impersonation-refused"] as const;

const Me = Type.Object(
  {
    kind: Type.Enum(["user", "api-key", "command-line", "system"]),
    name: text(300, "as the audit has it"),
    tenantId: id(),
    accountId: orNull(id(), "the reseller or customer whose subtree is all that is seen; null: everything"),
    permissions: Type.Array(Type.Enum([...PERMISSIONS]), { maxItems: PERMISSIONS.length }),
    user: orNull(User),
    impersonator: orNull(text(300), "who acts in this one's name"),
  },
  closed,
);

const show = apiRoute({
  method: "GET",
  url: "/v1/me",
  operation: "getMe",
  tag: TAG,
  summary: "Show who you are, and what you may do",
  admits: "signed-in",
  answer: Me,
  async handle({ actor, db }) {
    const { kind, name, tenantId, accountId, impersonator } = actor;
    const user = kind === "user" && actor.id !== null ? userJson(await findUser(db, actor, actor.id)) : null;
    const permissions = [...actor.permissions].sort();
    return { kind, name, tenantId, accountId, permissions, user, impersonator: impersonator?.name ?? null };
  },
  problems: ["user-unknown"],
});

const change = (people: People) =>
  apiRoute({
    method: "PATCH",
    url: "/v1/me",
    operation: "changeMe",
    tag: TAG,
    summary: "Change your name or language",
    admits: "signed-in",
    body: Type.Object(
      { name: Type.Optional(personName), language: Type.Optional(language) },
      { ...closed, examples: [{ language: "pt-BR" }] },
    ),
    answer: User,
    problems: [...OWN, "user-invalid", "user-unknown"],
    async handle({ actor, db, body, facts }) {
      const { user } = await requireSession(people, facts);
      return userJson(await changeUser(db, actor, user.id, body));
    },
  });

const newPassword = (people: People) =>
  apiRoute({
    method: "PUT",
    url: "/v1/me/password",
    operation: "changePassword",
    tag: TAG,
    summary: "Change your password",
    about: "You are logged out everywhere else, and go on here with another cookie.",
    admits: "signed-in",
    body: Type.Object({ present: password(), password: password("the new one") }, closed),
    answer: null,
    problems: [...OWN, "password-wrong", "password-too-weak", "log-in-throttled", "log-in-overloaded"],
    async handle({ actor, body, facts }) {
      requireOwnHands(actor);
      const known = await requireSession(people, facts);
      const loggedIn = await changeOwnPassword(people, known, { ...body, ...whereaboutsOf(facts) });
      return replyWithCookies(undefined, people, facts, loggedIn);
    },
  });

const listSessions = (people: People) =>
  apiRoute({
    method: "GET",
    url: "/v1/me/sessions",
    operation: "listMySessions",
    tag: TAG,
    summary: "List where you are logged in",
    admits: "signed-in",
    answer: Type.Object({ items: Type.Array(Session, { maxItems: 100 }) }, closed),
    problems: [...OWN, "user-unknown"],
    async handle({ actor, db, facts }) {
      requireOwnHands(actor);
      const { user, session } = await requireSession(people, facts);
      const sessions = await findSessions(db, actor, user.id);
      return { items: sessions.map((one) => sessionJson(one, session.id)) };
    },
  });

const Ended = Type.Object({ ended: Type.Integer({ minimum: 0, maximum: 1_000 }) }, closed);

const endOthers = (people: People) =>
  apiRoute({
    method: "DELETE",
    url: "/v1/me/sessions",
    operation: "endMyOtherSessions",
    tag: TAG,
    summary: "Log out everywhere else",
    admits: "signed-in",
    answer: Ended,
    problems: OWN,
    async handle({ actor, facts }) {
      requireOwnHands(actor);
      const known = await requireSession(people, facts);
      return { ended: await endOwnSessions(people.db, known, { only: null, address: facts.address }) };
    },
  });

const endOne = (people: People) =>
  apiRoute({
    method: "DELETE",
    url: "/v1/me/sessions/{session}",
    operation: "endMySession",
    tag: TAG,
    summary: "Log out in one place",
    about: "Answers 0 where there is no such session of yours.",
    admits: "signed-in",
    params: Type.Object({ session: id() }, closed),
    answer: Ended,
    problems: OWN,
    async handle({ actor, params, facts }) {
      requireOwnHands(actor);
      const known = await requireSession(people, facts);
      return { ended: await endOwnSessions(people.db, known, { only: params.session, address: facts.address }) };
    },
  });

/** The routes of what is one's own. */
export const meRoutes = (people: People): readonly ApiRoute[] => [
  show,
  ...[change, newPassword, listSessions, endOthers, endOne].map((route) => route(people)),
];
