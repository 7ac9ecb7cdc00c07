import { Type } from "typebox";
import { type ApiRoute, apiRoute, Reply } from "../api/api-route.ts";
import { etagOf } from "../api/entity-tag.ts";
import { keyAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, id, orNull } from "../api/schemas.ts";
import { changeUser } from "./change-user.ts";
import { createUser } from "./create-user.ts";
import { findUser, findUsers } from "./find-users.ts";
import { operatorName, type People } from "./people.ts";
import { email, language, personName, reason, roleNames, Session, state, User } from "./people-schemas.ts";
import { resetSecondFactors } from "./reset-second-factors.ts";
import { mailLink, sendLink } from "./send-link.ts";
import { sessionJson } from "./session-json.ts";
import { endSessions, findSessions } from "./sessions-of-user.ts";
import { type User as StoredUser, userJson } from "./user.ts";

const TAG = "Users";
const ORDER = "users";
const Params = Type.Object({ user: id() }, closed);
const CHANGE = ["user-unknown", "user-outranks", "own-user-protected", "impersonation-refused"] as const;

const replyWith = (user: StoredUser) => new Reply(userJson(user), { etag: etagOf(user.version) });

const list = apiRoute({
  method: "GET",
  url: "/v1/users",
  operation: "listUsers",
  tag: TAG,
  summary: "List users by e-mail address",
  admits: "users:read",
  query: Type.Object(
    { ...PageQuery, accountId: Type.Optional(id("only people of this account")), state: Type.Optional(state) },
    closed,
  ),
  answer: listOf(User),
  problems: ["cursor-invalid"],
  async handle({ db, actor, query }) {
    const [after = null] = keyAfter(query, ORDER, 1) ?? [];
    const { accountId = null, state: wanted = null } = query;
    const users = await findUsers(db, actor, { accountId, state: wanted, after, limit: rowsOf(query) });
    return pageOf(query, users, { order: ORDER, keyOf: (user) => [user.email], shown: userJson });
  },
});

const invite = (people: People) =>
  apiRoute({
    method: "POST",
    url: "/v1/users",
    operation: "inviteUser",
    tag: TAG,
    summary: "Invite a user by mail",
    about: "They choose a password by the link in the mail, within seven days. Nobody gives what they do not have.",
    admits: "users:write",
    body: Type.Object(
      {
        email: email(),
        name: personName,
        language: Type.Optional(language),
        roles: roleNames,
        accountId: Type.Optional(orNull(id(), "whose people they are of; yours when left out")),
      },
      { ...closed, examples: [{ email: "ada@example.com", name: "Ada Lovelace", roles: ["support"] }] },
    ),
    answer: User,
    status: 201,
    problems: [
      ...(["user-invalid", "user-email-taken", "role-unknown", "permissions-exceeded", "key-account-unknown"] as const),
      "impersonation-refused",
    ],
    async handle({ db, actor, body }) {
      const wanted = { ...body, language: body.language ?? "en", accountId: body.accountId ?? null };
      const operator = await operatorName(people.db, actor.tenantId);
      const { linkUrl } = people;
      return replyWith(
        await createUser(db, actor, wanted, { afterwards: (tx, user) => mailLink(tx, user, { linkUrl, operator }) }),
      );
    },
  });

const show = apiRoute({
  method: "GET",
  url: "/v1/users/{user}",
  operation: "getUser",
  tag: TAG,
  summary: "Show a user",
  admits: "users:read",
  params: Params,
  answer: User,
  problems: ["user-unknown"],
  handle: async ({ db, actor, params }) => replyWith(await findUser(db, actor, params.user)),
});

const change = apiRoute({
  method: "PATCH",
  url: "/v1/users/{user}",
  operation: "changeUser",
  tag: TAG,
  summary: "Change a user: who they are, what they may do, whether they may log in",
  about:
    "Roles count from the next request. `locked` ends every session until a new password is set by mail, `disabled` for good.",
  admits: "users:write",
  needsIfMatch: true,
  params: Params,
  body: Type.Object(
    {
      email: Type.Optional(email()),
      name: Type.Optional(personName),
      language: Type.Optional(language),
      roles: Type.Optional(roleNames),
      state: Type.Optional(Type.Enum(["active", "locked", "disabled"])),
      reason: Type.Optional(reason),
    },
    { ...closed, examples: [{ state: "disabled", reason: "left the company" }] },
  ),
  answer: User,
  problems: [
    ...CHANGE,
    ...(["user-invalid", "user-email-taken", "role-unknown", "permissions-exceeded", "last-owner"] as const),
    "version-changed",
  ],
  async handle({ db, actor, params, body: { reason: why = null, ...wanted }, ifMatch }) {
    return replyWith(await changeUser(db, actor, params.user, wanted, { ifMatch, reason: why }));
  },
});

const sendAgain = (people: People) =>
  apiRoute({
    method: "POST",
    url: "/v1/users/{user}/password-link",
    operation: "sendPasswordLink",
    tag: TAG,
    summary: "Mail a user a link to set a password",
    about: "The invitation again, or a new password. The link before is good no more.",
    admits: "users:write",
    params: Params,
    answer: null,
    problems: CHANGE,
    async handle({ db, actor, params }) {
      const operator = await operatorName(people.db, actor.tenantId);
      const { linkUrl } = people;
      await sendLink(db, actor, params.user, (tx, user) => mailLink(tx, user, { linkUrl, operator }));
    },
  });

const listTheirSessions = apiRoute({
  method: "GET",
  url: "/v1/users/{user}/sessions",
  operation: "listUserSessions",
  tag: TAG,
  summary: "List where a user is logged in",
  admits: "users:read",
  params: Params,
  answer: Type.Object({ items: Type.Array(Session, { maxItems: 100 }) }, closed),
  problems: ["user-unknown"],
  async handle({ db, actor, params }) {
    return { items: (await findSessions(db, actor, params.user)).map((session) => sessionJson(session, null)) };
  },
});

const endTheirSessions = apiRoute({
  method: "DELETE",
  url: "/v1/users/{user}/sessions",
  operation: "endUserSessions",
  tag: TAG,
  summary: "Log a user out everywhere",
  admits: "users:write",
  params: Params,
  answer: Type.Object({ ended: Type.Integer({ minimum: 0, maximum: 1_000 }) }, closed),
  problems: CHANGE,
  handle: async ({ db, actor, params }) => ({ ended: await endSessions(db, actor, params.user) }),
});

const resetFactors = apiRoute({
  method: "DELETE",
  url: "/v1/users/{user}/second-factors",
  operation: "resetUserSecondFactors",
  tag: TAG,
  summary: "Take the second factors from a user who has lost them",
  about: "They are logged out. Make sure that it is them who ask: with the password alone they get in then.",
  admits: "users:write",
  params: Params,
  query: Type.Object({ reason: Type.Optional(reason) }, closed),
  answer: Type.Object({ removed: Type.Integer({ minimum: 0, maximum: 1_000 }) }, closed),
  problems: CHANGE,
  handle: async ({ db, actor, params, query }) => ({
    removed: await resetSecondFactors(db, actor, params.user, query.reason ?? null),
  }),
});

/** The routes of users, for who manages them. */
export const userRoutes = (people: People): readonly ApiRoute[] => [
  ...[list, invite(people), show, change, sendAgain(people), listTheirSessions, endTheirSessions, resetFactors],
];
