import { Type } from "typebox";
import { now } from "../../clock.ts";
import { nanosToSql } from "../../core/money/nanos.ts";
import { fromInstant, toInstant } from "../../core/time/epoch.ts";
import { type ApiRoute, apiRoute } from "../api/api-route.ts";
import { closed, code, id, instant, orNull, signedAmount } from "../api/schemas.ts";
import { moveAccount } from "./move-account.ts";

const Move = Type.Object(
  {
    to: orNull(code("of the reseller or agent that it goes to; null: directly under the operator")),
    at: Type.Optional(instant("from when on calls are charged in the new place; now when left out")),
    dryRun: Type.Optional(Type.Boolean({ description: "only says what would move" })),
  },
  { ...closed, examples: [{ to: "reseller-2", dryRun: true }] },
);
const Moved = Type.Object(
  {
    at: instant(),
    accounts: Type.Array(
      Type.Object(
        {
          ...{ code: code(), id: id("of the successor, which has the code from now on") },
          closed: Type.Object({ code: code(), id: id() }, closed),
          wallet: signedAmount("what a prepaid account brought along"),
          overrun: signedAmount("what its wallet could not cover, and still owes"),
        },
        closed,
      ),
      { maxItems: 1_000_000, description: "the account and all below it" },
    ),
    dryRun: Type.Boolean(),
  },
  closed,
);

/** Moves in the tree of accounts: the operator's. */
export const moveRoutes: readonly ApiRoute[] = [
  apiRoute({
    ...{ method: "POST", url: "/v1/accounts/{account}/move", operation: "moveAccount", tag: "Accounts" },
    summary: "Put an account, with all below it, under another parent",
    about: "It is closed where it is, with what was charged before; a successor takes over the rest.",
    admits: "accounts:write",
    isOperatorOnly: true,
    idempotency: "required",
    params: Type.Object({ account: code("the account's code") }, closed),
    body: Move,
    answer: Moved,
    problems: ["account-unknown", "account-move-refused"],
    async handle({ actor, tenantDb, params, body: { to, at, dryRun = false } }) {
      const asked = { accountCode: params.account, to, now: now(), dryRun };
      const time = at === undefined ? null : fromInstant(Temporal.Instant.from(at));
      const report = await moveAccount(tenantDb, { ...asked, at: time }, actor);
      const accounts = report.moved.map(({ wallet, overrun, ...account }) => ({
        ...account,
        ...{ wallet: nanosToSql(wallet), overrun: nanosToSql(overrun) },
      }));
      return { at: toInstant(report.at).toString(), accounts, dryRun };
    },
  }),
];
