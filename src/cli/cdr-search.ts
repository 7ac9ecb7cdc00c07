import { toInstant } from "../core/time/epoch.ts";
import type { CallPosition } from "../server/search/call-filter.ts";
import { saveSearch } from "../server/search/saved-searches.ts";
import { type FoundCalls, searchCalls } from "../server/search/search-calls.ts";
import { callJson, payersCharge, type StoredCallView, vendorsCharge } from "../server/search/stored-call.ts";
import { withArchive, withoutArchive } from "./archive-option.ts";
import { askedCalls, callOptions } from "./call-options.ts";
import { listLimit, listOptions } from "./cdr-files.ts";
import { defineCommand } from "./command.ts";
import { commandLineActor } from "./command-line-actor.ts";
import { flag, inputRefused, option } from "./input.ts";
import { moneyText } from "./money-text.ts";
import { quantityText } from "./quantity-text.ts";
import { type Table, tableOr } from "./table.ts";
import { timeText } from "./time-text.ts";

/** How long a search goes on before it shows what it has found so far. */
const BUDGET_MS = 20_000;

/** `tollwright cdr search` */
export const cdrSearchCommand = defineCommand({
  name: "search",
  summary: "look for stored calls",
  about:
    "Newest first. Whole numbers, beginnings of numbers and accounts are found at once in any time; anything else is " +
    "looked through by time, so give --from and --to. A search that takes long says how far it came and how to go on.",
  options: {
    ...callOptions,
    oldest: flag("--oldest", "oldest first"),
    limit: listOptions.limit,
    after: option("--after POSITION", "go on behind this position, as the page before told it", readPosition),
    withoutArchive,
    save: option("--save NAME", "keep the search under this name, for --saved"),
  },
  examples: [
    { command: "tollwright cdr search --number +442079460018", does: "Calls from and to a number." },
    {
      command: "tollwright cdr search --account acme --from 2026-03-01 --to 2026-03-02 --cause 34",
      does: "A customer's calls of one day that found no circuit.",
    },
    {
      command: 'tollwright cdr search --called "881*" --min-cost 5 --period yesterday --save dear-satellite',
      does: "Keeps a search that means another day each day.",
    },
  ],
  async run(context, _args, { oldest, limit, after, save, withoutArchive: isLeftOut, ...options }) {
    const { id: tenantId } = await context.tenant();
    const db = await context.db();
    const { request, filter } = await askedCalls(context, options, "tollwright cdr search");
    if (save !== undefined) await saveSearch(db, commandLineActor(context, tenantId), { name: save, request });
    const page = { order: oldest ? "oldest" : "newest", after: after ?? null, limit: listLimit(limit) } as const;
    const found = await withArchive(context, isLeftOut, (archive) =>
      searchCalls(db, { tenantId, filter, page, archive, budgetMs: BUDGET_MS }),
    );
    if (found.archivedMonths.length > 0) context.note(`The archive was read for ${found.archivedMonths.join(", ")}.`);
    return {
      json: {
        calls: found.calls.map(callJson),
        next: found.next === null ? null : positionText(found.next),
        searchedTo: toInstant(found.searchedTo).toString(),
        archivedMonths: found.archivedMonths,
      },
      human: [tableOr(callsTable(found.calls), "No calls found."), ...restText(found, page.limit)],
    };
  },
});

function restText({ calls, next, searchedTo }: FoundCalls, limit: number): string[] {
  if (next === null) return [];
  const went = calls.length < limit ? `Looked through the time up to ${timeText(searchedTo)} so far. ` : "";
  return [`${went}More: add --after ${positionText(next)}`];
}

const positionText = ({ startedAt, id }: CallPosition): string => `${startedAt}_${id}`;

function readPosition(text: string): CallPosition {
  const parts = /^(\d{1,15})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(text);
  if (parts === null) throw inputRefused("Give a position as the page before told it.");
  return { startedAt: Number(parts[1]) as CallPosition["startedAt"], id: parts[2] as string };
}

const callsTable = (calls: readonly StoredCallView[]): Table => ({
  columns: [
    ...["STARTED", "ACCOUNT", "FROM", "TO", "DESTINATION", "CAUSE"].map((title) => ({ title })),
    ...["SECONDS", "AMOUNT", "COST"].map((title) => ({ title, align: "right" as const })),
    { title: "ID" },
  ],
  rows: calls.map((call) => {
    const [sold, cost] = [payersCharge(call), vendorsCharge(call)];
    return [
      timeText(call.startedAt),
      call.account,
      call.from,
      call.to,
      sold?.destination ?? "",
      causeText(call),
      call.service === undefined ? String(call.talkedS) : quantityText(call.quantity ?? 0, call.service),
      sold === undefined ? "" : moneyText(sold.amount, sold.currency),
      cost === undefined ? "" : moneyText(cost.amount, cost.currency),
      call.id,
    ];
  }),
});

/** "16 NORMAL_CLEARING", "486". */
export const causeText = ({ q850, sip, causeText: word }: StoredCallView): string =>
  [q850 ?? sip ?? "", word ?? ""].filter((part) => part !== "").join(" ");
