import { counted } from "../core/counted.ts";
import { nanosToSql } from "../core/money/nanos.ts";
import { toInstant } from "../core/time/epoch.ts";
import { moveAccount } from "../server/tenancy/move-account.ts";
import { defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { commandLineInvalid } from "./failure.ts";
import { argument, dryRun, flag, option } from "./input.ts";
import { readTime, TIME_FORM } from "./read-time.ts";

/** `tollwright account move` */
export const accountMoveCommand = defineCommand({
  name: "move",
  summary: "put an account, with all below it, under another parent",
  about:
    "Calls from then on are charged in the new place. The account is closed where it is, under a code of its own, with what " +
    "was booked and is still to be billed; a successor takes over its code, settings, people and, if it is prepaid, its " +
    "money. The tariff that it buys at stays until another is assigned.",
  arguments: { code: argument("CODE", "the account's code") },
  options: {
    to: option("--to PARENT", "code of the reseller or agent that it goes to"),
    toOperator: flag("--to-operator", "directly under the operator instead"),
    at: option("--at TIME", `from when on, in the past: ${TIME_FORM}; now when left out`),
    dryRun,
  },
  examples: [
    { command: "tollwright account move callshop --to reseller-2 --dry-run", does: "Shows what it would do." },
    { command: "tollwright account move callshop --to-operator", does: "Makes it the operator's own customer." },
  ],
  async run(context, { code }, { to, toOperator, at, dryRun: isDry }) {
    if ((to === undefined) !== toOperator)
      throw commandLineInvalid({ what: "Give one of --to PARENT and --to-operator.", command: "account move" });
    const { id: tenantId, timeZone } = await context.tenant();
    const move = {
      ...{ accountCode: code, to: to ?? null, now: context.now, dryRun: isDry },
      at: at === undefined ? null : readTime(at, timeZone, "account move"),
    };
    const report = await moveAccount(await context.db(), move, commandLineActor(context, tenantId));
    const since = toInstant(report.at).toString();
    const moved = report.moved.map(({ wallet, overrun, ...account }) => ({
      ...account,
      ...{ wallet: nanosToSql(wallet), overrun: nanosToSql(overrun) },
    }));
    const done = isDry ? "would move" : "moved";
    const place = to === undefined ? "the operator" : `"${to}"`;
    return {
      json: { at: since, moved, dryRun: isDry },
      human: [
        `${counted(moved.length, "account")} ${done} under ${place}; calls from ${since} on are charged there.`,
        {
          columns: [
            ...[{ title: "CODE" }, { title: "CLOSED AS" }],
            { title: "TRANSFERRED", align: "right" as const },
            { title: "OVERRUN", align: "right" as const },
          ],
          rows: moved.map((one) => [one.code, one.closed.code, one.wallet, one.overrun]),
        },
      ],
    };
  },
});
