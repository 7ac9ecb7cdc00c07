import type { EpochMs } from "../time/epoch.ts";

/** Whose place an account took when it moved in the tree, and from when on calls are its own. */
export interface Succession {
  readonly predecessorId: string;
  readonly since: EpochMs;
}

/**
 * The account that `accountId` was at a time: itself, or one of those whose place it took. Rules name who has the place
 * now; a call that comes late, or again, is of who had it when it was answered.
 */
export function accountAt(
  accountId: string,
  at: EpochMs,
  accounts: ReadonlyMap<string, { readonly succession?: Succession }>,
): string {
  let id = accountId;
  for (;;) {
    const succession = accounts.get(id)?.succession;
    if (succession === undefined || at >= succession.since) return id;
    id = succession.predecessorId;
  }
}
