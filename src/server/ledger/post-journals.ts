import { hash } from "node:crypto";
import { invariant } from "../../core/invariant.ts";
import type { Journal } from "../../core/ledger/journal.ts";
import type { LedgerAccountKind } from "../../core/ledger/ledger-account.ts";
import type { WalletState } from "../../core/ledger/wallet-draw.ts";
import type { Currency } from "../../core/money/currency.ts";
import { type Nanos, NO_NANOS, nanos, nanosFromSql, nanosToSql } from "../../core/money/nanos.ts";
import type { EpochMs } from "../../core/time/epoch.ts";
import { textArray, timestampArray, uuidArray } from "../db/array-parameter.ts";
import { plainArray } from "../db/plain-array.ts";
import { together } from "../db/together.ts";
import type { Tx } from "../db/tx.ts";
import { journalKeyReused } from "./problems.ts";

/** A book while its row is locked: who holds the lock is the only one to post to it. */
export interface LockedBook {
  readonly tenantId: string;
  readonly bookId: string;
  lastJournalNumber: bigint;
}

/** A journal with what the core does not need to know of it. */
export interface JournalEntry {
  readonly journal: Journal;
  readonly batchId: bigint | null;
  /** The earliest answer among a usage journal's calls; null for every other kind. */
  readonly firstAnsweredAt: EpochMs | null;
  readonly memo: string;
  readonly bookedBy: string;
}

/**
 * Locks books until `tx` ends, in id order, so two writers cannot deadlock. Everything that posts holds this lock,
 * which makes journal numbers gap-free and the balances read after it true.
 */
export async function lockBooks(tx: Tx, bookIds: Iterable<string>): Promise<Map<string, LockedBook>> {
  const wanted = [...new Set(bookIds)];
  const { rows } = await tx.prepared<{ tenant_id: string; id: string; last_journal_number: string }>(
    "lock-books",
    "select tenant_id, id, last_journal_number from books where id = any($1::uuid[]) order by id for update",
    [uuidArray(wanted)],
  );
  invariant(
    rows.length === wanted.length,
    `${wanted.length - rows.length} of ${wanted.length} books are not there to lock`,
  );
  return new Map(
    rows.map((row) => [
      row.id,
      { tenantId: row.tenant_id, bookId: row.id, lastJournalNumber: BigInt(row.last_journal_number) },
    ]),
  );
}

/**
 * Wallets, what live sessions hold of them, and unsettled overruns of accounts whose books are locked; an account that
 * never had any is at 0.
 */
export async function loadWallets(
  tx: Tx,
  accounts: readonly {
    readonly bookId: string;
    readonly accountId: string;
    readonly limit: Nanos;
    readonly currency: Currency;
  }[],
): Promise<Map<string, WalletState>> {
  const { rows } = await tx.prepared<{
    account_id: string;
    kind: LedgerAccountKind | "held";
    currency: string;
    amount: string;
  }>(
    "load-wallets",
    `select b.account_id, b.kind, b.currency, b.amount
     from unnest($1::uuid[], $2::uuid[]) as t(book_id, account_id)
     join balances b using (book_id, account_id) where b.kind in ('wallet', 'overrun')
     union all
     select h.account_id, 'held', '', h.held from unnest($1::uuid[], $2::uuid[]) as t(book_id, account_id)
     join account_holds h using (book_id, account_id) where h.held > 0`,
    [uuidArray(accounts.map(({ bookId }) => bookId)), uuidArray(accounts.map(({ accountId }) => accountId))],
  );
  const amounts = new Map(
    rows.map((row) => [`${row.account_id} ${row.kind} ${row.currency}`, nanosFromSql(row.amount)]),
  );
  return new Map(
    accounts.map(({ accountId, limit, currency }) => {
      const wallet = amounts.get(`${accountId} wallet ${currency}`) ?? NO_NANOS;
      const overrun = amounts.get(`${accountId} overrun ${currency}`) ?? NO_NANOS;
      // A wallet is a liability: money the customer has is a credit, below zero as a posting.
      return [
        accountId,
        { balance: nanos(-wallet), limit, overrun, held: amounts.get(`${accountId} held `) ?? NO_NANOS },
      ];
    }),
  );
}

/**
 * Writes journals into locked books and moves the balances, in one statement each. The caller made sure that they are
 * new.
 */
export async function insertJournals(
  tx: Tx,
  books: ReadonlyMap<string, LockedBook>,
  entries: readonly JournalEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const numbered = entries.map((entry) => {
    const book = books.get(entry.journal.bookId);
    invariant(book, `book ${entry.journal.bookId} is locked before journal ${entry.journal.key} is posted`);
    book.lastJournalNumber += 1n;
    return { entry, tenantId: book.tenantId, number: book.lastJournalNumber };
  });
  await together(tx, [
    () => insertHeaders(tx, numbered),
    () => insertPostings(tx, numbered),
    () => moveBooks(tx, numbered),
  ]);
}

/**
 * Posts one journal that has a key of its own. A key that is there already is the same request again when the input is
 * the same: nothing is posted and false comes back. Errors: Problem `journal-key-reused` when the input differs.
 */
export async function postJournal(
  tx: Tx,
  books: ReadonlyMap<string, LockedBook>,
  entry: JournalEntry,
): Promise<boolean> {
  const { journal } = entry;
  const { rows } = await tx.query<{ input_hash: string }>(
    "select input_hash from journals where book_id = $1 and idempotency_key = $2",
    [journal.bookId, journal.key],
  );
  const [existing] = rows;
  if (existing === undefined) {
    await insertJournals(tx, books, [entry]);
    return true;
  }
  if (existing.input_hash !== inputHash(journal)) throw journalKeyReused({ key: journal.key, bookId: journal.bookId });
  return false;
}

interface NumberedEntry {
  readonly entry: JournalEntry;
  readonly tenantId: string;
  readonly number: bigint;
}

const inputHash = (journal: Journal): string => hash("sha256", journal.inputText, "hex");

/** The last number of each book: journals are numbered in order. */
async function moveBooks(tx: Tx, numbered: readonly NumberedEntry[]): Promise<void> {
  const last = [...new Map(numbered.map(({ entry, number }) => [entry.journal.bookId, number]))];
  await tx.prepared(
    "move-books",
    `update books set last_journal_number = t.number
     from unnest($1::uuid[], $2::bigint[]) as t(id, number) where books.id = t.id`,
    [uuidArray(last.map(([bookId]) => bookId)), plainArray(last.map(([, number]) => number))],
  );
}

async function insertHeaders(tx: Tx, numbered: readonly NumberedEntry[]): Promise<void> {
  await tx.prepared(
    "insert-journals",
    `insert into journals (tenant_id, book_id, number, kind, idempotency_key, input_hash, batch_id, first_answered_at,
       effective_date, reverses_key, memo, booked_by)
     select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[],
       $8::timestamptz[], $9::date[], $10::text[], $11::text[], $12::text[])`,
    [
      plainArray(numbered.map(({ tenantId }) => tenantId)),
      plainArray(numbered.map(({ entry }) => entry.journal.bookId)),
      plainArray(numbered.map(({ number }) => number)),
      textArray(numbered.map(({ entry }) => entry.journal.kind)),
      textArray(numbered.map(({ entry }) => entry.journal.key)),
      textArray(numbered.map(({ entry }) => inputHash(entry.journal))),
      plainArray(numbered.map(({ entry }) => entry.batchId)),
      timestampArray(numbered.map(({ entry }) => entry.firstAnsweredAt)),
      plainArray(numbered.map(({ entry }) => entry.journal.effectiveDate.toString())),
      textArray(numbered.map(({ entry }) => entry.journal.reversesKey)),
      textArray(numbered.map(({ entry }) => entry.memo)),
      textArray(numbered.map(({ entry }) => entry.bookedBy)),
    ],
  );
}

async function insertPostings(tx: Tx, numbered: readonly NumberedEntry[]): Promise<void> {
  const lines = numbered.flatMap(({ entry, tenantId, number }) =>
    entry.journal.postings.map((posting, index) => ({ posting, tenantId, number, line: index + 1 })),
  );
  // Balances are created and moved in one statement: the book's lock keeps every other writer out.
  await tx.prepared(
    "insert-postings",
    `with line as (
       select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::smallint[], $5::uuid[], $6::text[], $7::text[],
         $8::numeric[])
         as t(tenant_id, book_id, journal_number, line, account_id, kind, currency, amount)
     ), posted as (
       insert into postings (tenant_id, book_id, journal_number, line, account_id, kind, currency,
         amount) select * from line
     ), change as (
       select tenant_id, book_id, account_id, kind, currency, sum(amount) as amount from line group by 1, 2, 3, 4, 5
     ), moved as (
       update balances b set amount = b.amount + c.amount from change c
       where b.book_id = c.book_id and b.account_id = c.account_id and b.kind = c.kind and b.currency = c.currency
       returning b.book_id, b.account_id, b.kind, b.currency
     )
     insert into balances (tenant_id, book_id, account_id, kind, currency, amount)
     select * from change where (book_id, account_id, kind, currency) not in (select * from moved)`,
    [
      plainArray(lines.map(({ tenantId }) => tenantId)),
      plainArray(lines.map(({ posting }) => posting.account.bookId)),
      plainArray(lines.map(({ number }) => number.toString())),
      plainArray(lines.map(({ line }) => line)),
      plainArray(lines.map(({ posting }) => posting.account.ownerId)),
      plainArray(lines.map(({ posting }) => posting.account.kind)),
      plainArray(lines.map(({ posting }) => posting.account.currency)),
      plainArray(lines.map(({ posting }) => nanosToSql(posting.amount))),
    ],
  );
}
