import { type Nanos, NO_NANOS, nanos, nanosFromSql } from "../../core/money/nanos.ts";
import { type DestinationGroup, decidingLength, isInGroup } from "../../core/tenancy/destination-group.ts";
import type { GroupLimits, SessionLimits } from "../../core/tenancy/session-limits.ts";
import { civilFromDays, daysFromCivil } from "../../core/time/civil-day.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { civilDay, civilDayStart } from "../../core/time/zone.ts";
import { plainArray } from "../db/plain-array.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { StoredAccount } from "../tenancy/party.ts";

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

/**
 * What accounts with limits of spend have spent so far in the day and the month that `at` is in; others, and who spent
 * nothing, are left out. Sums are of no more than limits need: those of a day alone do not read the month.
 */
export async function loadSpent(
  tx: Tx,
  accounts: readonly SpendingAccount[],
  { at, groups }: { readonly at: EpochMs; readonly groups: ReadonlyMap<string, DestinationGroup> },
): Promise<ReadonlyMap<string, Spent>> {
  const inAll = accounts.filter(({ limits }) => limitsSpend(limits));
  const byGroup = accounts.flatMap((account) => {
    const capped = account.limits.groups.filter(limitsSpend);
    return capped.length === 0 ? [] : [{ account, capped }];
  });
  const spent = await loadSpentInAll(tx, inAll, at);
  if (byGroup.length === 0) return spent;
  const places = await loadSpentByPlace(tx, byGroup, { at, length: decidingLength([...groups.values()]) });
  return new Map([
    ...spent,
    ...byGroup.map(({ account, capped }) => {
      const ofAccount = places.get(account.id) ?? [];
      const own = capped.map(({ group }) => [group, spentIn(groups.get(group), ofAccount)] as const);
      return [account.id, { ...(spent.get(account.id) ?? NOTHING_SPENT), groups: new Map(own) }] as const;
    }),
  ]);
}

async function loadSpentInAll(
  tx: Tx,
  accounts: readonly SpendingAccount[],
  at: EpochMs,
): Promise<ReadonlyMap<string, Spent>> {
  if (accounts.length === 0) return new Map();
  const spans = accounts.map(({ timeZone, limits }) => spanOf(timeZone, at, [limits]));
  const { rows } = await tx.prepared<{ account_id: string; day: string; total: string }>(
    "load-spent",
    `select t.account_id, coalesce(sum(c.amount) filter (where c.answered_at >= t.day_start), 0) as day,
       sum(c.amount) as total
     from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
       as t(book_id, account_id, day_start, since)
     join charges c on c.book_id = t.book_id and c.answered_at >= t.since and c.account_id = t.account_id
       and c.side <> 'cost'
     group by t.account_id`,
    [
      plainArray(accounts.map(({ bookId }) => bookId)),
      plainArray(accounts.map(({ id }) => id)),
      spans.map(({ dayStart }) => timestampToSql(dayStart)),
      spans.map(({ since }) => timestampToSql(since)),
    ],
  );
  return new Map(
    rows.map((row) => [
      row.account_id,
      { day: nanosFromSql(row.day), month: nanosFromSql(row.total), groups: NOTHING_SPENT.groups },
    ]),
  );
}

/** What was spent on calls to numbers that begin alike and have one destination. */
interface SpentAtPlace extends SpentSoFar {
  readonly calledText: string;
  readonly destination: string;
}

/** `length`: so many characters of a number say to which groups it belongs. */
async function loadSpentByPlace(
  tx: Tx,
  accounts: readonly { readonly account: SpendingAccount; readonly capped: readonly GroupLimits[] }[],
  { at, length }: { readonly at: EpochMs; readonly length: number },
): Promise<ReadonlyMap<string, readonly SpentAtPlace[]>> {
  const spans = accounts.map(({ account: { timeZone }, capped }) => spanOf(timeZone, at, capped));
  const { rows } = await tx.prepared<{
    account_id: string;
    called: string;
    destination: string;
    day: string;
    total: string;
  }>(
    "load-spent-by-place",
    // A call is answered within a day of its start: older partitions are not looked at.
    `select t.account_id, left(u.called, $5) as called, c.destination,
       coalesce(sum(c.amount) filter (where c.answered_at >= t.day_start), 0) as day, sum(c.amount) as total
     from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
       as t(book_id, account_id, day_start, since)
     join charges c on c.book_id = t.book_id and c.answered_at >= t.since and c.account_id = t.account_id
       and c.side <> 'cost'
     join usage_events u on u.book_id = c.book_id and u.id = c.usage_id
       and u.started_at >= t.since - interval '1 day'
     group by 1, 2, 3`,
    [
      plainArray(accounts.map(({ account: { bookId } }) => bookId)),
      plainArray(accounts.map(({ account: { id } }) => id)),
      spans.map(({ dayStart }) => timestampToSql(dayStart)),
      spans.map(({ since }) => timestampToSql(since)),
      length,
    ],
  );
  return Map.groupBy(
    rows.map(({ account_id: accountId, called: calledText, destination, day, total }) => ({
      ...{ accountId, calledText, destination, day: nanosFromSql(day), month: nanosFromSql(total) },
    })),
    ({ accountId }) => accountId,
  );
}

function spentIn(group: DestinationGroup | undefined, places: readonly SpentAtPlace[]): SpentSoFar {
  const inGroup = group === undefined ? [] : places.filter((place) => isInGroup(group, place));
  const sumOf = (field: keyof SpentSoFar) => nanos(inGroup.reduce((sum, place) => sum + place[field], 0n));
  return { day: sumOf("day"), month: sumOf("month") };
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
