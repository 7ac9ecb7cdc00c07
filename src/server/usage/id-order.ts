import { invariant } from "../../core/invariant.ts";

/** Bytes of an id. */
export const ID_BYTES = 16;
const PLACES_MAX = 2 ** 21;

/**
 * The places of ids in the order in which the database has them. Sorted as numbers, of an id's first four bytes and its
 * place: comparing all bytes would take ten times as long.
 */
export function idOrder(ids: Buffer): number[] {
  const size = ids.length / ID_BYTES;
  invariant(size <= PLACES_MAX, `a batch has at most ${PLACES_MAX} ids, got ${size}`);
  const keys = new Float64Array(size);
  for (let place = 0; place < size; place += 1) keys[place] = ids.readUInt32BE(place * ID_BYTES) * PLACES_MAX + place;
  const order = Array.from(keys.sort(), (key) => key % PLACES_MAX);
  // Ids are digests, and few share their first four bytes: these are put right one by one.
  for (let i = 1; i < size; i += 1)
    for (let j = i; j > 0 && compare(ids, order[j - 1] as number, order[j] as number) > 0; j -= 1)
      [order[j - 1], order[j]] = [order[j] as number, order[j - 1] as number];
  return order;
}

function compare(ids: Buffer, a: number, b: number): number {
  const [startA, startB] = [a * ID_BYTES, b * ID_BYTES];
  const byWord = ids.readUInt32BE(startA) - ids.readUInt32BE(startB);
  return byWord === 0 ? ids.compare(ids, startB, startB + ID_BYTES, startA, startA + ID_BYTES) : byWord;
}
