import type { Currency } from "../../core/money/currency.ts";
import { nanosFromSql } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Consumed } from "../../core/usage/service-units.ts";
import type { RowsJson } from "../archive/archived-rows.ts";
import { timestampToSql } from "../db/sql-types.ts";
import type { Tx } from "../db/tx.ts";
import { entriesInForce } from "../usage/charge-entries.ts";
import { conditionOf, withDays } from "./call-condition.ts";
import type { CallFilter, CallPosition } from "./call-filter.ts";
import type { CallCharge, StoredCallView } from "./stored-call.ts";

interface CallRow {
  readonly id: string;
  readonly book_id: string;
  readonly source: string;
  readonly call_key: string;
  readonly leg: string;
  readonly call_id: string | null;
  readonly direction: string;
  readonly calling: string;
  readonly called: string;
  readonly routing_number: string | null;
  readonly started_at: EpochMs;
  readonly answered_at: EpochMs | null;
  readonly ended_at: EpochMs;
  readonly talked_s: number;
  readonly service: Consumed["service"] | null;
  readonly quantity: string | null;
  readonly account: string;
  readonly vendor: string | null;
  readonly ingress_trunk: string | null;
  readonly egress_trunk: string | null;
  readonly q850: number | null;
  readonly sip: number | null;
  readonly cause_text: string | null;
  readonly file: string | null;
  readonly line: string;
}

/** How a list of calls is cut and ordered. */
export interface CallPage {
  readonly order: "newest" | "oldest";
  readonly after: CallPosition | null;
  readonly limit: number;
}

/** Calls of a filter in order of their start, and what each costs. */
export async function loadCalls(tx: Tx, filter: CallFilter, page: CallPage): Promise<readonly StoredCallView[]> {
  const { sql, values } = withDays(conditionOf(filter, page.after, page.order), filter);
  const found = `select u.* from usage_events u where ${sql} order by ${orderOf(page)} limit ${page.limit}`;
  const rows = await describedCalls(tx, found, values, page);
  return viewsOf(rows, await loadCharges(tx, rows));
}

/** The same of rows that lie in the archive, as JSON. */
export async function loadArchivedCalls(
  tx: Tx,
  { events, charges }: { readonly events: RowsJson; readonly charges: RowsJson },
  page: Pick<CallPage, "order">,
): Promise<readonly StoredCallView[]> {
  const found = "select * from jsonb_populate_recordset(null::usage_events, $1::jsonb)";
  const rows = await describedCalls(tx, found, [events], page);
  const sql = `join jsonb_populate_recordset(null::charges, $4::jsonb) c
       on c.book_id = t.book_id and c.answered_at = t.answered_at and c.usage_id = t.id`;
  const archived = { sql, values: [charges] };
  return viewsOf(rows, await loadCharges(tx, rows, archived));
}

/** The columns that calls are ordered by. */
export const orderOf = ({ order }: Pick<CallPage, "order">): string =>
  order === "newest" ? "u.started_at desc, u.id desc" : "u.started_at, u.id";

/** Adds the names of what the rows of `found` point at. */
async function describedCalls(
  tx: Tx,
  found: string,
  values: readonly unknown[],
  page: Pick<CallPage, "order">,
): Promise<readonly CallRow[]> {
  const { rows } = await tx.query<CallRow>(
    `select u.id, u.book_id, s.name as source, u.call_key, u.leg, u.call_id, u.direction, u.calling, u.called,
       u.routing_number,
       u.started_at, u.answered_at, u.ended_at, u.talked_s, u.service, u.quantity, a.code as account, v.code as vendor,
       u.ingress_trunk, u.egress_trunk,
       u.q850, u.sip, u.cause_text, f.name as file, u.line
     from (${found}) u
     join sources s on s.id = u.source_id
     join accounts a on a.id = u.account_id
     left join accounts v on v.id = u.vendor_account_id
     left join batches b on b.id = u.batch_id
     left join source_files f on f.id = b.file_id
     order by ${orderOf(page)}`,
    values,
  );
  return rows;
}

const viewsOf = (
  rows: readonly CallRow[],
  charges: ReadonlyMap<string, readonly CallCharge[]>,
): readonly StoredCallView[] => rows.map((row) => viewOf(row, charges.get(row.id) ?? []));

interface EntryRow {
  readonly usage_id: string;
  readonly entryNo: number;
  readonly reversesEntryNo: number | null;
  readonly side: CallCharge["side"];
  readonly account: string;
  readonly currency: Currency;
  readonly amount: string;
  readonly billed: string;
  readonly destination: string;
  readonly prefix: string;
}

/** Looks up each call's charges by their key. */
const BY_KEY = {
  sql: `cross join lateral (
       select * from charges c
       where c.book_id = t.book_id and c.answered_at = t.answered_at and c.usage_id = t.id offset 0
     ) c`,
  values: [],
} as const;

/** Charges of calls that are in force: what a correction took back is left out, with what took it back. */
async function loadCharges(
  tx: Tx,
  calls: readonly Pick<CallRow, "id" | "book_id" | "answered_at">[],
  from: { readonly sql: string; readonly values: readonly unknown[] } = BY_KEY,
): Promise<ReadonlyMap<string, readonly CallCharge[]>> {
  const answered = calls.filter((call) => call.answered_at !== null);
  if (answered.length === 0) return new Map();
  const { rows } = await tx.query<EntryRow>(
    `select c.usage_id, c.entry_no as "entryNo", c.reverses_entry_no as "reversesEntryNo", c.side, a.code as account,
       c.currency, c.amount, coalesce(c.quantity, c.billed_s) as billed, c.destination, c.prefix
     from unnest($1::uuid[], $2::timestamptz[], $3::uuid[]) as t(book_id, answered_at, id)
     ${from.sql}
     join accounts a on a.id = c.account_id
     order by c.usage_id, c.entry_no`,
    [
      answered.map((call) => call.book_id),
      answered.map((call) => (call.answered_at === null ? null : timestampToSql(call.answered_at))),
      answered.map((call) => call.id),
      ...from.values,
    ],
  );
  const byCall = Map.groupBy(rows, (row) => row.usage_id);
  return new Map([...byCall].map(([id, entries]) => [id, entriesInForce(entries).map(chargeOf)]));
}

const chargeOf = (entry: EntryRow): CallCharge => ({
  side: entry.side,
  account: entry.account,
  amount: nanosFromSql(entry.amount),
  currency: entry.currency,
  billedS: Number(entry.billed),
  destination: entry.destination,
  prefix: entry.prefix,
});

const viewOf = (row: CallRow, charges: readonly CallCharge[]): StoredCallView => ({
  id: row.id,
  source: row.source,
  key: row.call_key,
  leg: row.leg,
  callId: row.call_id,
  direction: row.direction,
  from: row.calling,
  to: row.called,
  routingNumber: row.routing_number,
  startedAt: row.started_at,
  answeredAt: row.answered_at,
  endedAt: row.ended_at,
  talkedS: row.talked_s,
  ...(row.service !== null && { service: row.service, quantity: Number(row.quantity) }),
  account: row.account,
  vendor: row.vendor,
  ingressTrunk: row.ingress_trunk,
  egressTrunk: row.egress_trunk,
  q850: row.q850,
  sip: row.sip,
  causeText: row.cause_text,
  file: row.file,
  line: Number(row.line),
  charges,
});
