import { type Static, Type } from "typebox";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { idAfter, listOf, PageQuery, pageOf, rowsOf } from "../api/page.ts";
import { closed, code, id, orNull, text } from "../api/schemas.ts";
import { findAccountRules, findTrunks, type ListedRule } from "./find-trunks.ts";

const TAG = "Trunks";
const Trunk = Type.Object(
  {
    id: id(),
    source: orNull(code(), "null: of every source"),
    name: text(512, "as the switch writes it"),
    account: code("the customer of an ingress trunk, the vendor of an egress trunk"),
    direction: Type.Enum(["ingress", "egress"]),
  },
  { ...closed, description: "A trunk by which calls come in or leave" },
);
const condition = Type.Optional(text(512));
const Rule = Type.Object(
  {
    id: id(),
    source: orNull(code(), "null: for records of every source"),
    account: code("whose the call is then"),
    priority: Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 }),
    match: Type.Object(
      {
        ...{ address: condition, trunk: condition, accountCode: condition, sipUser: condition },
        ...{ techPrefix: condition, callingPrefix: condition },
      },
      { ...closed, description: "what a call must have, all of it" },
    ),
  },
  { ...closed, description: "By what a call is known as an account's" },
);
const TRUNKS = "trunks by id";
const RULES = "account rules by id";
const shownAsIs = <Row>(row: Row): Row => row;

/** Trunks and account rules: list. A setup document sets them. */
export const trunkRoutes: readonly ApiRoute[] = [
  apiRoute({
    ...{ method: "GET", url: "/v1/trunks", operation: "listTrunks", tag: TAG, summary: "List trunks" },
    about: "Set them by `trunks` of POST /v1/setup.",
    ...{ admits: "settings:read", isOperatorOnly: true },
    query: Type.Object({ ...PageQuery }, closed),
    answer: listOf(Trunk),
    async handle({ actor: { tenantId }, db, query }) {
      const rows = await findTrunks(db, { tenantId, behindId: idAfter(query, TRUNKS), limit: rowsOf(query) });
      return pageOf(query, rows, { order: TRUNKS, keyOf: (trunk) => [trunk.id], shown: shownAsIs });
    },
  }),
  apiRoute({
    ...{ method: "GET", url: "/v1/account-rules", operation: "listAccountRules", tag: TAG },
    summary: "List the rules by which calls are known as an account's",
    about: "Set them by `rules` of POST /v1/setup.",
    ...{ admits: "settings:read", isOperatorOnly: true },
    query: Type.Object({ ...PageQuery }, closed),
    answer: listOf(Rule),
    async handle({ actor: { tenantId }, db, query }) {
      const rows = await findAccountRules(db, { tenantId, behindId: idAfter(query, RULES), limit: rowsOf(query) });
      return pageOf(query, rows, { order: RULES, keyOf: (rule) => [rule.id], shown: ruleShown });
    },
  }),
];

const ruleShown = ({ match, ...rule }: ListedRule): Static<typeof Rule> => ({ ...rule, match: { ...match } });
