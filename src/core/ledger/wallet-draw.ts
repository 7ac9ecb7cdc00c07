import { invariant } from "../invariant.ts";
import { type Nanos, NO_NANOS, nanos } from "../money/nanos.ts";

/** A prepaid account's money at the moment of a charge, under its lock. */
export interface WalletState {
  /** What the customer has: the wallet's credit balance, below zero when it is in its credit. */
  readonly balance: Nanos;
  /** How far below zero the wallet may go; 0 for plain prepaid. */
  readonly limit: Nanos;
  /** What live sessions hold of it, the one that is charged excepted; nothing else draws on that. Absent: nothing. */
  readonly held?: Nanos;
  /** Usage that earlier draws could not cover and nobody has settled yet. */
  readonly overrun: Nanos;
}

/** What a charge takes from each; their sum is the charge. */
export interface WalletDraw {
  readonly wallet: Nanos;
  readonly overrun: Nanos;
}

/**
 * Splits a charge between the wallet, down to its limit and to what is held, and overrun. The call took place, so it is
 * priced in full whatever the wallet holds. A negative amount gives money back: to the overrun first, since that was
 * never paid.
 */
export function walletDraw(amount: Nanos, { balance, limit, overrun, held = NO_NANOS }: WalletState): WalletDraw {
  invariant(limit >= 0n, `a wallet's limit is not negative, got ${limit}`);
  invariant(overrun >= 0n, `an overrun is not negative, got ${overrun}`);
  if (amount < 0n) {
    const unpaid = -amount < overrun ? amount : nanos(-overrun);
    return { wallet: nanos(amount - unpaid), overrun: unpaid };
  }
  const available = balance + limit - held;
  if (available <= 0n) return { wallet: NO_NANOS, overrun: amount };
  const wallet = amount < available ? amount : nanos(available);
  return { wallet, overrun: nanos(amount - wallet) };
}
