import { counted } from "../core/counted.ts";
import { formatDecimal } from "../core/money/decimal.ts";
import type { Rate } from "../core/tariff/rate.ts";
import { toInstant } from "../core/time/epoch.ts";
import type { DeckReading, RejectedRow } from "../decks/deck-row.ts";
import type { DeckChange } from "../decks/diff/deck-diff.ts";
import { type DeckComparison, isBlocking } from "../server/tariff/compare-deck.ts";
import { type DeckPreview, previewDeck } from "../server/tariff/deck-preview.ts";
import type { Outcome } from "./command.ts";
import type { Table } from "./table.ts";
import { dayOrTimeText } from "./time-text.ts";

type DeckFacts = Pick<DeckReading, "counts" | "detected" | "warnings">;

/** A comparison as JSON: amounts as decimal strings, times in ISO 8601. */
export function comparisonJson(comparison: DeckComparison, limit: number): object {
  const preview = previewDeck(comparison, limit);
  return {
    against: comparison.against,
    counts: preview.counts,
    renamed: preview.renamed,
    missingCodes: preview.missingCodes,
    findings: preview.findings,
    increases: preview.increases.map(({ change, percent }) => ({
      ...changeJson(change),
      percent: formatDecimal(percent),
    })),
    margins: preview.margins && {
      belowCost: preview.margins.belowCost,
      lowest: preview.margins.lowest.map(({ change, price, cost, percent }) => ({
        ...{ prefix: change.prefix, destination: change.destination, pricePerMinute: formatDecimal(price) },
        ...{ costPerMinute: formatDecimal(cost), percent: formatDecimal(percent) },
      })),
    },
    samples: preview.samples.map(changeJson),
  };
}

export const changeJson = (change: DeckChange): object => ({
  kind: change.kind,
  prefix: change.prefix,
  origin: change.origin,
  destination: change.destination,
  renamedFrom: change.renamedFrom,
  line: change.line,
  effectiveFrom: toInstant(change.effectiveFrom).toString(),
  previous: change.previous && rateJson(change.previous),
  after: change.after && rateJson(change.after),
  changed: change.changed,
  backdated: change.isBackdated,
  why: change.why,
});

/** A rate as JSON. */
export const rateJson = (rate: Rate): object => ({
  prefix: rate.prefix,
  destination: rate.destination,
  blocked: rate.blocked,
  rate: formatDecimal(rate.ratePerUnit),
  unitS: rate.unitS,
  increments: incrementsText(rate),
  connectFee: formatDecimal(rate.connectFee),
  minimumS: rate.minimumS,
  freeS: rate.freeS,
  minimumCost: rate.minimumCost && formatDecimal(rate.minimumCost),
  maximumCost: rate.maximumCost && formatDecimal(rate.maximumCost),
  slots: rate.slots.map((slot) => ({ ...slot, ratePerUnit: formatDecimal(slot.ratePerUnit) })),
  window: rate.window,
  origin: rate.origin ?? null,
  effectiveFrom: toInstant(rate.effectiveFrom).toString(),
  effectiveTo: rate.effectiveTo === null ? null : toInstant(rate.effectiveTo).toString(),
});

/** What was read of a file, for people. */
export function readingText(file: string, { counts, detected, warnings }: DeckFacts): string[] {
  const { format, encoding, delimiter, sheet, headerLine, decimal, dateOrder } = detected;
  const place = format === "workbook" ? `sheet "${sheet}"` : `${encoding}, ${DELIMITERS[delimiter ?? ""] ?? delimiter}`;
  return [
    `${file}: ${counted(counts.rows, "row")}: ${counts.loadedRows} loaded with ` +
      `${counted(counts.prefixes, "prefix", "prefixes")}, ` +
      `${counts.rejectedRows} rejected.`,
    `Read as ${format} (${place}), ${headerLine === null ? "no header" : `header in line ${headerLine}`}, ` +
      `decimal "${decimal}"${dateOrder === null ? "" : `, dates ${DATE_ORDERS[dateOrder]}`}.`,
    ...warnings.map(({ code, what }) => `Note: ${what} [${code}]`),
  ];
}

const DATE_ORDERS = { dmy: "day first", mdy: "month first", ymd: "year first or by name" };
const DELIMITERS: Readonly<Record<string, string>> = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" };

/** A comparison, for people. */
export function comparisonText(comparison: DeckComparison, limit: number): (string | Table)[] {
  const preview = previewDeck(comparison, limit);
  return [
    "",
    comparison.against === 0 ? "The tariff has no version yet:" : `Against version ${comparison.against}:`,
    countsTable(preview),
    ...(preview.renamed === 0 ? [] : [`${counted(preview.renamed, "rate")} with a new name.`]),
    ...section("Findings:", findingsTable(preview)),
    ...section("Biggest increases:", increasesTable(preview)),
    ...marginsText(preview),
    ...section("The first changes of each kind:", changesTable(preview.samples)),
  ];
}

const section = (title: string, table: Table): (string | Table)[] =>
  table.rows.length === 0 ? [] : ["", title, table];

const left = (...titles: string[]) => titles.map((title) => ({ title }));
const right = (...titles: string[]) => titles.map((title) => ({ title, align: "right" as const }));

function countsTable({ counts }: DeckPreview): Table {
  const rows = Object.entries(counts).filter(([, count]) => count > 0);
  return { columns: [...left("CHANGE"), ...right("ROWS")], rows: rows.map(([kind, count]) => [kind, String(count)]) };
}

function findingsTable({ findings }: DeckPreview): Table {
  return {
    columns: [...left("FINDING", ""), ...right("TOTAL"), ...left("SUCH AS")],
    rows: findings.map(({ code, severity, total, first }) => {
      return [code, severity === "block" ? "blocks" : "warns", String(total), first[0]?.what ?? ""];
    }),
  };
}

function increasesTable({ increases }: DeckPreview): Table {
  return {
    columns: [...left("PREFIX", "DESTINATION"), ...right("FROM", "TO", "MORE"), ...left("WHEN")],
    rows: increases.map(({ change, percent }) => [
      ...[change.prefix, change.destination, priceText(change.previous ?? change.before), priceText(change.after)],
      ...[`${formatDecimal(percent)} %`, dayOrTimeText(change.effectiveFrom)],
    ]),
  };
}

function marginsText({ margins }: DeckPreview): (string | Table)[] {
  if (margins === null) return [];
  const table = {
    columns: [...left("PREFIX", "DESTINATION"), ...right("PRICE/MIN", "COST/MIN", "MARGIN")],
    rows: margins.lowest.map(({ change, price, cost, percent }) => [
      ...[change.prefix, change.destination, formatDecimal(price), formatDecimal(cost)],
      `${formatDecimal(percent)} %`,
    ]),
  };
  return section(`Lowest margins (${margins.belowCost} below cost):`, table);
}

/** One change a row. */
export function changesTable(changes: readonly DeckChange[]): Table {
  return {
    columns: [...left("CHANGE", "PREFIX", "DESTINATION"), ...right("FROM", "TO"), ...left("STEPS", "WHEN", "LINE")],
    rows: changes.map((change) => [
      ...[change.kind, prefixText(change.prefix), change.destination, priceText(change.previous)],
      ...[priceText(change.after), stepsText(change)],
      ...[dayOrTimeText(change.effectiveFrom), change.line === null ? "" : String(change.line)],
    ]),
  };
}

/** "60/60", or "1/1 → 60/60" where the steps change. */
function stepsText({ previous, after }: DeckChange): string {
  if (after === null) return "";
  const steps = incrementsText(after);
  if (previous === null || previous.blocked || after.blocked || incrementsText(previous) === steps) return steps;
  return `${incrementsText(previous)} → ${steps}`;
}

export const prefixText = (prefix: string): string => (prefix === "" ? "*" : prefix);

export const incrementsText = ({ increments: { firstS, nextS } }: Pick<Rate, "increments">): string =>
  `${firstS}/${nextS}`;

/** "0.0231", "0.01 per 1 s", "0.10, from 60 s 0.05", "blocked"; "" for none. */
export function priceText(rate: Rate | null): string {
  if (rate === null) return "";
  if (rate.blocked) return "blocked";
  return [unitPriceText(rate), ...rate.slots.map((slot) => `from ${slot.fromS} s ${unitPriceText(slot)}`)].join(", ");
}

const unitPriceText = ({ ratePerUnit, unitS }: Pick<Rate, "ratePerUnit" | "unitS">): string =>
  `${formatDecimal(ratePerUnit)}${unitS === 60 ? "" : ` per ${unitS} s`}`;

/** Rejected rows, and findings that block: reasons for exit status 1. */
export function faultsOf(
  rejected: readonly RejectedRow[],
  comparison: DeckComparison | null,
): Pick<Outcome, "rejects" | "faulty"> {
  const rejects = {
    total: rejected.length,
    listed: rejected
      .slice(0, REJECTS_LISTED_MAX)
      .map(({ line, raw, reject }) => ({ ...reject, at: `line ${line}`, raw })),
  };
  return { rejects, faulty: comparison?.findings.some(isBlocking) ?? false };
}

/** A person reads no more, and a program takes them from the database. */
const REJECTS_LISTED_MAX = 100;
