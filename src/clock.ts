import { getRandomValues } from "node:crypto";

/**
 * The current instant. This module is the only one that may ask the machine for the time or for randomness; the core
 * gets `now` as a parameter, and whatever the database decides (expiry, locks) uses the database's own clock.
 */
export const now = (): Temporal.Instant => Temporal.Now.instant();

const RANDOM_BYTES_PER_ID = 8;
const POOL = new Uint8Array(RANDOM_BYTES_PER_ID * 512); // one system call for 512 ids
let poolUsed = POOL.length;

/** The 12 bits after the milliseconds count up within one millisecond (RFC 9562 §6.2, method 1). */
const COUNTER_MAX = 0xfff;
let lastMs = 0;
let counter = 0;

/**
 * A new id, as lower-case UUID text: version 7 of RFC 9562, 48 bits of milliseconds, a 12-bit counter, 62 random bits.
 * Ids of one process strictly ascend, as text and as `uuid`, even if the machine's clock steps back: rows inserted
 * together stay together in every index.
 */
export function uuidv7(): string {
  const ms = Temporal.Now.instant().epochMilliseconds;
  if (ms > lastMs) {
    lastMs = ms;
    counter = 0;
  } else if (counter < COUNTER_MAX) {
    counter += 1;
  } else {
    lastMs += 1; // 4,096 ids in one millisecond: borrow the next one rather than wait for it
    counter = 0;
  }
  const time = lastMs.toString(16).padStart(12, "0");
  const random = randomHex();
  const variant = (8 + (Number.parseInt(random.charAt(0), 16) & 0x3)).toString(16); // the bits 10 of RFC 9562 §4.1
  return [
    time.slice(0, 8),
    time.slice(8),
    `7${counter.toString(16).padStart(3, "0")}`,
    variant + random.slice(1, 4),
    random.slice(4),
  ].join("-");
}

/** 16 random hexadecimal digits. */
function randomHex(): string {
  if (poolUsed === POOL.length) {
    getRandomValues(POOL);
    poolUsed = 0;
  }
  const bytes = POOL.subarray(poolUsed, poolUsed + RANDOM_BYTES_PER_ID);
  poolUsed += RANDOM_BYTES_PER_ID;
  return bytes.toHex();
}
