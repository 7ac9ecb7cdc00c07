import { invariant } from "../../core/invariant.ts";
import type { Currency } from "../../core/money/currency.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import type { Consumed } from "../../core/usage/service-units.ts";
import type { TablesInSql } from "../archive/stage-book.ts";
import type { BulkTx, Tx } from "../db/tx.ts";
import type { InvoiceDocument, InvoiceLogo } from "./invoice-document.ts";
import { invoiceAmbiguous, invoiceUnknown } from "./problems.ts";
import type { StoredInvoice } from "./stored-invoice.ts";
import type { StoredLine } from "./stored-line.ts";

const INVOICE = `i.id, i.number, i.kind, i.book_id as "bookId", i.account_id as "accountId", a.code as "accountCode",
  a.name as "accountName", a.time_zone as "timeZone", i.period_start_date as "periodStartDate",
  i.period_end_date as "periodEndDate", i.issue_date as "issueDate", i.due_date as "dueDate", i.currency,
  trim_scale(i.exact_total) as "exactTotal", trim_scale(i.total) as total, trim_scale(i.rounding) as rounding,
  trim_scale(i.paid) as paid, trim_scale(i.due) as due, i.journal_number as "journalNumber", s.code as "sellerCode"`;

const FROM_INVOICES = `from invoices i join accounts a on a.id = i.account_id
  left join accounts s on s.id = i.seller_account_id`;

export interface InvoiceFilter {
  readonly tenantId: string;
  readonly accountCode?: string | undefined;
  /** Invoices whose period ends on or after this date. */
  readonly fromDate?: string | undefined;
  /** Those that were made before the invoice of this id. */
  readonly beforeId?: string | undefined;
  readonly limit: number;
}

/** Invoices, the newest first. */
export async function listInvoices(tx: Tx, filter: InvoiceFilter): Promise<readonly StoredInvoice[]> {
  const { rows } = await tx.query<StoredInvoice>(
    `select ${INVOICE} ${FROM_INVOICES}
     where i.tenant_id = $1 and ($2::text is null or a.code = $2) and ($3::date is null or i.period_end_date >= $3)
       and ($5::uuid is null or i.id < $5)
     order by i.id desc limit $4`, // ids ascend as invoices are made
    [filter.tenantId, filter.accountCode ?? null, filter.fromDate ?? null, filter.limit, filter.beforeId ?? null],
  );
  return rows;
}

/** A number is unique with its seller. */
export interface InvoiceName {
  readonly number: string;
  /** Code of the reseller who sells; left out: whoever, the operator before all. */
  readonly sellerCode?: string | undefined;
}

/**
 * The invoice of that name.
 *
 * @throws Problem `invoice-unknown`; `invoice-ambiguous`: resellers have that number, and none is named.
 */
export async function findInvoice(tx: Tx, tenantId: string, name: InvoiceName): Promise<StoredInvoice> {
  const { number, sellerCode } = name;
  const { rows } = await tx.query<StoredInvoice>(
    `select ${INVOICE} ${FROM_INVOICES}
     where i.tenant_id = $1 and i.number = $2 and ($3::text is null or s.code = $3)
     order by s.code nulls first limit 2`,
    [tenantId, number, sellerCode ?? null],
  );
  const [invoice, another] = rows;
  if (invoice === undefined) throw invoiceUnknown({ number });
  if (another !== undefined && invoice.sellerCode !== null) throw invoiceAmbiguous({ number });
  return invoice;
}

/** The lines of an invoice, in order. */
export async function loadLines(tx: Tx, { bookId, id }: StoredInvoice): Promise<readonly StoredLine[]> {
  const { rows } = await tx.query<Omit<StoredLine, "service"> & { service: Consumed["service"] | null }>(
    `select line, kind, description, period_start_date as "periodStartDate", period_end_date as "periodEndDate",
       previous_period as "previousPeriod", service, trim_scale(rate) as rate, calls::float8 as calls,
         billed_s::float8 as "billedS",
       trim_scale(connect_fees) as "connectFees", trim_scale(surcharges) as surcharges, covered_s::float8 as "coveredS", allowance,
       preceding_invoice as "precedingInvoice", adjustment_id as "adjustmentId", trim_scale(exact_amount) as "exactAmount", trim_scale(amount) as amount
     from invoice_lines where book_id = $1 and invoice_id = $2 order by line`,
    [bookId, id],
  );
  return rows.map(({ service, ...line }) => (service === null ? line : { ...line, service }));
}

/** The printed document of an invoice, with its logo. */
export async function loadDocument(tx: Tx, { bookId, id }: StoredInvoice): Promise<InvoiceDocument> {
  const { rows } = await tx.query<{ document: InvoiceDocument } & Partial<InvoiceLogo>>(
    `select i.document, l.format, l.base64 from invoices i
     left join invoice_logos l on l.tenant_id = i.tenant_id and l.sha256 = i.logo_sha256
     where i.book_id = $1 and i.id = $2`,
    [bookId, id],
  );
  const { document, format, base64 } = rows[0] as (typeof rows)[0];
  return { ...document, logo: format && base64 ? { format, base64 } : null };
}

/** A charge, or the reversal of one, that an invoice bills. */
export interface BilledEntry {
  readonly answered_at: EpochMs;
  /** The same to the last digit: within a call, entries are numbered for each time of answer. */
  readonly answered_at_text: string;
  readonly usage_id: string;
  readonly entry_no: number;
  readonly reverses_entry_no: number | null;
  /** The batch that stored the usage event as it was when it was charged so. */
  readonly event_batch_id: string;
  readonly amount: string;
  readonly currency: Currency;
  readonly prefix: string;
  readonly destination: string;
  /** Rate and fee in the account's currency; both null where the tariff's is another. */
  readonly rate: string | null;
  readonly connect_fee: string | null;
  /** Of another service than voice, and then what is billed and covered of it in its units. */
  readonly service: Consumed["service"] | null;
  readonly quantity: string | null;
  readonly covered_units: string | null;
  readonly billed_s: number;
  /** The part of them that allowances paid, and their names; null where none did. */
  readonly covered_s: number | null;
  readonly allowance: string | null;
  /** Surcharges in the amount, in the account's currency, and their names; null where there are none. */
  readonly surcharge: string | null;
  readonly surcharges: string | null;
}

/** An invoice, and from when on its calls were answered. */
const COVERED = `select i.*, least(nullif(i.after_end_at, '-infinity'), (
    select min(first_answered_at) from journals j
    where j.book_id = i.book_id and j.number > i.after_journal_number and j.number <= i.covers_journal_number
  )) as start_at
  from invoices i`;

/** When the calls of an invoice were answered; one without calls has no time. */
export async function coveredTime(
  tx: Tx,
  { bookId, id }: StoredInvoice,
): Promise<{ readonly from: EpochMs; readonly until: EpochMs }> {
  const { rows } = await tx.query<{ from: EpochMs; until: EpochMs }>(
    `select coalesce(start_at, period_end_at) as "from", period_end_at as until
     from (${COVERED} where i.book_id = $1 and i.id = $2) i`,
    [bookId, id],
  );
  const [row] = rows;
  invariant(row, `invoice ${id} is there`);
  return row;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The entries of an invoice, exactly those that it covers, in order of answer and of numbering, `pageRows` at a
 * time, so that neither side holds more. A cursor takes no parameters, hence the strict test of what becomes part of
 * the text.
 */
export async function* billedEntries(
  tx: BulkTx,
  { bookId, id }: StoredInvoice,
  { pageRows, tables }: { readonly pageRows: number; readonly tables: TablesInSql },
): AsyncGenerator<readonly BilledEntry[]> {
  invariant(UUID.test(bookId) && UUID.test(id), `ids are lower-case UUIDs, got ${bookId} and ${id}`);
  await tx.query(
    `declare billed_entries no scroll cursor for
     with covered as materialized (${COVERED} where i.book_id = '${bookId}' and i.id = '${id}')
     select c.answered_at, c.answered_at::text as answered_at_text, c.usage_id, c.entry_no, c.reverses_entry_no,
       c.amount, c.currency, c.prefix, c.destination, c.service, c.quantity, c.billed_s, c.covered_s,
       case when c.service is not null then (
         select sum((p ->> 'seconds')::bigint) from jsonb_array_elements(c.parts) p
         where p ->> 'kind' = 'allowance') end as covered_units,
       case when c.parts is not null then (
         select string_agg(distinct p ->> 'name', ', ') from jsonb_array_elements(c.parts) p
         where p ->> 'kind' = 'allowance') end as allowance,
       s.surcharge, s.surcharges,
       case when c.tariff_amount is null then trim_scale(c.rate) end as rate,
       case when c.tariff_amount is null then trim_scale(coalesce(c.connect_fee, 0)) end as connect_fee,
       case when c.reverses_entry_no is null then c.batch_id else (
         select o.batch_id from ${tables.charges} o where o.book_id = c.book_id and o.answered_at = c.answered_at
           and o.usage_id = c.usage_id and o.entry_no = c.reverses_entry_no
       ) end as event_batch_id
     from covered i
     join ${tables.charges} c on c.book_id = i.book_id and c.account_id = i.account_id and c.side <> 'cost'
       and c.answered_at >= i.start_at and c.answered_at < i.period_end_at
     join journals j on j.book_id = i.book_id and j.batch_id = c.batch_id and j.kind = 'usage'
     cross join lateral (
       select trim_scale(sum(round((p ->> 'amount')::numeric * coalesce(c.exchange_rate, 1), 9))) as surcharge,
         string_agg(p ->> 'name', ', ') as surcharges
       from jsonb_array_elements(c.parts) p where p ->> 'kind' = 'surcharge'
     ) s
     where j.number <= i.covers_journal_number
       and (c.answered_at >= i.after_end_at or j.number > i.after_journal_number)
     order by c.answered_at, c.usage_id, c.entry_no`,
  );
  for (;;) {
    const { rows } = await tx.query<BilledEntry>(`fetch ${pageRows} from billed_entries`);
    yield rows;
    if (rows.length < pageRows) break;
  }
  await tx.query("close billed_entries");
}

/** What an itemised bill says of a usage event. */
export interface BilledEvent {
  readonly id: string;
  readonly batch_id: string;
  readonly direction: "originating" | "terminating" | "forwarding";
  readonly calling: string;
  readonly called: string;
  readonly started_at: EpochMs;
  readonly answered_at: EpochMs | null;
  readonly ended_at: EpochMs;
  readonly talked_s: number;
  readonly call_id: string | null;
}

/**
 * Every revision of usage events that were ever in a book: a reversal is of a reading that has been replaced since.
 * Asked by identity, which only the ingest role may read; the caller has found the ids in charges of the tenant.
 */
export async function loadEventRevisions(
  tx: Tx,
  bookId: string,
  ids: readonly string[],
  tables: TablesInSql,
): Promise<readonly BilledEvent[]> {
  const columns = "id, batch_id, direction, calling, called, started_at, answered_at, ended_at, talked_s, call_id";
  const { rows } = await tx.query<BilledEvent>(
    `select ${columns.replaceAll(/\w+/g, "u.$&")} from usage_identities i
     join ${tables.usage_events} u on u.book_id = i.book_id and u.started_at = i.started_at and u.id = i.id
     where i.id = any($2::uuid[]) and i.book_id = $1
     union all
     select ${columns.replaceAll(/\w+/g, "r.$&")} from ${tables.usage_history} h, jsonb_populate_record(null::usage_events,
       h.event) r
     where h.book_id = $1 and h.id = any($2::uuid[])`,
    [bookId, ids],
  );
  return rows;
}
