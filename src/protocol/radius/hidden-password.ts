import type { Digests } from "./digests.ts";
import { concat } from "./octets.ts";

const BLOCK_OCTETS = 16;
/** RFC 2865 §5.2. */
const PASSWORD_OCTETS_MAX = 128;

interface Hiding {
  readonly secret: Uint8Array;
  /** The request's, 16 octets. */
  readonly authenticator: Uint8Array;
  readonly digests: Digests;
}

/** A password as User-Password carries it (RFC 2865 §5.2); undefined when it is longer than the 128 octets allowed. */
export function hidePassword(password: Uint8Array, { secret, authenticator, digests }: Hiding): Uint8Array | undefined {
  if (password.length > PASSWORD_OCTETS_MAX) return undefined;
  const hidden = new Uint8Array(Math.max(1, Math.ceil(password.length / BLOCK_OCTETS)) * BLOCK_OCTETS);
  hidden.set(password);
  let vector = authenticator;
  for (let at = 0; at < hidden.length; at += BLOCK_OCTETS) {
    combine(hidden, at, digests.md5(concat(secret, vector)));
    vector = hidden.subarray(at, at + BLOCK_OCTETS);
  }
  return hidden;
}

/**
 * The password that User-Password hides, without its padding; undefined when the value has a length that it can't
 * have. Under another secret the outcome is noise: nothing tells that apart from a password.
 */
export function revealPassword(hidden: Uint8Array, { secret, authenticator, digests }: Hiding): Uint8Array | undefined {
  if (hidden.length === 0 || hidden.length > PASSWORD_OCTETS_MAX || hidden.length % BLOCK_OCTETS !== 0)
    return undefined;
  const password = new Uint8Array(hidden);
  let vector = authenticator;
  for (let at = 0; at < hidden.length; at += BLOCK_OCTETS) {
    combine(password, at, digests.md5(concat(secret, vector)));
    vector = hidden.subarray(at, at + BLOCK_OCTETS);
  }
  const end = password.findLastIndex((octet) => octet !== 0) + 1;
  return password.subarray(0, end);
}

function combine(octets: Uint8Array, from: number, mask: Uint8Array): void {
  for (let at = 0; at < BLOCK_OCTETS; at += 1) octets[from + at] = (octets[from + at] as number) ^ (mask[at] as number);
}
