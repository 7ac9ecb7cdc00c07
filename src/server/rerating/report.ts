import type { RatingContext } from "../rating/rating-context.ts";
import type { ReratingTotals, SideTotal } from "./tally.ts";

/** {@link ReratingTotals} in the words of people. */
export interface ReratingReport extends Omit<ReratingTotals, "sides"> {
  /** By account, side and currency; calls that are taken back after those that are priced. */
  readonly sides: readonly ReportedSide[];
}

export interface ReportedSide extends Omit<SideTotal, "accountId"> {
  /** The account's code. */
  readonly account: string;
}

const CAUSES = ["priced", "in-turn", "excluded"] as const;
const SIDES = ["customer", "reseller", "cost"] as const;

/** Names the accounts of totals and puts them in order. */
export function reportOf({ accounts }: RatingContext, { sides, ...totals }: ReratingTotals): ReratingReport {
  const named = sides.map(({ accountId, ...side }) => ({
    account: accounts.get(accountId)?.code ?? accountId,
    ...side,
  }));
  const keyOf = ({ cause, account, side, currency }: ReportedSide) =>
    [CAUSES.indexOf(cause), account, SIDES.indexOf(side), currency].join("\0");
  return {
    ...totals,
    sides: named.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    kept: [...totals.kept].sort((a, b) => (a.code < b.code ? -1 : 1)),
  };
}
