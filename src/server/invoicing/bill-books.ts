import { uuidv7 } from "../../clock.ts";
import { invariant } from "../../core/invariant.ts";
import type { Invoice } from "../../core/invoicing/invoice.ts";
import { invoiceNumber, numberSeries } from "../../core/invoicing/invoice-number.ts";
import { postInvoice } from "../../core/invoicing/post-invoice.ts";
import { nanosToSql } from "../../core/money/nanos.ts";
import { findStalePools } from "../allowance/tier-counts.ts";
import type { Tx } from "../db/tx.ts";
import type { EventOf } from "../events/event.ts";
import { recordEvents } from "../events/record-events.ts";
import { insertJournals, type JournalEntry, type LockedBook, lockBooks } from "../ledger/post-journals.ts";
import type { StoredAccount } from "../tenancy/party.ts";
import { type BillingOrder, isBilledFrom } from "./billing-scope.ts";
import { type MovedPosition, savePositions } from "./billing-store.ts";
import { type Draft, draftInvoices, type ParkedAccount } from "./draft-invoices.ts";
import { logoOf } from "./letterhead.ts";
import { missingSpend, postSpend, spendTermsHash } from "./missing-spend.ts";
import { printInvoice } from "./print-invoice.ts";
import { insertInvoices, type NumberedInvoice, saveLogo, takeNumbers } from "./store.ts";

/** An invoice that was made. */
export interface BilledAccount {
  readonly kind: "billed";
  readonly account: StoredAccount;
  readonly number: string;
  readonly invoice: Invoice;
}

export type BillOutcome = BilledAccount | Exclude<Draft, InvoiceDraft>;
type InvoiceDraft = Extract<Draft, { readonly kind: "invoice" }>;

/**
 * Bills accounts: lock their books, read, decide, number, post, store. What is decided is what was booked when the
 * books were locked; the journals of the invoices come after it.
 */
export async function billBooks(
  tx: Tx,
  order: BillingOrder,
  bookedBy: string,
  accounts: readonly StoredAccount[],
): Promise<readonly BillOutcome[]> {
  const tenantId = order.tenant.id;
  const books = await lockBooks(
    tx,
    accounts.map(({ bookId }) => bookId),
  );
  const pools = [...new Set(accounts.flatMap(({ id }) => order.pools.get(id) ?? []))];
  const stale = await findStalePools(tx, tenantId, pools);
  const isStale = (account: StoredAccount) =>
    isBilledFrom(order, account, stale.get(order.pools.get(account.id)?.id ?? ""));
  const ready = accounts.filter((account) => !isStale(account));
  await postSpend(tx, order, bookedBy, { books, missing: await missingSpend(tx, order, ready) });
  const covers = new Map([...books.values()].map(({ bookId, lastJournalNumber }) => [bookId, lastJournalNumber]));
  const drafts = [...(await draftInvoices(tx, order, ready)), ...accounts.filter(isStale).map(parkedAsStale)];
  const numbers = await numberDrafts(tx, tenantId, drafts);
  await storeInvoices(tx, order, bookedBy, { books, covers, numbers });
  await savePositions(tx, tenantId, newPositions(order, drafts, covers));
  return drafts.map((draft): BillOutcome => {
    if (draft.kind !== "invoice") return draft;
    return { kind: "billed", account: draft.account, number: numberOf(numbers, draft), invoice: draft.invoice };
  });
}

/** A call came while the bill run began, or is up and holds an allowance: what it changes is not known yet. */
const parkedAsStale = (account: StoredAccount): ParkedAccount => ({
  kind: "parked",
  account,
  what: "Calls that change the prices of others came in while the run began, or are up and hold their free minutes.",
  fix: "Run `tollwright bill run` again, when the calls that are up have ended (`tollwright session list`).",
});

/** A series counts the invoices of one seller. */
const seriesOf = ({ settings, invoice, seller }: InvoiceDraft): string => {
  const series = numberSeries(settings.numbers, invoice.issueDate);
  return seller.accountId === null ? series : `${seller.accountId} ${series}`;
};

/** Gives each draft the next number of its series, in order; series are locked in order of their names. */
async function numberDrafts(
  tx: Tx,
  tenantId: string,
  drafts: readonly Draft[],
): Promise<ReadonlyMap<InvoiceDraft, string>> {
  const invoices = drafts.filter((draft) => draft.kind === "invoice");
  const bySeries = Map.groupBy(invoices, seriesOf);
  const numbers = new Map<InvoiceDraft, string>();
  for (const [series, inSeries] of [...bySeries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const first = await takeNumbers(tx, tenantId, series, inSeries.length);
    for (const [index, draft] of inSeries.entries()) {
      const { settings, invoice } = draft;
      numbers.set(draft, invoiceNumber(settings.numbers, invoice.issueDate, first + BigInt(index)));
    }
  }
  return numbers;
}

function numberOf(numbers: ReadonlyMap<InvoiceDraft, string>, draft: InvoiceDraft): string {
  const number = numbers.get(draft);
  invariant(number, "every invoice is numbered");
  return number;
}

interface Numbered {
  readonly books: ReadonlyMap<string, LockedBook>;
  /** The last journal of each book before this transaction's own. */
  readonly covers: ReadonlyMap<string, bigint>;
  readonly numbers: ReadonlyMap<InvoiceDraft, string>;
}

async function storeInvoices(
  tx: Tx,
  { tenant }: BillingOrder,
  bookedBy: string,
  { books, covers, numbers }: Numbered,
): Promise<void> {
  if (numbers.size === 0) return;
  const logos = await saveLogos(tx, tenant.id, [...numbers.keys()]);
  const lastNumbers = new Map(covers);
  const entries: JournalEntry[] = [];
  const invoices = [...numbers].map(([{ account, coverage, invoice, settings, seller }, number]) => {
    const { bookId } = invoice;
    const journal = postInvoice(invoice, number, seller.accountId);
    if (journal !== null) {
      lastNumbers.set(bookId, (lastNumbers.get(bookId) ?? 0n) + 1n);
      entries.push({ journal, batchId: null, firstAnsweredAt: null, memo: `Invoice ${number}`, bookedBy });
    }
    return {
      id: uuidv7(),
      number,
      series: numberSeries(settings.numbers, invoice.issueDate),
      sellerAccountId: seller.accountId,
      logoSha256: logos.get(seller.accountId) ?? null,
      invoice,
      coverage,
      coversJournalNumber: covers.get(bookId) ?? 0n,
      journalNumber: journal === null ? null : (lastNumbers.get(bookId) ?? null),
      document: printInvoice({
        invoice,
        number,
        customerCode: account.code,
        buyer: settings.buyer,
        letterhead: settings.printed,
        attachments: [],
      }),
    };
  });
  await insertJournals(tx, books, entries);
  for (const [bookId, last] of lastNumbers)
    invariant(books.get(bookId)?.lastJournalNumber === last, `the invoices' journals are the last of book ${bookId}`);
  await insertInvoices(tx, tenant.id, invoices);
  await recordEvents(tx, tenant.id, invoices.map(issued));
}

/** What is told of an invoice. */
const issued = ({ id, number, invoice }: NumberedInvoice): EventOf<"invoice-issued"> => ({
  ...{ kind: "invoice-issued", accountId: invoice.accountId, objectId: id },
  data: {
    ...{ number, invoiceKind: invoice.kind, total: nanosToSql(invoice.total), currency: invoice.currency },
    periodStartDate: invoice.period.startDate.toString(),
    periodEndDate: invoice.period.endDate.toString(),
    dueDate: invoice.dueDate.toString(),
  },
});

/** Keeps the logos of who sells; answers where, by seller. */
async function saveLogos(
  tx: Tx,
  tenantId: string,
  drafts: readonly InvoiceDraft[],
): Promise<ReadonlyMap<string | null, string>> {
  const sellers = new Map(drafts.map(({ seller }) => [seller.accountId, seller]));
  const logos = new Map<string | null, string>();
  for (const [accountId, { letterhead }] of sellers) {
    const logo = logoOf(letterhead);
    if (logo === null) continue;
    await saveLogo(tx, tenantId, logo);
    logos.set(accountId, logo.sha256);
  }
  return logos;
}

/** Accounts that were looked at are billed up to here, whether there was anything to bill or not; never back. */
function newPositions(
  order: BillingOrder,
  drafts: readonly Draft[],
  covers: ReadonlyMap<string, bigint>,
): MovedPosition[] {
  return drafts
    .filter((draft) => draft.kind !== "parked")
    .filter(({ coverage }) => coverage.endAt >= coverage.after.endAt)
    .map(({ account, coverage: { endAt } }) => {
      const position = { endAt, journalNumber: covers.get(account.bookId) ?? 0n };
      const spendTerms = spendTermsHash(order, account);
      return { bookId: account.bookId, accountId: account.id, position, spendTerms };
    });
}
