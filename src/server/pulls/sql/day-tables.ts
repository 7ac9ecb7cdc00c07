/** Where a day stands in a table's name: "e_cdr_{yyyyMMdd}". */
const DAY = "{yyyyMMdd}";

/** Whether there is one table a day. */
export const isDaily = (name: string): boolean => name.includes(DAY);

/** The table of a day. */
export const tableOf = (name: string, day: Temporal.PlainDate): string =>
  name.replaceAll(DAY, day.toString().replaceAll("-", ""));

/** The last day of which one of `tables` is. */
export function lastDayOf(name: string, tables: readonly string[]): Temporal.PlainDate | null {
  const at = name.indexOf(DAY);
  const days = tables.flatMap((table) => {
    const digits = table.slice(at, at + "20261121".length);
    if (!/^\d{8}$/.test(digits)) return [];
    const day = Temporal.PlainDate.from(digits);
    return tableOf(name, day) === table ? [day] : [];
  });
  return days.sort(Temporal.PlainDate.compare).at(-1) ?? null;
}

/**
 * The days whose tables may have rows that were not read: from the last one that was begun (else `from`, else
 * yesterday) on, and yesterday's always, because calls are written when they end; up to tomorrow's, because the
 * switch's clock and zone may be ahead.
 */
export function daysToRead(
  today: Temporal.PlainDate,
  { begun, from }: { readonly begun: Temporal.PlainDate | null; readonly from: Temporal.PlainDate | null },
): readonly Temporal.PlainDate[] {
  const yesterday = today.subtract({ days: 1 });
  const first =
    begun !== null && Temporal.PlainDate.compare(begun, yesterday) > 0 ? yesterday : (begun ?? from ?? yesterday);
  const days: Temporal.PlainDate[] = [];
  const last = today.add({ days: 1 });
  for (let day = first; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) days.push(day);
  return days;
}
