import type { ChargePartJson } from "../../core/allowance/charge-part.ts";
import type { Currency } from "../../core/money/currency.ts";
import { nanosFromSql } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { RowsJson } from "../archive/archived-rows.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import type { EarlierReading, EntryView } from "./stored-call.ts";

/** Where the event of an identity lies, whoever's it is; needs a role that may cross tenants. undefined: nowhere. */
export async function findPlace(
  tx: Tx,
  id: string,
): Promise<{ readonly bookId: string; readonly startedAt: EpochMs } | undefined> {
  const { rows } = await tx.query<{ book_id: string; started_at: EpochMs }>(
    "select book_id, started_at from usage_identities where id = $1",
    [id],
  );
  return rows[0] && { bookId: rows[0].book_id, startedAt: rows[0].started_at };
}

/** A call may have been in other books, so its history is looked for in each. */
export async function loadEarlier(tx: Tx, id: string, archived?: RowsJson): Promise<readonly EarlierReading[]> {
  const history = archived === undefined ? "usage_history" : "jsonb_populate_recordset(null::usage_history, $2::jsonb)";
  const { rows } = await tx.query<{
    revision: number;
    replaced_at: EpochMs;
    book_id: string;
    answered_at: EpochMs | null;
    called: string;
    talked_s: number;
  }>(
    `select h.revision, h.replaced_at, h.book_id, (h.event->>'answered_at')::timestamptz as answered_at,
       h.event->>'called' as called, (h.event->>'talked_s')::integer as talked_s
     from ${history} h where h.book_id = any(array(select b.id from books b)) and h.id = $1 order by h.revision`,
    archived === undefined ? [id] : [id, archived],
  );
  return rows.map((row) => ({
    revision: row.revision,
    replacedAt: row.replaced_at,
    bookId: row.book_id,
    answeredAt: row.answered_at,
    called: row.called,
    talkedS: row.talked_s,
  }));
}

interface EntryRow {
  readonly entry_no: number;
  readonly reverses_entry_no: number | null;
  readonly side: string;
  readonly account: string;
  readonly amount: string;
  readonly currency: Currency;
  readonly tariff_amount: string | null;
  readonly tariff_currency: Currency | null;
  readonly exchange_rate: string | null;
  readonly tariff: string;
  readonly tariff_epoch: string;
  readonly prefix: string;
  readonly destination: string;
  readonly rate: string | null;
  readonly connect_fee: string | null;
  readonly parts: readonly ChargePartJson[] | null;
  readonly billed: string;
  readonly booked_at: EpochMs;
  readonly batch_id: string;
}

/** Every entry of a call at the places where it stands and stood, in the order in which they were booked. */
export async function loadEntries(
  tx: Tx,
  id: string,
  places: readonly { readonly bookId: string; readonly answeredAt: EpochMs | null }[],
  archived?: RowsJson,
): Promise<readonly EntryView[]> {
  const charges = archived === undefined ? "charges" : "jsonb_populate_recordset(null::charges, $4::jsonb)";
  const answered = places.filter((place) => place.answeredAt !== null);
  const { rows } = await tx.query<EntryRow>(
    `select c.entry_no, c.reverses_entry_no, c.side, a.code as account, c.amount, c.currency, c.tariff_amount,
       c.tariff_currency, c.exchange_rate, t.name as tariff, c.tariff_epoch, c.prefix, c.destination, c.rate,
       c.connect_fee, c.parts, coalesce(c.quantity, c.billed_s) as billed, b.booked_at, c.batch_id
     from (select distinct * from unnest($1::uuid[], $2::timestamptz[])) as p(book_id, answered_at)
     join ${charges} c on c.book_id = p.book_id and c.answered_at = p.answered_at and c.usage_id = $3
     join accounts a on a.id = c.account_id
     join tariffs t on t.id = c.tariff_id
     join batches b on b.id = c.batch_id
     order by c.batch_id, c.book_id, c.answered_at, c.entry_no`,
    [
      answered.map((place) => place.bookId),
      answered.map((place) => (place.answeredAt === null ? null : timestampToSql(place.answeredAt))),
      id,
      ...(archived === undefined ? [] : [archived]),
    ],
  );
  return rows.map(entryOf);
}

const entryOf = (row: EntryRow): EntryView => ({
  entryNo: row.entry_no,
  reversesEntryNo: row.reverses_entry_no,
  side: row.side,
  account: row.account,
  amount: nanosFromSql(row.amount),
  currency: row.currency,
  tariffAmount: row.tariff_amount === null ? null : nanosFromSql(row.tariff_amount),
  tariffCurrency: row.tariff_currency,
  exchangeRate: row.exchange_rate,
  tariff: row.tariff,
  tariffEpoch: row.tariff_epoch,
  prefix: row.prefix,
  destination: row.destination,
  rate: row.rate,
  connectFee: row.connect_fee,
  parts: row.parts,
  billedS: Number(row.billed),
  bookedAt: row.booked_at,
  batchId: row.batch_id,
});
