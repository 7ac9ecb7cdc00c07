import type { StoredAccount } from "../tenancy/party.ts";

/**
 * Books are locked while their accounts are billed, and imports into them wait: so many accounts take about a second.
 */
const ACCOUNTS_PER_TRANSACTION = 200;

/** Accounts, whole books together, in order of each book's first account, until there are enough for a transaction. */
export function groupsOfBooks(accounts: readonly StoredAccount[]): StoredAccount[][] {
  const groups: StoredAccount[][] = [];
  for (const book of Map.groupBy(accounts, ({ bookId }) => bookId).values()) {
    const last = groups.at(-1);
    if (last === undefined || last.length + book.length > ACCOUNTS_PER_TRANSACTION) groups.push(book);
    else last.push(...book);
  }
  return groups;
}
