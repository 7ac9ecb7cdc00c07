/** Who tried: a user as he was named, and where from. */
export interface Trier {
  readonly tenantId: string;
  readonly name: string;
  /** Where the user's own signalling came from; null: nobody said, and all that is known is the switch. */
  readonly callerAddress: string | null;
  readonly switchAddress: string;
}

interface Budget {
  /** Wrong passwords that may come at once. */
  readonly burst: number;
  /** After so long one more may come. */
  readonly refillMs: number;
}

interface Spent {
  readonly wrong: number;
  readonly atMs: number;
}

/**
 * Where the user's address is known, a guesser locks out himself alone. Where it is not, he would lock the user out: so
 * he must go on all the time to do it, and the user still gets through between his tries.
 */
const BY_CALLER: Budget = { burst: 10, refillMs: 30_000 };
const BY_SWITCH: Budget = { burst: 50, refillMs: 1_000 };
/** Users and addresses that are watched; of more the first are forgotten. */
const WATCHED_MAX = 50_000;

/**
 * Bounds how fast passwords can be guessed: once there were too many wrong ones for a name from an address, no
 * password is looked at until some time has passed, not even the right one. Names that there are not count as those
 * that there are. Each process counts for itself.
 */
export class WrongPasswords {
  readonly #nowMs: () => number;
  /** In the order of the latest wrong password. */
  readonly #spent = new Map<string, Spent>();

  /** `nowMs`: a clock that never steps back. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Whether a password of this user from this address is looked at. */
  mayTry(who: Trier): boolean {
    return this.#wrongOf(who) + 1 <= budgetOf(who).burst;
  }

  /** Counts a wrong one. */
  count(who: Trier): void {
    const key = keyOf(who);
    const wrong = this.#wrongOf(who) + 1;
    this.#spent.delete(key);
    this.#spent.set(key, { wrong, atMs: this.#nowMs() });
    if (this.#spent.size <= WATCHED_MAX) return;
    for (const oldest of this.#spent.keys()) {
      this.#spent.delete(oldest);
      break;
    }
  }

  /** Wrong passwords that still count; a fraction while one fades. */
  #wrongOf(who: Trier): number {
    const spent = this.#spent.get(keyOf(who));
    if (spent === undefined) return 0;
    return Math.max(0, spent.wrong - (this.#nowMs() - spent.atMs) / budgetOf(who).refillMs);
  }
}

const budgetOf = ({ callerAddress }: Trier): Budget => (callerAddress === null ? BY_SWITCH : BY_CALLER);

const keyOf = ({ tenantId, name, callerAddress, switchAddress }: Trier): string =>
  JSON.stringify([tenantId, name, callerAddress ?? "", callerAddress === null ? switchAddress : ""]);
