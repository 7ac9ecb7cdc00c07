import { nanosToSql } from "../core/money/nanos.ts";
import { toInstant } from "../core/time/epoch.ts";
import { showCall, type WholeCall } from "../server/search/show-call.ts";
import { callJson, type EarlierReading, type EntryView, type StoredCallView } from "../server/search/stored-call.ts";
import { withArchive, withoutArchive } from "./archive-option.ts";
import { causeText } from "./cdr-search.ts";
import { defineCommand } from "./command.ts";
import { argument, option } from "./input.ts";
import { moneyText } from "./money-text.ts";
import { quantityText } from "./quantity-text.ts";
import type { Table } from "./table.ts";
import { timeText } from "./time-text.ts";

/** `tollwright cdr show` */
export const cdrShowCommand = defineCommand({
  name: "show",
  summary: "show a stored call: where it came from, every entry of its charges, how it was read before",
  arguments: { id: argument("ID", "the call's id, or with --source the switch's own key") },
  options: {
    source: option("--source NAME", "the switch whose key was given"),
    leg: option("--leg LEG", "the leg, where the switch tells legs apart"),
    withoutArchive,
  },
  examples: [
    { command: "tollwright cdr show 3f0c…", does: "A call that `cdr search` found." },
    { command: "tollwright cdr show 5e0d5c1e-9c7b --source sbc-2", does: "A call by the switch's own key." },
  ],
  async run(context, { id }, { source, leg, withoutArchive: isLeftOut }) {
    const { id: tenantId } = await context.tenant();
    const db = await context.db();
    const whole = await withArchive(context, isLeftOut, (archive) =>
      showCall(db, tenantId, { id, source, leg }, archive),
    );
    return { json: wholeJson(whole), human: wholeText(whole) };
  },
});

function wholeText({ call, entries, earlier, archivedMonth }: WholeCall): (string | Table)[] {
  const used = quantityText(call.quantity ?? call.talkedS, call.service);
  const answered = call.answeredAt === null ? "not answered" : `answered ${timeText(call.answeredAt)}`;
  return [
    `${call.from === "" ? "anonymous" : call.from} → ${call.to}${routedText(call)}, ${call.direction}, ${used}`,
    `started ${timeText(call.startedAt)}, ${answered}, ended ${timeText(call.endedAt)}, cause ${causeText(call) || "none"}`,
    `account ${call.account}, vendor ${call.vendor ?? "none"}, trunks ${call.ingressTrunk ?? "none"} → ${call.egressTrunk ?? "none"}`,
    `source ${call.source}, key ${call.key}${call.leg === "" ? "" : `, leg ${call.leg}`}, ${call.file ?? "no file"} line ${call.line}`,
    ...(archivedMonth === null ? [] : [`from the archive of ${archivedMonth}`]),
    ...(entries.length === 0 ? ["Nothing was charged."] : ["", entriesTable(entries)]),
    ...(earlier.length === 0 ? [] : ["", "Read before as:", ...earlier.map(earlierText)]),
  ];
}

const routedText = ({ routingNumber }: StoredCallView): string =>
  routingNumber === null ? "" : ` (routed to ${routingNumber})`;

const entriesTable = (entries: readonly EntryView[]): Table => ({
  columns: [
    ...["BOOKED", "ENTRY", "SIDE", "ACCOUNT", "TARIFF", "PREFIX", "DESTINATION"].map((title) => ({ title })),
    ...["RATE", "FEE", "SURCHARGES", "SECONDS", "AMOUNT"].map((title) => ({ title, align: "right" as const })),
  ],
  rows: entries.map((entry) => [
    timeText(entry.bookedAt),
    entry.reversesEntryNo === null ? String(entry.entryNo) : `${entry.entryNo} takes back ${entry.reversesEntryNo}`,
    entry.side,
    entry.account,
    entry.tariff,
    entry.prefix,
    entry.destination,
    entry.rate ?? "",
    entry.connectFee ?? "",
    surchargesText(entry),
    String(entry.billedS),
    moneyText(entry.amount, entry.currency),
  ]),
});

/** "Origin 0.05, Night 0.01", in the tariff's currency like rate and fee. */
const surchargesText = ({ parts }: EntryView): string =>
  (parts ?? []).flatMap((part) => (part.kind === "surcharge" ? [`${part.name} ${part.amount}`] : [])).join(", ");

const earlierText = ({ revision, replacedAt, called, talkedS }: EarlierReading): string =>
  `reading ${revision}: to ${called}, ${talkedS} s, until ${timeText(replacedAt)}`;

const wholeJson = ({ call, entries, earlier, archivedMonth }: WholeCall): object => ({
  ...callJson(call),
  archivedMonth,
  entries: entries.map(({ amount, tariffAmount, bookedAt, ...entry }) => ({
    ...entry,
    amount: nanosToSql(amount),
    tariffAmount: tariffAmount === null ? null : nanosToSql(tariffAmount),
    bookedAt: toInstant(bookedAt).toString(),
  })),
  earlier: earlier.map(({ revision, replacedAt, answeredAt, called, talkedS }) => ({
    ...{ revision, called, talkedS, replacedAt: toInstant(replacedAt).toString() },
    answeredAt: answeredAt === null ? null : toInstant(answeredAt).toString(),
  })),
});
