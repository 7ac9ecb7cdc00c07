/** What a tree is made of: {@link asTree} asks for no more. */
interface Placed {
  readonly id: string;
  readonly parentId: string | null;
}

/** An account with how many stand above it, among those shown. */
export interface InTree<Account> {
  readonly account: Account;
  readonly depth: number;
}

/** Accounts in the order of their tree: each right below its parent, siblings as they come. */
export function asTree<Account extends Placed>(accounts: readonly Account[]): readonly InTree<Account>[] {
  const shown = new Set(accounts.map(({ id }) => id));
  const byParent = Map.groupBy(accounts, ({ parentId }) =>
    parentId !== null && shown.has(parentId) ? parentId : null,
  );
  const below = (parentId: string | null, depth: number): readonly InTree<Account>[] =>
    (byParent.get(parentId) ?? []).flatMap((account) => [{ account, depth }, ...below(account.id, depth + 1)]);
  return below(null, 0);
}
