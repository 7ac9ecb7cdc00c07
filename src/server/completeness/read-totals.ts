import { parse } from "csv-parse/sync";
import { epochMs } from "../../core/time/epoch.ts";
import { parseInstant } from "../../core/time/instant-text.ts";
import { localToUtc } from "../../core/time/zone.ts";
import { COUNTED_BY, type CountedBy } from "./counted-by.ts";
import type { Period } from "./finding.ts";
import { totalsInvalid } from "./problems.ts";
import type { StatedTotals } from "./totals-store.ts";

/** How totals are read that do not say it themselves. */
export interface TotalsReading {
  /** The zone of times without an offset: the source's. */
  readonly zone: string;
  readonly countedBy: CountedBy;
}

const FIELDS = [
  "from",
  "until",
  "period",
  "countedBy",
  "trunk",
  "egressTrunk",
  "calls",
  "answered",
  "talkedS",
] as const;
type Field = (typeof FIELDS)[number];
type Entry = Partial<Record<Field, string>>;

const TOTALS_MAX = 100_000;
const COUNT_MAX = 999_999_999_999;
const TRUNK_MAX = 512;

/**
 * Reads a switch's totals: CSV with a header, or JSON (a list of objects, or an object that holds one as `totals`).
 * Fields: `period` (a day "2026-03-02" or an hour "2026-03-02T10") or `from` and `until`; `trunk` or `egressTrunk`;
 * `countedBy`; at least one of `calls`, `answered` and `talkedS`. Errors: Problem `totals-invalid`.
 */
export function readTotals(text: string, reading: TotalsReading): readonly StatedTotals[] {
  const isJson = /^\s*[[{]/.test(text);
  const entries = isJson ? readJson(text) : readCsv(text);
  if (entries.length === 0) throw totalsInvalid({ at: "the file", what: "it holds no totals." });
  if (entries.length > TOTALS_MAX)
    throw totalsInvalid({ at: "the file", what: `it holds ${entries.length} totals; at most ${TOTALS_MAX} are read.` });
  const totals = entries.map((entry, index) =>
    readEntry(entry, isJson ? `entry ${index + 1}` : `line ${index + 2}`, reading),
  );
  // The same period twice in one file: the last one says it.
  return [...new Map(totals.map((each) => [keyOf(each), each])).values()];
}

const keyOf = ({ from, until, countedBy, side, trunk }: StatedTotals): string =>
  JSON.stringify([from, until, countedBy, side, trunk]);

function readCsv(text: string): readonly Entry[] {
  let rows: readonly Record<string, string>[];
  const firstLine = text.slice(0, text.indexOf("\n") + 1 || undefined);
  const delimiter = [";", "\t", ","].find((sign) => firstLine.includes(sign)) ?? ",";
  try {
    rows = parse(text, { columns: true, delimiter, trim: true, skip_empty_lines: true, bom: true });
  } catch (error) {
    throw totalsInvalid({ at: "the file", what: error instanceof Error ? `${error.message}.` : "it is no CSV." });
  }
  return rows.map((row, index) => checkFields(row, `line ${index + 2}`));
}

function readJson(text: string): readonly Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw totalsInvalid({ at: "the file", what: error instanceof Error ? `${error.message}.` : "it is no JSON." });
  }
  const list = Array.isArray(value) ? value : (value as { readonly totals?: unknown }).totals;
  if (!Array.isArray(list)) throw totalsInvalid({ at: "the file", what: "it holds no list of totals." });
  return list.map((entry: unknown, index) => {
    const at = `entry ${index + 1}`;
    if (typeof entry !== "object" || entry === null) throw totalsInvalid({ at, what: "it is no object." });
    const filled = Object.entries(entry).filter(([, each]) => each !== null);
    return checkFields(Object.fromEntries(filled.map(([name, each]) => [name, String(each)])), at);
  });
}

function checkFields(row: Readonly<Record<string, string>>, at: string): Entry {
  const unknown = Object.keys(row).find((name) => !(FIELDS as readonly string[]).includes(name));
  if (unknown !== undefined) throw totalsInvalid({ at, what: `"${unknown}" is none of ${FIELDS.join(", ")}.` });
  return Object.fromEntries(Object.entries(row).filter(([, text]) => text !== ""));
}

function readEntry(entry: Entry, at: string, reading: TotalsReading): StatedTotals {
  const invalid = (what: string) => totalsInvalid({ at, what });
  const countedBy = entry.countedBy === undefined ? reading.countedBy : COUNTED_BY.find((by) => by === entry.countedBy);
  if (countedBy === undefined) throw invalid(`countedBy is one of ${COUNTED_BY.join(", ")}.`);
  if (entry.trunk !== undefined && entry.egressTrunk !== undefined)
    throw invalid("totals are of an ingress trunk (trunk) or of an egressTrunk, not of both.");
  const trunk = entry.trunk ?? entry.egressTrunk ?? "";
  if (trunk.length > TRUNK_MAX) throw invalid("no trunk has so long a name.");
  const count = (name: "calls" | "answered" | "talkedS") => {
    const text = entry[name];
    if (text === undefined) return null;
    if (!/^\d{1,12}$/.test(text) || Number(text) > COUNT_MAX) throw invalid(`${name} "${text}" is no whole number.`);
    return Number(text);
  };
  const figures = { calls: count("calls"), answered: count("answered"), talkedS: count("talkedS") };
  if (Object.values(figures).every((figure) => figure === null))
    throw invalid("it has none of calls, answered, talkedS.");
  const period = readPeriod(entry, reading.zone, invalid);
  if (period.from >= period.until) throw invalid("it ends before it begins.");
  const side = entry.trunk !== undefined ? "ingress" : entry.egressTrunk !== undefined ? "egress" : "";
  return { ...period, ...figures, countedBy, side, trunk };
}

function readPeriod(entry: Entry, zone: string, invalid: (what: string) => Error): Period {
  if (entry.period !== undefined) {
    if (entry.from !== undefined || entry.until !== undefined)
      throw invalid("it has a period as well as from and until.");
    return (
      readNamedPeriod(entry.period, zone) ??
      fail(invalid(`period "${entry.period}" is no day (2026-03-02) or hour (2026-03-02T10).`))
    );
  }
  const [from, until] = [entry.from, entry.until].map((text) =>
    text === undefined ? undefined : parseInstant(text, zone),
  );
  if (from === undefined || until === undefined)
    throw invalid('from and until are dates, or times with an offset such as "2026-03-02T10:00:00Z".');
  return { from, until };
}

function readNamedPeriod(text: string, zone: string): Period | undefined {
  const [, date, hour] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2})(?::00(?::00)?)?)?$/.exec(text) ?? [];
  if (date === undefined) return undefined;
  if (hour === undefined) {
    const from = parseInstant(date, zone);
    if (from === undefined) return undefined;
    const nextDay = Temporal.PlainDate.from(date).add({ days: 1 }).toString();
    const until = parseInstant(nextDay, zone);
    return until === undefined ? undefined : { from, until };
  }
  if (parseInstant(date, zone) === undefined || Number(hour) > 23) return undefined;
  const { year, month, day } = Temporal.PlainDate.from(date);
  const civil = { year, month, day, hour: Number(hour), minute: 0, second: 0, ms: 0 };
  // An hour that clocks show twice is both of them: a switch that names it once has counted it once.
  const from = localToUtc(zone, civil, "earlier").at;
  const begins = localToUtc(zone, civil, "later").at;
  return { from, until: epochMs(begins + HOUR_MS) };
}

const HOUR_MS = 3_600_000;

function fail(problem: Error): never {
  throw problem;
}
