import { invariant } from "../invariant.ts";
import { type Nanos, NO_NANOS, nanos } from "../money/nanos.ts";

/** A prepaid account's money at the moment of a charge, under its lock. */
export interface WalletState {
  /** What the customer has: the wallet's credit balance, below zero when it is in its credit. */
  readonly balance: Nanos;
  /** How far below zero the wallet may go; 0 for plain prepaid. */
  readonly limit: Nanos;
  /** What live sessions hold of it, those that are charged excepted; it is left to them. Absent: nothing. */
  readonly held?: Nanos;
  /** What the sessions that are charged held of it, which is theirs whatever others hold. Absent: nothing. */
  readonly released?: Nanos;
  /** Usage that earlier draws could not cover and nobody has settled yet. */
  readonly overrun: Nanos;
}

/** What a charge takes from each; their sum is the charge. */
export interface WalletDraw {
  readonly wallet: Nanos;
  readonly overrun: Nanos;
}

/**
 * Splits a charge between the wallet, down to its limit and to what others hold, and overrun. The call took place, so
 * it is priced in full whatever the wallet holds. Overrun from before is covered with it as far as there is money by
 * now: a session that held some has ended with less. A negative amount gives money back: to the overrun first, since
 * that was never paid.
 *
 * Where sessions together hold more than there is, the one that ends first takes what it held, not nothing.
 */
export function walletDraw(amount: Nanos, { balance, limit, overrun, ...sessions }: WalletState): WalletDraw {
  const { held = NO_NANOS, released = NO_NANOS } = sessions;
  invariant(limit >= 0n, `a wallet's limit is not negative, got ${limit}`);
  invariant(overrun >= 0n, `an overrun is not negative, got ${overrun}`);
  const unpaid = amount + overrun;
  const funds = balance + limit;
  const wallet = unpaid <= 0n ? unpaid : least(unpaid, most(0n, funds - held, least(released, funds)));
  return { wallet: nanos(wallet), overrun: nanos(amount - wallet) };
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const most = (...amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => (a > b ? a : b));
