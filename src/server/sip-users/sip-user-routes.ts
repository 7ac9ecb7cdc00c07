import { type Static, Type } from "typebox";
import { toInstant } from "../../core/time/epoch.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { keyAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, code, instant, text } from "../api/schemas.ts";
import { findSipUsers, type ListedSipUser, removeSipUser } from "./find-sip-users.ts";
import { setSipUsers } from "./set-sip-user.ts";

const TAG = "SIP users";
const ORDER = "SIP users by account, name and realm";
const name = text(128, "as records of calls name him");
const realm = Type.String({ maxLength: 128, description: "of which realm alone; empty: of any" });
const Shown = Type.Object(
  {
    account: code(),
    name,
    realm,
    secretKind: Type.Enum(["password", "ha1"], { description: "what is stored of him, never what it is" }),
    changedAt: instant(),
    changedBy: text(200),
  },
  { ...closed, description: "Someone who proves by a password that he calls for an account" },
);

/** SIP users: list, set, remove. Who acts for an account sees those of its subtree. */
export const sipUserRoutes = (secretsKeyFile: string): readonly ApiRoute[] => [
  apiRoute({
    ...{ method: "GET", url: "/v1/sip-users", operation: "listSipUsers", tag: TAG },
    summary: "List SIP users by account",
    admits: "accounts:read",
    query: Type.Object({ ...PageQuery, account: Type.Optional(code("those of this account alone")) }, closed),
    answer: listOf(Shown),
    async handle({ actor: { tenantId }, db, query: { account = null, ...page } }) {
      const [ofAccount = "", ofName = "", ofRealm = ""] = keyAfter(page, ORDER, 3) ?? [];
      const behind = { account: ofAccount, name: ofName, realm: ofRealm };
      const users = await findSipUsers(db, { tenantId, account, behind, limit: rowsOf(page) });
      return pageOf(page, users, { order: ORDER, keyOf: (user) => [user.account, user.name, user.realm], shown });
    },
  }),
  apiRoute({
    ...{ method: "PUT", url: "/v1/sip-users", operation: "setSipUser", tag: TAG },
    summary: "Make a SIP user, or give one a new password",
    about: "His name is his own in the whole operator's world. The password is sealed, and never shown again.",
    ...{ admits: "accounts:write", isOperatorOnly: true },
    body: Type.Object(
      { account: code("whose calls are his"), name, realm: Type.Optional(realm), password: text(128) },
      { ...closed, examples: [{ account: "bakery", name: "ada", realm: "example.com", password: "correct horse" }] },
    ),
    answer: Type.Object({ name, realm, wasThere: Type.Boolean() }, closed),
    problems: ["sip-user-invalid", "sip-user-taken", "account-unknown", "secrets-key-unusable"],
    async handle({ actor, db, body: { account, password, ...user } }) {
      const named = { name: user.name, realm: user.realm ?? "" };
      const of = { ...named, tenantId: actor.tenantId, accountCode: account, actor };
      const [wasThere = false] = await setSipUsers(
        db,
        [{ ...of, secret: { kind: "password", password } }],
        secretsKeyFile,
      );
      return { ...named, wasThere };
    },
  }),
  apiRoute({
    ...{ method: "POST", url: "/v1/sip-users/removal", operation: "removeSipUser", tag: TAG },
    summary: "Remove a SIP user",
    about: "Within seconds he proves nothing any more. Calls that he has made stay his account's.",
    ...{ admits: "accounts:write", isOperatorOnly: true },
    body: Type.Object({ name, realm: Type.Optional(realm) }, { ...closed, examples: [{ name: "ada" }] }),
    answer: null,
    problems: ["sip-user-unknown"],
    handle: async ({ actor, db, body }) =>
      await removeSipUser(db, { tenantId: actor.tenantId, name: body.name, realm: body.realm ?? "" }, actor),
  }),
];

const shown = ({ changedAt, ...user }: ListedSipUser): Static<typeof Shown> => ({
  ...user,
  changedAt: toInstant(changedAt).toString(),
});
