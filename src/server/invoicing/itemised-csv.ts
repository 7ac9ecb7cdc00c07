import type { Covered } from "../../core/invoicing/billable-item.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Decimal, formatDecimal } from "../../core/money/decimal.ts";
import { type Nanos, nanosToSql } from "../../core/money/nanos.ts";
import { DAY_MS, isoDate } from "../../core/time/civil-day.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { utcOffsetMs } from "../../core/time/zone.ts";
import type { Consumed } from "../../core/usage/service-units.ts";
import type { CallDirection } from "../../core/usage/switch-call.ts";
import { inChunks } from "../files/in-chunks.ts";
import { textField } from "../files/text-field.ts";

/** One call of an itemised bill, on the side of the account that is billed. */
export interface ItemisedCall {
  readonly startedAt: EpochMs;
  readonly answeredAt: EpochMs | null;
  readonly endedAt: EpochMs;
  readonly direction: CallDirection;
  /** Digits without "+" for an E.164 number, else as stored. */
  readonly from: string;
  readonly to: string;
  readonly destination: string;
  readonly prefix: string;
  readonly talkedS: number;
  /** Left out: a call. Else billed and covered are its units, and the rate is for `UNITS_RATED` of them. */
  readonly service?: Consumed["service"];
  readonly billedS: number;
  /** null where no single rate makes the amount: several rates, a bound of the cost, another currency. */
  readonly ratePerMinute: Decimal | null;
  /** Part of the amount, and of its sign; null when the call was priced in another currency. */
  readonly connectFee: Decimal | null;
  readonly amount: Nanos;
  readonly currency: Currency;
  readonly callId: string | null;
  /** Absent: money paid for all of it. */
  readonly covered?: Covered;
  /** Absent: nothing. */
  readonly surcharged?: Surcharged;
}

/** What a call was charged beside rate and fee. */
interface Surcharged {
  /** The surcharges' names. */
  readonly by: string;
  /** Part of the amount, and of its sign. */
  readonly amount: Decimal;
}

export interface ItemisedCsvOptions {
  /** IANA zone of the account: the first three times are clock times there, with their offset. */
  readonly timeZone: string;
  /** Excel takes the file for UTF-8 only with a byte order mark; other programs do better without. */
  readonly byteOrderMark: boolean;
  /** Whether there is anything but calls, for which there are columns of their own at the end. */
  readonly hasUnits?: boolean;
}

const COLUMNS = [
  "started",
  "answered",
  "ended",
  "started_utc",
  "answered_utc",
  "ended_utc",
  "direction",
  "from",
  "to",
  "destination",
  "prefix",
  "talked_s",
  "billed_s",
  "rate_per_minute",
  "connect_fee",
  "amount",
  "currency",
  "call_id",
  "covered_s",
  "allowance",
  "surcharge_amount",
  "surcharges",
] as const;

/** Of messages and data, in the place of what calls have a column for: rates are for a message or a megabyte. */
const UNIT_COLUMNS = ["service", "quantity", "rate", "covered"] as const;

/** The heading row, with its line end. */
export const ITEMISED_CSV_HEADER = `${COLUMNS.join(",")}\r\n`;
const ITEMISED_UNITS_HEADER = `${[...COLUMNS, ...UNIT_COLUMNS].join(",")}\r\n`;

/** An itemised bill as CSV text in chunks (RFC 4180: commas, CRLF, quotes doubled). */
export const itemisedCsv = (
  calls: Iterable<ItemisedCall> | AsyncIterable<ItemisedCall>,
  { timeZone, byteOrderMark, hasUnits = false }: ItemisedCsvOptions,
): AsyncGenerator<string> =>
  inChunks((byteOrderMark ? "\uFEFF" : "") + (hasUnits ? ITEMISED_UNITS_HEADER : ITEMISED_CSV_HEADER), calls, (call) =>
    itemisedCsvRow(call, timeZone, hasUnits),
  );

/** One call as one row, with its line end. Amounts and rates are plain decimals: a point, no thousands separators. */
export function itemisedCsvRow(call: ItemisedCall, timeZone: string, hasUnits = false): string {
  const { service, ratePerMinute } = call;
  const isCall = service === undefined;
  const rate = ratePerMinute === null ? "" : formatDecimal(ratePerMinute);
  const fields = [
    zonedTime(call.startedAt, timeZone),
    zonedTime(call.answeredAt, timeZone),
    zonedTime(call.endedAt, timeZone),
    utcTime(call.startedAt),
    utcTime(call.answeredAt),
    utcTime(call.endedAt),
    call.direction,
    textField(call.from),
    textField(call.to),
    textField(call.destination),
    textField(call.prefix),
    call.talkedS,
    isCall ? call.billedS : "",
    isCall ? rate : "",
    call.connectFee === null ? "" : formatDecimal(call.connectFee),
    nanosToSql(call.amount),
    call.currency,
    textField(call.callId ?? ""),
    isCall ? (call.covered?.seconds ?? "") : "",
    textField(call.covered?.by ?? ""),
    call.surcharged === undefined ? "" : formatDecimal(call.surcharged.amount),
    textField(call.surcharged?.by ?? ""),
    ...(hasUnits ? (isCall ? ["voice", "", "", ""] : [service, call.billedS, rate, call.covered?.seconds ?? ""]) : []),
  ];
  return `${fields.join(",")}\r\n`;
}

/** "2026-03-29T03:00:00+02:00"; empty for a call that was never answered. */
function zonedTime(at: EpochMs | null, timeZone: string): string {
  if (at === null) return "";
  const offsetMs = utcOffsetMs(timeZone, at);
  const offsetMinutes = Math.abs(offsetMs) / 60_000;
  const offset = `${twoDigits(Math.floor(offsetMinutes / 60))}:${twoDigits(Math.floor(offsetMinutes % 60))}`;
  return `${clockTime(at + offsetMs)}${offsetMs < 0 ? "-" : "+"}${offset}`;
}

const utcTime = (at: EpochMs | null): string => (at === null ? "" : `${clockTime(at)}Z`);

/** Date and time to the second begun; fractions confuse spreadsheets, and the durations have columns of their own. */
function clockTime(localMs: number): string {
  const day = Math.floor(localMs / DAY_MS);
  const second = Math.floor((localMs - day * DAY_MS) / 1_000);
  const minute = Math.floor(second / 60);
  return `${isoDate(day)}T${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}:${twoDigits(second % 60)}`;
}

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : String(value));
