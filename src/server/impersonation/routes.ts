import { Type } from "typebox";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { idAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, code, id, instant, orNull, text } from "../api/schemas.ts";
import { beginImpersonation, endImpersonation, findImpersonations } from "./impersonate.ts";
import { impersonationJson } from "./impersonation.ts";

const TAG = "Impersonation";
const ORDER = "impersonations";
const MINUTES_MAX = 480;
const MINUTES_INITIAL = 60;

const Impersonation = Type.Object(
  {
    id: id("which requests name in the header Tollwright-Impersonation"),
    account: code(),
    accountId: id(),
    userId: orNull(id()),
    by: text(300),
    reason: text(500),
    beganAt: instant(),
    expiresAt: instant(),
    endedAt: orNull(instant()),
  },
  closed,
);

const list = apiRoute({
  method: "GET",
  url: "/v1/impersonations",
  operation: "listImpersonations",
  tag: TAG,
  summary: "List who acted in the name of your accounts, the newest first",
  admits: "audit:read",
  query: Type.Object({ ...PageQuery }, closed),
  answer: listOf(Impersonation),
  async handle({ db, actor, query }) {
    const rows = await findImpersonations(db, actor, { after: idAfter(query, ORDER), limit: rowsOf(query) });
    return pageOf(query, rows, { order: ORDER, keyOf: (one) => [one.id], shown: impersonationJson });
  },
});

const begin = apiRoute({
  method: "POST",
  url: "/v1/impersonations",
  operation: "beginImpersonation",
  tag: TAG,
  summary: "Act in the name of an account below, or of one of its users",
  about:
    "Requests that name the answer's `id` in the header Tollwright-Impersonation are done in that name, with what both may. " +
    "Each of them is in the audit with both names.",
  admits: "impersonation:write",
  body: Type.Object(
    {
      accountId: Type.Optional(id("an account below yours")),
      userId: Type.Optional(id("one of its users; left out: the account itself")),
      reason: text(500, "for whoever is acted for"),
      minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: MINUTES_MAX, default: MINUTES_INITIAL })),
    },
    {
      ...closed,
      examples: [{ accountId: "01890000-0000-7000-8000-000000000001", reason: "Ticket 4711: cannot find an invoice" }],
    },
  ),
  status: 201,
  answer: Impersonation,
  problems: ["impersonation-unknown", "impersonation-invalid", "impersonation-refused"],
  async handle({ db, actor, body: { accountId = null, userId = null, reason, minutes = MINUTES_INITIAL } }) {
    return impersonationJson(await beginImpersonation(db, actor, { accountId, userId, reason, minutes }));
  },
});

const end = apiRoute({
  method: "DELETE",
  url: "/v1/impersonations/{impersonation}",
  operation: "endImpersonation",
  tag: TAG,
  summary: "End an impersonation, your own or one of your accounts",
  about: "From the next request on. Whoever is acted for may end it as well, if they manage users.",
  admits: "signed-in",
  params: Type.Object({ impersonation: id() }, closed),
  answer: Impersonation,
  problems: ["impersonation-unknown"],
  handle: async ({ db, actor, params }) => impersonationJson(await endImpersonation(db, actor, params.impersonation)),
});

/** The routes of impersonation. */
export const impersonationRoutes = (): readonly ApiRoute[] => [list, begin, end];
