import type { Account } from "./account.ts";
import { CHAIN_LEVELS_MAX } from "./selling-chain.ts";

/** Whether an account may go to another place in the tree, and with whom. */
export type MovePlan<Party extends Account> =
  /** `moved`: the account and all below it, each after its parent. */
  | { readonly kind: "moves"; readonly moved: readonly Party[] }
  | { readonly kind: "refused"; readonly why: string; readonly fix: string };

/**
 * What moves when `account` is put under `parent` (null: directly under the operator). Nothing is decided here about
 * money, calls and times: those are the ledger's and the sessions'.
 */
export function planMove<Party extends Account>(
  account: Party,
  parent: Party | null,
  accounts: readonly Party[],
): MovePlan<Party> {
  const moved = withAllBelow(account, accounts);
  const why = refusal(account, parent, moved);
  if (why !== null) return { kind: "refused", ...why };
  const above = parent === null ? 0 : levelsAbove(parent, accounts) + 1;
  const levels =
    above + Math.max(...moved.map((one) => levelsAbove(one, accounts) - levelsAbove(account, accounts) + 1));
  if (levels > CHAIN_LEVELS_MAX)
    return {
      kind: "refused",
      why: `the tree would be ${levels} levels deep, and ${CHAIN_LEVELS_MAX} is the most`,
      fix: "Move it higher up.",
    };
  return { kind: "moves", moved };
}

function refusal<Party extends Account>(
  account: Party,
  parent: Party | null,
  moved: readonly Party[],
): { readonly why: string; readonly fix: string } | null {
  if (account.kind === "vendor")
    return { why: "it is a vendor, and vendors stand under nobody", fix: "Name a customer, a reseller or an agent." };
  if (account.isClosed)
    return { why: "another account has taken its place already", fix: "Move the one that has its code." };
  if (account.parentId === (parent?.id ?? null)) return { why: "it is there already", fix: "Nothing has to be done." };
  if (parent === null) return null;
  if (parent.isClosed)
    return { why: "another account has taken the place of its new parent", fix: "Name the one that has its code." };
  if (parent.kind !== "reseller" && parent.kind !== "agent")
    return { why: "its new parent sells to nobody", fix: "Name a reseller or an agent." };
  if (moved.includes(parent))
    return { why: "its new parent stands below it", fix: "Move the new parent out of it first." };
  return null;
}

/** An account and everything below it that was not moved away, parents first. */
function withAllBelow<Party extends Account>(account: Party, accounts: readonly Party[]): readonly Party[] {
  const found = [account];
  for (const above of found) found.push(...accounts.filter((one) => one.parentId === above.id && !one.isClosed));
  return found;
}

function levelsAbove<Party extends Account>(account: Party, accounts: readonly Party[]): number {
  const parent = accounts.find(({ id }) => id === account.parentId);
  return parent === undefined ? 0 : 1 + levelsAbove(parent, accounts);
}
