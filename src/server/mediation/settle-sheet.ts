import { invariant } from "../../core/invariant.ts";
import { toInstant } from "../../core/time/epoch.ts";
import { deletedMonths } from "../archive/is-archived.ts";
import { uuidText } from "../db/binary-copy.ts";
import type { BulkTx } from "../db/tx.ts";
import type { ChargeSums } from "../usage/charge-sums.ts";
import { findContents } from "../usage/stored-usage.ts";
import { writeSheet } from "../usage/write-sheet.ts";
import type { BatchSource } from "./batch-source.ts";
import { monthDeleted } from "./hold-back-late.ts";
import type { PreparedSheet } from "./prepare-singles.ts";
import { type CallOutcome, outcomeOf, recordIds, rejectedOutcome } from "./settle-calls.ts";

/** {@link settleCalls} for calls on a sheet, none of which depends on the calls before. */
export async function settleSheet(
  tx: BulkTx,
  source: BatchSource,
  { items: arrived, ...prepared }: PreparedSheet,
  onClaimed: () => void,
): Promise<{ readonly outcomes: readonly CallOutcome[]; readonly entries: ChargeSums }> {
  const { sheet, keyOf, wholeCall } = prepared;
  await source.makePartitions(sheet.days());
  const items = await holdBackDeleted(tx, source, { items: arrived, ...prepared });
  const places = items.filter((item) => typeof item === "number");
  const { fates, sums } = await writeSheet(tx, source, sheet, { places, wholeCall, onClaimed });
  const stored = await findContents(
    tx,
    items.flatMap((item) => (typeof item === "number" ? [] : recordIds(item))),
  );
  const outcomes = items.map((item, index): CallOutcome => {
    if (typeof item !== "number")
      return item.kind === "reject" ? rejectedOutcome(item, stored) : { fate: "non-billable", why: item.why };
    const fate = fates[item];
    invariant(fate, "every call of a sheet has a fate");
    return outcomeOf(fate, () => keyOf(index));
  });
  return { outcomes, entries: sums };
}

/** As `holdBackLate` for calls that depend on no others: those of months whose calls were deleted, unless known. */
async function holdBackDeleted(
  tx: BulkTx,
  { tenantId }: BatchSource,
  { sheet, items, keyOf }: PreparedSheet,
): Promise<PreparedSheet["items"]> {
  const isDeleted = await deletedMonths(tx, tenantId);
  if (!sheet.days().some((startAt) => isDeleted({ startAt, endAt: startAt + 1 }))) return items;
  const late = new Map<number, string>();
  for (const place of items) {
    if (typeof place !== "number") continue;
    const startAt = sheet.startedAtOf(place);
    if (isDeleted({ startAt, endAt: startAt + 1 })) late.set(place, sheet.idOf(place));
  }
  if (late.size === 0) return items;
  const known = await findContents(tx, [...late.values()].map(uuidText));
  return items.map((item, index) => {
    const id = typeof item === "number" ? late.get(item) : undefined;
    if (typeof item !== "number" || id === undefined || known.has(uuidText(id))) return item;
    const month = toInstant(sheet.startedAtOf(item)).toString().slice(0, 7);
    const reject = monthDeleted(keyOf(index), month);
    return { kind: "reject", reject, record: { id, contentHash: sheet.contentHashOf(item) } };
  });
}
