import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { normalisedPassword } from "../../core/access/password-rules.ts";
import { logInOverloaded } from "./problems.ts";

/** What a hash costs: 19 MiB, twice. Source: OWASP's Password Storage Cheat Sheet, the first of its equal choices. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const WRITTEN = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$`;

/** Each takes a core and 19 MiB for tens of milliseconds, on threads that files and DNS use, too. */
const AT_ONCE_MAX = 2;
const WAITING_MAX = 100;

let running = 0;
const waiting: (() => void)[] = [];

/** Runs `work` when it is its turn. Errors: Problem `log-in-overloaded` when too many wait. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE_MAX) {
    if (waiting.length >= WAITING_MAX) throw logInOverloaded();
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  } else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next(); // who waited takes the place: it is never free in between
  }
}

/** The hash of a password by argon2id, with a salt of its own, in the PHC string format. */
export const hashPassword = (password: string): Promise<string> =>
  inTurn(() => hash(normalisedPassword(password), COST));

/** Whether a hash was made at another cost than new ones are: it is made anew when its owner logs in. */
export const isHashOutdated = (stored: string): boolean => !stored.startsWith(WRITTEN);

let nobodys: Promise<string> | undefined;

/**
 * Whether it is the password of a hash. `null`: nobody has it, and finding out costs the same, so that the time tells
 * nothing of who there is.
 */
export async function isPasswordOf(stored: string | null, password: string): Promise<boolean> {
  nobodys ??= hashPassword(randomBytes(32).toString("base64"));
  const nobody = await nobodys;
  const isEqual = await inTurn(() => verify(stored ?? nobody, normalisedPassword(password)));
  return isEqual && stored !== null;
}
