import {
  isOf,
  nothingSummed,
  type PlaceSums,
  readFrom,
  type SpentHour,
  type SpentHours,
  withRead,
} from "../../core/charging/spent-hours.ts";
import { type Nanos, NO_NANOS, nanos, nanosFromSql } from "../../core/money/nanos.ts";
import { type DestinationGroup, decidingLength, isInGroup } from "../../core/tenancy/destination-group.ts";
import type { SessionLimits } from "../../core/tenancy/session-limits.ts";
import { civilFromDays, daysFromCivil } from "../../core/time/civil-day.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { civilDay, civilDayStart } from "../../core/time/zone.ts";
import { plainArray } from "../db/plain-array.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import type { SpentSums } from "./spent-sums.ts";

/** What was spent in the day and in the month that a moment is in, as the account's own zone has them. */
export interface SpentSoFar {
  readonly day: Nanos;
  readonly month: Nanos;
}

/** What an account was charged for usage of this day and of this month, in all and by group of destinations. */
export interface Spent extends SpentSoFar {
  readonly groups: ReadonlyMap<string, SpentSoFar>;
}

export const NOTHING_SPENT: Spent = { day: NO_NANOS, month: NO_NANOS, groups: new Map() };

type SpendingAccount = Pick<StoredAccount, "id" | "bookId" | "timeZone" | "limits">;
type SpendLimits = Pick<SessionLimits, "daySpend" | "monthSpend">;

export const limitsSpend = ({ daySpend, monthSpend }: SpendLimits): boolean => daySpend !== null || monthSpend !== null;

/** A period in which an account's charges are summed up, and how its places are told apart; null: they are not. */
interface Summing {
  readonly account: SpendingAccount;
  readonly since: EpochMs;
  readonly dayStart: EpochMs;
  readonly placeLength: number | null;
  readonly known: SpentHours;
}

/**
 * What accounts with limits of spend have spent so far in the day and the month that `at` is in; others are left out.
 * Sums are of no more than limits need: those of a day alone do not read the month. What `sums` know is not read again.
 */
export async function loadSpent(
  tx: Tx,
  accounts: readonly SpendingAccount[],
  {
    at,
    groups,
    sums,
  }: { readonly at: EpochMs; readonly groups: ReadonlyMap<string, DestinationGroup>; readonly sums: SpentSums },
): Promise<ReadonlyMap<string, Spent>> {
  const length = decidingLength([...groups.values()]);
  const all = accounts.flatMap((account) => summingOf(account, { at, length, sums }));
  if (all.length === 0) return new Map();
  const news = await loadNews(tx, all);
  const read = all.map((summing) => {
    const { earliest = null, journal = 0n } = news.get(summing.account.id) ?? {};
    return { ...summing, from: readFrom(summing.known, earliest), journal };
  });
  const inAll = read.filter(({ placeLength }) => placeLength === null);
  const byPlace = read.filter(({ placeLength }) => placeLength !== null);
  const rows = [...(await loadHours(tx, inAll)), ...(await loadHoursByPlace(tx, byPlace, length))];
  const ofAccounts = Map.groupBy(rows, ({ accountId }) => accountId);
  return new Map(
    read.map(({ account, known, from, journal, dayStart, placeLength }) => {
      const own = { from, journal, rows: ofAccounts.get(account.id) ?? [] };
      const { kept, day, month } = withRead(known, own, { dayStart, at });
      sums.note(account.id, placeLength, kept);
      return [account.id, spentOf(account, groups, { day, month })];
    }),
  );
}

function summingOf(
  account: SpendingAccount,
  { at, length, sums }: { readonly at: EpochMs; readonly length: number; readonly sums: SpentSums },
): Summing[] {
  const groups = account.limits.groups.filter(limitsSpend);
  if (groups.length === 0 && !limitsSpend(account.limits)) return [];
  const span = spanOf(account.timeZone, at, [account.limits, ...groups]);
  const placeLength = groups.length === 0 ? null : length;
  const known = sums.known(account.id, placeLength);
  const isUsable = known !== undefined && isOf(known, span);
  return [{ account, ...span, placeLength, known: isUsable ? known : nothingSummed(span.since, span.dayStart) }];
}

/** The last journal of each account's book, and the earliest answer in those that are not known yet. */
async function loadNews(
  tx: Tx,
  all: readonly Summing[],
): Promise<ReadonlyMap<string, { readonly journal: bigint; readonly earliest: EpochMs | null }>> {
  const { rows } = await tx.prepared<{ account_id: string; journal: string | null; earliest: EpochMs | null }>(
    "load-spent-news",
    `select t.account_id, (select max(number) from journals j where j.book_id = t.book_id) as journal,
       (select min(first_answered_at) from journals j
         where t.known is not null and j.book_id = t.book_id and j.number > t.known) as earliest
     from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as t(book_id, account_id, known)`,
    [...accountsOf(all), plainArray(all.map(({ known }) => known.journal))],
  );
  return new Map(
    rows.map(({ account_id: accountId, journal, earliest }) => [
      accountId,
      { journal: BigInt(journal ?? 0), earliest },
    ]),
  );
}

interface Read extends Summing {
  readonly from: EpochMs;
}

/** A sum of the charges of one account. */
interface HourOfAccount extends SpentHour {
  readonly accountId: string;
}

async function loadHours(tx: Tx, read: readonly Read[]): Promise<readonly HourOfAccount[]> {
  if (read.length === 0) return [];
  const { rows } = await tx.prepared<{ account_id: string; hour: EpochMs; amount: string }>(
    "load-spent",
    `select t.account_id, date_bin('1 hour', c.answered_at, t.day_start) as hour, sum(c.amount) as amount
     from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
       as t(book_id, account_id, day_start, since)
     join charges c on c.book_id = t.book_id and c.answered_at >= t.since and c.account_id = t.account_id
       and c.side <> 'cost'
     group by 1, 2`,
    [...accountsOf(read), ...spansOf(read)],
  );
  return rows.map(({ account_id: accountId, hour, amount }) => ({
    ...{ accountId, hour, place: "", amount: nanosFromSql(amount) },
  }));
}

/** `length`: so many characters of a number say to which groups it belongs. */
async function loadHoursByPlace(tx: Tx, read: readonly Read[], length: number): Promise<readonly HourOfAccount[]> {
  if (read.length === 0) return [];
  const { rows } = await tx.prepared<{
    account_id: string;
    called: string;
    destination: string;
    hour: EpochMs;
    amount: string;
  }>(
    "load-spent-by-place",
    // A call is answered within a day of its start: older partitions are not looked at.
    `select t.account_id, left(u.called, $5) as called, c.destination,
       date_bin('1 hour', c.answered_at, t.day_start) as hour, sum(c.amount) as amount
     from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
       as t(book_id, account_id, day_start, since)
     join charges c on c.book_id = t.book_id and c.answered_at >= t.since and c.account_id = t.account_id
       and c.side <> 'cost'
     join usage_events u on u.book_id = c.book_id and u.id = c.usage_id
       and u.started_at >= t.since - interval '1 day'
     group by 1, 2, 3, 4`,
    [...accountsOf(read), ...spansOf(read), length],
  );
  return rows.map(({ account_id: accountId, called, destination, hour, amount }) => ({
    ...{ accountId, hour, place: `${called}${BETWEEN}${destination}`, amount: nanosFromSql(amount) },
  }));
}

/** Stands in no number. */
const BETWEEN = "\n";

const accountsOf = (all: readonly Summing[]) => [
  plainArray(all.map(({ account: { bookId } }) => bookId)),
  plainArray(all.map(({ account: { id } }) => id)),
];

const spansOf = (read: readonly Read[]) => [
  read.map(({ dayStart }) => timestampToSql(dayStart)),
  read.map(({ from }) => timestampToSql(from)),
];

function spentOf(
  { limits }: SpendingAccount,
  groups: ReadonlyMap<string, DestinationGroup>,
  { day, month }: { readonly day: PlaceSums; readonly month: PlaceSums },
): Spent {
  const inAll = (sums: PlaceSums) => nanos([...sums.values()].reduce((sum, amount) => sum + amount, 0n));
  const own = limits.groups.filter(limitsSpend).map(({ group }) => {
    const known = groups.get(group);
    return [group, { day: sumIn(known, day), month: sumIn(known, month) }] as const;
  });
  return { day: inAll(day), month: inAll(month), groups: new Map(own) };
}

function sumIn(group: DestinationGroup | undefined, sums: PlaceSums): Nanos {
  if (group === undefined) return NO_NANOS;
  const ofGroup = [...sums].filter(([place]) => {
    const between = place.indexOf(BETWEEN);
    return isInGroup(group, { calledText: place.slice(0, between), destination: place.slice(between + 1) });
  });
  return nanos(ofGroup.reduce((sum, [, amount]) => sum + amount, 0n));
}

/** When the day began, and the month where one of the limits is of it. */
function spanOf(
  timeZone: string,
  at: EpochMs,
  limits: readonly SpendLimits[],
): { readonly dayStart: EpochMs; readonly since: EpochMs } {
  const today = civilDay(timeZone, at);
  const dayStart = civilDayStart(timeZone, today);
  if (limits.every(({ monthSpend }) => monthSpend === null)) return { dayStart, since: dayStart };
  const { year, month } = civilFromDays(today);
  return { dayStart, since: civilDayStart(timeZone, daysFromCivil(year, month, 1)) };
}
