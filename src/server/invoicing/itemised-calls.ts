import { invariant } from "../../core/invariant.ts";
import { type Decimal, parseDecimal } from "../../core/money/decimal.ts";
import { nanosFromSql } from "../../core/money/nanos.ts";
import { TABLES, type TablesInSql } from "../archive/stage-book.ts";
import type { BulkTx } from "../db/tx.ts";
import { type BilledEntry, type BilledEvent, billedEntries, loadEventRevisions } from "./invoice-store.ts";
import type { ItemisedCall } from "./itemised-csv.ts";
import type { StoredInvoice } from "./stored-invoice.ts";

const PAGE_ROWS = 2_000;

/**
 * The calls that an invoice bills, in order of answer, a page in memory at a time. A charge that was corrected before
 * the invoice is shown as it was billed; one that an earlier invoice had billed comes as its reversal, with amount and
 * seconds below zero, beside the corrected one. The amounts add up to the invoice's exact usage.
 */
export async function* itemisedCalls(
  tx: BulkTx,
  invoice: StoredInvoice,
  tables: TablesInSql = TABLES,
): AsyncGenerator<ItemisedCall> {
  let ofPlace: BilledEntry[] = []; // a page may end in the middle of a call's entries
  for await (const page of billedEntries(tx, invoice, { pageRows: PAGE_ROWS, tables })) {
    const whole: BilledEntry[] = [];
    for (const entry of page) {
      if (ofPlace[0] !== undefined && !isSamePlace(ofPlace[0], entry)) {
        whole.push(...netEntries(ofPlace));
        ofPlace = [];
      }
      ofPlace.push(entry);
    }
    yield* await describe(tx, invoice, whole, tables);
  }
  yield* await describe(tx, invoice, netEntries(ofPlace), tables);
}

/** A correction may have moved the time of answer. */
const isSamePlace = (a: BilledEntry, b: BilledEntry): boolean =>
  a.usage_id === b.usage_id && a.answered_at_text === b.answered_at_text;

/** Entries of one place less the charges that a reversal among them takes back, and those reversals. */
export function netEntries<Entry extends Pick<BilledEntry, "entry_no" | "reverses_entry_no">>(
  entries: readonly Entry[],
): readonly Entry[] {
  const here = new Set(entries.map(({ entry_no }) => entry_no));
  const reversed = new Set(entries.map(({ reverses_entry_no }) => reverses_entry_no));
  return entries.filter(({ entry_no, reverses_entry_no }) =>
    reverses_entry_no === null ? !reversed.has(entry_no) : !here.has(reverses_entry_no),
  );
}

/** Adds what the switch told of each call, as it was read when it was charged. */
async function describe(
  tx: BulkTx,
  { bookId }: StoredInvoice,
  entries: readonly BilledEntry[],
  tables: TablesInSql,
): Promise<readonly ItemisedCall[]> {
  if (entries.length === 0) return [];
  const ids = [...new Set(entries.map(({ usage_id }) => usage_id))];
  const events = await loadEventRevisions(tx, bookId, ids, tables);
  const revisions = Map.groupBy(events, (event) => event.id);
  return entries.map((entry) => {
    const event = readingOf(revisions.get(entry.usage_id) ?? [], BigInt(entry.event_batch_id));
    invariant(event, `the usage event ${entry.usage_id} of a charge of batch ${entry.event_batch_id} is stored`);
    return itemisedCall(entry, event);
  });
}

/** The reading that a batch charged: the newest that it or an earlier one had stored, for a re-rating reads nothing. */
function readingOf(revisions: readonly BilledEvent[], batchId: bigint): BilledEvent | undefined {
  return revisions
    .filter((event) => BigInt(event.batch_id) <= batchId)
    .reduce<BilledEvent | undefined>(
      (newest, event) => (newest !== undefined && BigInt(newest.batch_id) >= BigInt(event.batch_id) ? newest : event),
      undefined,
    );
}

function signed(sign: 1 | -1, text: string): Decimal {
  const amount = parseDecimal(text);
  invariant(amount, `the database writes plain decimals, got ${text}`);
  return { ...amount, units: BigInt(sign) * amount.units };
}

function itemisedCall(entry: BilledEntry, event: BilledEvent): ItemisedCall {
  const sign = entry.reverses_entry_no === null ? 1 : -1;
  return {
    startedAt: event.started_at,
    answeredAt: event.answered_at,
    endedAt: event.ended_at,
    direction: event.direction,
    from: event.calling,
    to: event.called,
    destination: entry.destination,
    prefix: entry.prefix,
    talkedS: sign * event.talked_s,
    ...(entry.service !== null && { service: entry.service }),
    billedS: sign * (entry.quantity === null ? entry.billed_s : Number(entry.quantity)),
    ratePerMinute: entry.rate === null ? null : (parseDecimal(entry.rate) ?? null),
    connectFee: entry.connect_fee === null ? null : signed(sign, entry.connect_fee),
    amount: nanosFromSql(entry.amount),
    currency: entry.currency,
    callId: event.call_id,
    ...(entry.allowance !== null && {
      covered: { by: entry.allowance, seconds: sign * Number(entry.covered_units ?? entry.covered_s ?? 0) },
    }),
    ...(entry.surcharges !== null &&
      entry.surcharge !== null && {
        surcharged: { by: entry.surcharges, amount: signed(sign, entry.surcharge) },
      }),
  };
}
