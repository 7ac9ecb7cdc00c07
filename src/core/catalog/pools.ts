import type { Subscription } from "./package.ts";

/** Accounts that use up allowances or tiers together, and every subscription they ever had. */
export interface Pool {
  /** The first of its accounts, in order of their ids. */
  readonly id: string;
  readonly bookId: string;
  /** All its accounts have one zone. */
  readonly timeZone: string;
  readonly accountIds: readonly string[];
  readonly subscriptions: readonly Subscription[];
}

/** An account as far as it says where a pool is. */
export interface PooledAccount {
  readonly id: string;
  readonly bookId: string;
  readonly timeZone: string;
}

/** An account that has no package: what it pays depends on no other call. */
export const poolWithoutPackages = ({ id, bookId, timeZone }: PooledAccount): Pool => ({
  ...{ id, bookId, timeZone },
  accountIds: [id],
  subscriptions: [],
});

/**
 * The pools of all accounts that have packages, by each of their accounts: who shares anything, at any time, is in one
 * pool, so that a call of one account never has to wait for another pool's.
 */
export function poolsOf(
  subscriptions: readonly Subscription[],
  accounts: ReadonlyMap<string, PooledAccount>,
): ReadonlyMap<string, Pool> {
  const roots = rootsOf(subscriptions);
  const members = grouped([...roots.keys()].sort(), (id) => roots.get(id));
  const had = grouped(subscriptions, ({ accountId }) => roots.get(accountId));
  const pools = new Map<string, Pool>();
  for (const [id, accountIds] of members) {
    const account = accounts.get(id);
    if (account === undefined) continue;
    const { bookId, timeZone } = account;
    const pool = { id, bookId, timeZone, accountIds, subscriptions: had.get(id) ?? [] };
    for (const accountId of accountIds) pools.set(accountId, pool);
  }
  return pools;
}

/** Of every account that has or shares a package, the first account that it is connected with. */
function rootsOf(subscriptions: readonly Subscription[]): ReadonlyMap<string, string> {
  const parents = new Map<string, string>();
  const rootOf = (id: string): string => {
    const parent = parents.get(id) ?? id;
    return parent === id ? id : rootOf(parent);
  };
  for (const { accountId, sharedWith } of subscriptions) {
    for (const id of [accountId, ...sharedWith]) {
      const [first = id, second = id] = [rootOf(accountId), rootOf(id)].sort();
      parents.set(id, rootOf(id));
      parents.set(second, first);
    }
  }
  return new Map([...parents.keys()].map((id) => [id, rootOf(id)]));
}

function grouped<Thing>(things: readonly Thing[], keyOf: (thing: Thing) => string | undefined): Map<string, Thing[]> {
  const groups = new Map<string, Thing[]>();
  for (const thing of things) {
    const key = keyOf(thing) ?? "";
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [thing]);
    else group.push(thing);
  }
  return groups;
}
