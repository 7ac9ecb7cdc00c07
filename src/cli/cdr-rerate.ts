import { parseCurrency } from "../core/money/currency.ts";
import { archivedBetween } from "../server/archive/is-archived.ts";
import { applyRerating } from "../server/rerating/apply-rerating.ts";
import { previewRerating } from "../server/rerating/preview-rerating.ts";
import { readSelection, type TypedSelection } from "../server/rerating/read-selection.ts";
import type { ReratingRequest } from "../server/rerating/selection.ts";
import { type CommandContext, defineCommand, type Outcome } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { commandLineInvalid } from "./failure.ts";
import { flag, inputRefused, option, optionList, type Values } from "./input.ts";
import { readChoice, readWhole } from "./read-input.ts";
import { readTime, TIME_FORM } from "./read-time.ts";
import { cancelOutcome, dismissOutcome, runsOutcome, suggestionsOutcome } from "./rerate-lists.ts";
import { exampleLines, examplesJson, keptRejects, reportJson, reportText } from "./rerate-report.ts";
import { timeText } from "./time-text.ts";

const COMMAND = "tollwright cdr rerate";
const EXAMPLES = 5;

const selectionOptions = {
  from: option("--from TIME", `calls answered from then on: ${TIME_FORM}`),
  to: option("--to TIME", "and before then"),
  account: optionList("--account CODE", "what this account pays, or is owed; may be given several times"),
  accountsUnder: flag("--accounts-under", "and what the accounts under these pay"),
  tariff: optionList("--tariff NAME", "what is charged at this tariff, or should be, and at those derived from it"),
  side: option("--side SIDE", "customer, reseller or cost", readChoice("customer", "reseller", "cost")),
  prefix: option("--prefix DIGITS", "calls to numbers that begin so", readPrefix),
  destination: option("--destination NAME", "calls charged to this destination, as the tariff names it"),
  source: option("--source NAME", "calls that this switch reported"),
  currency: option("--currency CODE", "what was converted from or to this currency", readCurrency),
  all: flag("--all", "every call, where nothing else is said"),
};

const options = {
  ...selectionOptions,
  findParties: flag("--find-parties", "find payer and vendor anew; without it both stay"),
  takeBackExcluded: flag(
    "--take-back-excluded",
    "take back calls of legs and directions that their source leaves out today",
  ),
  renewDescriptions: flag("--renew-descriptions", "renew charges of the same amount that read differently today, too"),
  apply: flag("--apply", "do it; without it, only say what it would come to"),
  reason: option("--reason TEXT", "why, for the journals and the list of runs; needed with --apply"),
  examples: option("--examples N", `calls to explain in a preview; ${EXAMPLES} if left out`, readWhole(0, 1_000)),
  suggest: flag("--suggest", "list changed settings that would change past charges, with the selection and the amount"),
  dismiss: option("--dismiss ID", "give a suggestion up: it is not listed again"),
  runs: flag("--runs", "list re-ratings, newest first"),
  cancel: option("--cancel ID", "end one that is under way or was broken off; what it has charged stays"),
};

type Options = Values<typeof options>;

/** `tollwright cdr rerate` */
export const cdrRerateCommand = defineCommand({
  name: "rerate",
  summary: "bring what was charged for stored calls to today's prices",
  about:
    "Shows what would change, per account, side and currency; --apply does it: charges are taken back and made anew, " +
    "never edited, and what was invoiced is corrected on the next invoice. One that was killed goes on where it " +
    "stopped when the same command is run again; once done, running it again changes nothing. Calls that have no " +
    "price today keep what they have and are listed (exit status 1).",
  options,
  examples: [
    {
      command: "tollwright cdr rerate --tariff retail --from 2026-03-01",
      does: "Shows what the tariff as it is today would change since March.",
    },
    {
      command: 'tollwright cdr rerate --tariff retail --from 2026-03-01 --apply --reason "deck of March came late"',
      does: "Charges the difference.",
    },
    {
      command: "tollwright cdr rerate --account office-partner --accounts-under --find-parties --prefix 49",
      does: "Looks at a reseller's calls to Germany, and at whose they are by today's rules.",
    },
    { command: "tollwright cdr rerate --suggest", does: "Lists what back-dated settings would change." },
    { command: "tollwright cdr rerate --runs", does: "Lists what was re-rated, why and by whom." },
  ],
  async run(context, _args, given) {
    if (given.suggest) return await suggestionsOutcome(context);
    if (given.dismiss !== undefined) return await dismissOutcome(context, given.dismiss);
    if (given.runs) return await runsOutcome(context);
    if (given.cancel !== undefined) return await cancelOutcome(context, given.cancel);
    const request = await requestOf(context, given);
    const outcome = given.apply ? await applied(context, request, given) : await previewed(context, request, given);
    return await withArchivedMonths(context, request, outcome);
  },
});

/** Calls in the archive are neither looked at nor changed: that has to be said. */
async function withArchivedMonths(
  context: CommandContext,
  { tenantId, selection: { from, to: until } }: ReratingRequest,
  outcome: Outcome,
): Promise<Outcome> {
  const db = await context.db();
  const months = await db.transaction("app", { tenantId }, (tx) => archivedBetween(tx, tenantId, { from, until }));
  if (months.length === 0) return outcome;
  const line =
    `Calls of ${months.join(", ")} are in the archive: they were not looked at and stay as they are. ` +
    "`tollwright archive restore YYYY-MM` puts a month back, then they can be re-rated.";
  return { ...outcome, json: { ...outcome.json, archivedMonths: months }, human: [...outcome.human, "", line] };
}

async function requestOf(context: CommandContext, given: Options): Promise<ReratingRequest> {
  const { id: tenantId, timeZone } = await context.tenant();
  const { from, to, account, accountsUnder, tariff, side, prefix, destination, source, currency } = given;
  const time = (text: string | undefined) => (text === undefined ? null : readTime(text, timeZone, COMMAND));
  const typed: TypedSelection = {
    ...{ from: time(from), to: time(to), accounts: account, accountsUnder, tariffs: tariff },
    ...{ sides: side === undefined ? null : [side], prefix: prefix ?? null, destination: destination ?? null },
    ...{ source: source ?? null, currency: currency ?? null },
  };
  checkSelection(typed, given.all);
  const { findParties, takeBackExcluded, renewDescriptions } = given;
  const selection = await readSelection(await context.db(), tenantId, typed);
  return { tenantId, selection, options: { findParties, takeBackExcluded, renewDescriptions } };
}

/** Every call of all time is asked for by name, never by a forgotten option. */
function checkSelection(typed: TypedSelection, all: boolean): void {
  const { from, to, accounts, accountsUnder, tariffs, ...rest } = typed;
  const named = [from, to, accounts[0] ?? null, tariffs[0] ?? null, ...Object.values(rest)].some((one) => one !== null);
  const refuse = (what: string) => commandLineInvalid({ what, command: COMMAND });
  if (accountsUnder && accounts.length === 0) throw refuse("--accounts-under needs an --account.");
  if (!named && !all) throw refuse("Say which calls to re-rate, or --all.");
  if (named && all) throw refuse("--all is every call: leave it out, or what else is said.");
  if (from !== null && to !== null && from >= to) throw refuse("--from is not before --to.");
}

async function previewed(context: CommandContext, request: ReratingRequest, given: Options): Promise<Outcome> {
  const bar = context.progress("Pricing", 1);
  const onProgress = (done: number, total: number) => bar.update(done, total);
  const examples = given.examples ?? EXAMPLES;
  const preview = await previewRerating(await context.db(), request, { examples, onProgress });
  bar.stop();
  return {
    json: { applied: false, ...reportJson(preview), examples: examplesJson(preview.examples) },
    human: [
      ...reportText(preview, "would"),
      ...exampleLines(preview.examples),
      ...(preview.changed === 0 ? [] : ["", "Nothing was changed: --apply does it."]),
    ],
    rejects: keptRejects(preview),
  };
}

async function applied(context: CommandContext, request: ReratingRequest, given: Options): Promise<Outcome> {
  const { reason } = given;
  if (reason === undefined) throw commandLineInvalid({ what: "--apply needs a --reason.", command: COMMAND });
  const bar = context.progress("Re-rating", 1);
  const onProgress = (done: number, total: number) => bar.update(done, total);
  const done = await applyRerating(await context.db(), {
    request,
    actor: commandLineActor(context, request.tenantId),
    reason,
    onProgress,
  });
  bar.stop();
  const { run, outcome, resumed, settingsChanged } = done;
  return {
    json: { applied: true, run: run.id, outcome, resumed, settingsChanged, ...reportJson(done) },
    human: [
      ...(outcome === "before"
        ? [`This was done on ${timeText(run.endedAt ?? run.startedAt)}, under the settings of today:`]
        : []),
      ...reportText(done, "was"),
      ...(resumed ? [`It went on with the run of ${timeText(run.startedAt)}.`] : []),
      ...(outcome === "cancelled" ? ["It was cancelled meanwhile: what it has charged stays."] : []),
      ...(outcome === "busy"
        ? ["Calls kept coming into months that are priced as a whole: run it again for those."]
        : []),
      ...(settingsChanged
        ? ["Settings changed since it began: run it again, and calls that it took before get the price of now."]
        : []),
      `Re-rating ${run.id}.`,
    ],
    rejects: keptRejects(done),
    faulty: outcome === "cancelled" || outcome === "busy",
  };
}

function readPrefix(text: string): string {
  const digits = text.replace(/^\+/, "");
  if (!/^=?\d{1,15}$/.test(digits)) throw inputRefused('Give digits such as "4930", or "=11" for short codes.');
  return digits;
}

function readCurrency(text: string): string {
  if (parseCurrency(text) === undefined) throw inputRefused('Give a currency such as "EUR".');
  return text;
}
