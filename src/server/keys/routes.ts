import { Type } from "typebox";
import { now } from "../../clock.ts";
import { PERMISSIONS } from "../../core/access/permission.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { idAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { addressRanges, closed, id, instant, orNull, text } from "../api/schemas.ts";
import { changeKey, revokeKey } from "./change-key.ts";
import { createKey } from "./create-key.ts";
import { findKey, findKeys } from "./find-keys.ts";
import { keyJson } from "./key-json.ts";

const TAG = "API keys";
const ORDER = "keys";
const HOURS_INITIAL = 365 * 24;

const name = text(100, "what the key is for");
const permissions = Type.Array(Type.Enum([...PERMISSIONS]), {
  minItems: 1,
  maxItems: PERMISSIONS.length,
  description: "what it may do: nothing that its maker may not",
});
const Params = Type.Object({ key: id("of the key") }, closed);

const KEY = {
  id: id(),
  name,
  hint: text(8, "the end of the secret, by which its owner knows it"),
  accountId: orNull(id(), "the reseller or customer that it acts for; null: the operator"),
  permissions,
  addresses: addressRanges("from where alone it is good; empty: from anywhere"),
  createdBy: text(300),
  createdAt: instant(),
  expiresAt: instant(),
  revokedAt: orNull(instant()),
  revokedBy: orNull(text(300)),
  lastUsedAt: orNull(instant(), "true to the minute"),
  lastUsedFrom: orNull(text(100)),
};
const Key = Type.Object(KEY, closed);

const list = apiRoute({
  method: "GET",
  url: "/v1/keys",
  operation: "listKeys",
  tag: TAG,
  summary: "List API keys, the newest first",
  admits: "keys:read",
  query: Type.Object(
    { ...PageQuery, ended: Type.Optional(Type.Boolean({ description: "those that are revoked or over as well" })) },
    closed,
  ),
  answer: listOf(Key),
  problems: ["cursor-invalid"],
  async handle({ db, actor, query }) {
    const page = { after: idAfter(query, ORDER), limit: rowsOf(query) };
    const rows = await findKeys(db, actor, { withEnded: query.ended ?? false, ...page });
    return pageOf(query, rows, { order: ORDER, keyOf: (key) => [key.id], shown: keyJson });
  },
});

const create = apiRoute({
  method: "POST",
  url: "/v1/keys",
  operation: "createKey",
  tag: TAG,
  summary: "Make an API key",
  about: "`secret` is the key. It is in this answer and in no other; only its hash is kept.",
  admits: "keys:write",
  body: Type.Object(
    {
      name,
      accountId: Type.Optional(KEY.accountId),
      permissions,
      addresses: Type.Optional(KEY.addresses),
      expiresAt: Type.Optional(instant("within ten years; in a year when left out")),
    },
    {
      ...closed,
      examples: [{ name: "crm", permissions: ["accounts:read", "calls:read"], addresses: ["192.0.2.0/24"] }],
    },
  ),
  status: 201,
  answer: Type.Object({ ...KEY, secret: text(100, "shown once") }, closed),
  problems: ["key-invalid", "key-name-taken", "key-account-unknown", "permissions-exceeded", "impersonation-refused"],
  async handle({ db, actor, body }) {
    const time = now();
    const { accountId = null, addresses = [], expiresAt } = body;
    const wanted = {
      ...{ name: body.name, accountId, addresses, permissions: body.permissions },
      expiresAt: expiresAt === undefined ? time.add({ hours: HOURS_INITIAL }) : Temporal.Instant.from(expiresAt),
    };
    const { key, secret } = await createKey(db, actor, wanted, time);
    return { ...keyJson(key), secret };
  },
});

const show = apiRoute({
  method: "GET",
  url: "/v1/keys/{key}",
  operation: "getKey",
  tag: TAG,
  summary: "Show an API key",
  admits: "keys:read",
  params: Params,
  answer: Key,
  problems: ["key-unknown"],
  handle: async ({ db, actor, params }) => keyJson(await findKey(db, actor, params.key)),
});

const change = apiRoute({
  method: "PATCH",
  url: "/v1/keys/{key}",
  operation: "changeKey",
  tag: TAG,
  summary: "Rename an API key, or change from where it is good",
  about: "More permissions, or another account, are another key.",
  admits: "keys:write",
  params: Params,
  body: Type.Object({ name: Type.Optional(name), addresses: Type.Optional(KEY.addresses) }, closed),
  answer: Key,
  problems: ["key-unknown", "key-invalid", "key-name-taken", "permissions-exceeded", "impersonation-refused"],
  handle: async ({ db, actor, params, body }) => keyJson(await changeKey(db, actor, params.key, body)),
});

const revoke = apiRoute({
  method: "DELETE",
  url: "/v1/keys/{key}",
  operation: "revokeKey",
  tag: TAG,
  summary: "Revoke an API key",
  about: "Within a second no process takes it any more. Again it changes nothing.",
  admits: "keys:write",
  params: Params,
  answer: Key,
  problems: ["key-unknown", "impersonation-refused"],
  handle: async ({ db, actor, params }) => keyJson(await revokeKey(db, actor, params.key)),
});

/** The routes of API keys. */
export const keyRoutes = (): readonly ApiRoute[] => [list, create, show, change, revoke];
