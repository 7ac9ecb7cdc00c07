import { counted } from "../core/counted.ts";
import { type EpochMs, toInstant } from "../core/time/epoch.ts";
import { Charging } from "../server/charging/charging.ts";
import {
  type DeadLetter,
  discardDeadLetter,
  findDeadLetter,
  findDeadLetters,
  type KnownOfCall,
  retryDeadLetters,
} from "../server/outage/dead-letters.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { type CommandGroup, defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { commandLineInvalid } from "./failure.ts";
import { argument, flag, option, requiredOption } from "./input.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

/** Letters that one retry takes at most. */
const RETRIED_MAX = 10_000;

const id = argument("ID", "the letter's id, as `session dead-letter list` gives it");

const list = defineCommand({
  name: "list",
  summary: "list requests that could not be decided, oldest first",
  options: { ...listOptions, all: flag("--all", "also those that are decided or discarded by now") },
  examples: [{ command: "tollwright session dead-letter list", does: "What each is, and why it waits." }],
  async run(context, _args, { source, limit, all: isAll }) {
    const { id: tenantId } = await context.tenant();
    const filter = { tenantId, source, isAll, limit: listLimit(limit) };
    const letters = await findDeadLetters(await context.db(), filter);
    return {
      json: { deadLetters: letters.map(letterJson) },
      human: [tableOr(lettersTable(letters), isAll ? "There was never one." : "No request waits.")],
    };
  },
});

const show = defineCommand({
  name: "show",
  summary: "show a request as its switch was answered, and why it waits",
  arguments: { id },
  examples: [
    { command: "tollwright session dead-letter show 019f…", does: "Everything that is known of the request." },
  ],
  async run(context, args) {
    const { id: tenantId } = await context.tenant();
    const letter = await findDeadLetter(await context.db(), { tenantId, id: args.id });
    const { request, reason, settled, journalledAt } = letter;
    return {
      json: letterJson(letter),
      human: [
        `${request.kind} of ${letter.source ?? "a source that is gone"}, ${timeText(journalledAt)}`,
        settled === null
          ? reason
          : `${settled.outcome} by ${settled.by}, ${timeText(settled.at)}. ${settled.why}`.trimEnd(),
        ...["", JSON.stringify(request, null, 2)],
      ],
    };
  },
});

const retry = defineCommand({
  name: "retry",
  summary: "have waiting requests decided as the journal would have",
  about:
    "Each is decided by itself, by today's settings: a call that ended is charged, or its record waits in quarantine. What " +
    "cannot be decided waits on (exit status 1). The end of a call that nobody knows anything else of needs to be told who " +
    "called whom.",
  options: {
    source: listOptions.source,
    id: option("--id ID", "only this one"),
    called: option("--called NUMBER", "with --id: whom the call went to, as the switch writes numbers"),
    calling: option("--calling NUMBER", "with --called: who called"),
    accountCode: option("--account-code TEXT", "with --called: what account rules look at"),
    sipUser: option("--sip-user TEXT", "with --called: what account rules look at"),
  },
  examples: [
    { command: "tollwright session dead-letter retry --source sbc-1", does: "After the source was set up again." },
    {
      command: "tollwright session dead-letter retry --id 019f… --called 4930123456 --account-code bakery",
      does: "Charges the call that the end was of.",
    },
  ],
  async run(context, _args, { id: wanted, source, ...known }) {
    const { id: tenantId } = await context.tenant();
    const db = await context.db();
    const call = callOf(known, wanted);
    const letters =
      wanted === undefined
        ? await findDeadLetters(db, { tenantId, source, isAll: false, limit: RETRIED_MAX })
        : [await findDeadLetter(db, { tenantId, id: wanted })];
    const lane = new Charging(db).laneOf(tenantId);
    const { decided, waiting } = await retryDeadLetters(db, lane, {
      letters,
      call,
      actor: commandLineActor(context, tenantId),
    });
    return {
      json: { tried: letters.length, decided, waiting: waiting.map(letterJson) },
      human: [
        `${counted(letters.length, "request")} tried: ${decided} decided, ${waiting.length} still waiting.`,
        ...(waiting.length === 0 ? [] : [lettersTable(waiting)]),
      ],
      faulty: waiting.length > 0,
    };
  },
});

const discard = defineCommand({
  name: "discard",
  summary: "give a request up: it is never decided, and kept with who said so and why",
  arguments: { id },
  options: { why: requiredOption("--why TEXT", "why, for the record") },
  examples: [
    {
      command: 'tollwright session dead-letter discard 019f… --why "charged by its record"',
      does: "Takes the request off the list.",
    },
  ],
  async run(context, args, { why }) {
    const { id: tenantId } = await context.tenant();
    await discardDeadLetter(await context.db(), { id: args.id, actor: commandLineActor(context, tenantId), why });
    return { json: { id: args.id, state: "discarded" }, human: ["Discarded."] };
  },
});

/** `tollwright session dead-letter …` */
export const sessionDeadLetterCommands: CommandGroup = {
  name: "dead-letter",
  summary: "requests of an outage that could not be decided afterwards: look at them, retry them, give them up",
  commands: [list, show, retry, discard],
};

/** null: nothing is said of the call. Errors: Problem `command-line-invalid`. */
function callOf(
  given: { readonly [Field in keyof KnownOfCall]: string | undefined },
  wanted: string | undefined,
): KnownOfCall | null {
  const { called, calling = "", accountCode = null, sipUser = null } = given;
  if (called !== undefined && wanted !== undefined) return { called, calling, accountCode, sipUser };
  if (Object.values(given).every((value) => value === undefined)) return null;
  throw commandLineInvalid({
    what: "Say who called whom of one request: give --id, and --called with what else is known.",
    command: "tollwright session dead-letter retry",
  });
}

const lettersTable = (letters: readonly DeadLetter[]): Table => ({
  columns: ["ID", "AT", "SOURCE", "KIND", "CALL", "STATE", "WHY"].map((title) => ({ title })),
  rows: letters.map(({ id: letterId, journalledAt, source, request, reason, settled }) => [
    ...[letterId, timeText(journalledAt), source ?? "-", request.kind, keyOf(request)],
    ...(settled === null ? ["waits", reason] : [settled.outcome, settled.why]),
  ]),
});

const keyOf = (request: DeadLetter["request"]): string =>
  request.kind === "authorise" ? request.attempt.key : request.key;

const time = (at: EpochMs): string => toInstant(at).toString();

const letterJson = ({ journalledAt, failedAt, settled, tenantId: _tenantId, ...letter }: DeadLetter): object => ({
  ...letter,
  journalledAt: time(journalledAt),
  failedAt: time(failedAt),
  settled: settled && { ...settled, at: time(settled.at) },
});
