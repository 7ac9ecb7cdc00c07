import type { OpenSession } from "../server/charging/find-sessions.ts";
import type { LiveSession } from "../server/charging/live-sessions.ts";
import { amountText } from "./money-text.ts";
import { quantityText } from "./quantity-text.ts";
import type { Table } from "./table.ts";
import { timeText } from "./time-text.ts";

const CALL = ["SOURCE", "CALL", "ACCOUNT", "FROM", "TO", "SINCE"].map((title) => ({ title }));
const callCells = ({ source, key, account, attempt: { calling, called }, openedAt }: OpenSession): string[] => [
  ...[source, key, account ?? "-", calling, called, timeText(openedAt)],
];

/** Which calls they are. */
export const callTable = (sessions: readonly OpenSession[]): Table => ({
  columns: CALL,
  rows: sessions.map(callCells),
});

/** Calls with how far they have come. */
export const sessionTable = (sessions: readonly LiveSession[]): Table => ({
  columns: [...CALL, ...["TALKED", "GRANTED", "HELD", "COST"].map((title) => ({ title, align: "right" as const }))],
  rows: sessions.map((session) => [
    ...callCells(session),
    ...[session.talkedS, session.grantedS].map((quantity) => quantityText(quantity, session.service)),
    ...moneyCells(session),
  ]),
});

function moneyCells({ held, cost, currency }: LiveSession): string[] {
  if (currency === null) return ["-", "-"];
  return [amountText(held, currency), cost === null ? "-" : amountText(cost, currency)];
}
