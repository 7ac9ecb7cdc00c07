import type { Tx } from "../db/tx.ts";
import { type CallPlace, listBooks, pageOfCalls, type RunPosition } from "./call-store.ts";
import { booksOf, type ReratingDesk } from "./judge-call.ts";

/** The books that a re-rating goes through, in order. */
export const booksToRerate = (tx: Tx, { context, request }: ReratingDesk): Promise<readonly string[]> =>
  listBooks(tx, request.tenantId, booksOf(context, request.selection.accounts));

/**
 * The next calls of a selection after `after`: by book, and in (answered_at, id) order within one. A page that a book
 * does not fill goes on with the next, so that thousands of small books are not thousands of transactions. Empty: there
 * are no more.
 */
export async function nextPage(
  tx: Tx,
  { request }: ReratingDesk,
  {
    books,
    after,
    limit,
  }: { readonly books: readonly string[]; readonly after: RunPosition | null; readonly limit: number },
): Promise<readonly CallPlace[]> {
  const page: CallPlace[] = [];
  for (const bookId of books) {
    if (after !== null && bookId < after.bookId) continue;
    const left = limit - page.length;
    if (left === 0) break;
    page.push(
      ...(await pageOfCalls(tx, request.selection, {
        bookId,
        after: after?.bookId === bookId ? after : null,
        limit: left,
      })),
    );
  }
  return page;
}

/** How far a re-rating has come, book by book, in parts of {@link PROGRESS_TOTAL}; within a book it is a guess. */
export function progressOf(
  { request: { selection } }: ReratingDesk,
  books: readonly string[],
  { bookId, answeredAt }: RunPosition,
): number {
  const done = Math.max(0, books.indexOf(bookId));
  const { from, to } = selection;
  const within = from === null || to === null ? 0 : (answeredAt - from) / (to - from);
  return Math.floor(((done + within) * PROGRESS_TOTAL) / books.length);
}

export const PROGRESS_TOTAL = 1_000;
